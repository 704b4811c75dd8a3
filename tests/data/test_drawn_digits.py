"""The drawn digits that the shipped weights were trained on beside MNIST."""

import sys

import numpy as np
import pytest

from convlab.data import load_dataset
from convlab.resources import resource


@pytest.fixture(autouse=True)
def _scripts_of_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(resource("weights")))
    for name in ("drawn_digits", "train_weights"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_as_many_of_each_digit_and_always_the_same() -> None:
    from drawn_digits import drawn_digits

    digits = drawn_digits(6, np.random.default_rng(3))
    again = drawn_digits(6, np.random.default_rng(3))
    np.testing.assert_array_equal(np.bincount(digits.labels), np.full(10, 6))
    np.testing.assert_array_equal(digits.images, again.images)
    np.testing.assert_array_equal(digits.labels, again.labels)
    assert len(np.unique(digits.images, axis=0)) == 60


def test_they_have_about_as_much_ink_as_mnist() -> None:
    from drawn_digits import drawn_digits

    mnist = load_dataset("bundled").train.images
    drawn = drawn_digits(20, np.random.default_rng(0)).images
    assert drawn.shape == (200, 1, 28, 28)
    assert drawn.mean() == pytest.approx(mnist.mean(), rel=0.1)


def test_the_learning_rate_sinks_from_the_first_epoch_to_the_last() -> None:
    from train_weights import LOWEST, learning_rate

    rates = [learning_rate(0.002, epoch, 10) for epoch in range(1, 11)]
    assert rates[0] == 0.002
    assert rates[-1] == pytest.approx(0.002 * LOWEST)
    assert rates == sorted(rates, reverse=True)
    assert learning_rate(0.002, 1, 1) == 0.002
