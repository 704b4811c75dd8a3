"""The moving average says what its textbook loop says, whole or in pieces, and survives NaN."""

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab.app.smoothing import MovingAverage


def by_the_book(values: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    average, averages = 0.0, []
    for count, value in enumerate(values, start=1):
        average = strength * average + (1 - strength) * value
        averages.append(average / (1 - strength**count))
    return np.array(averages)


@pytest.fixture
def losses() -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    return np.exp(rng.normal(size=5000)).astype(np.float64)


@pytest.mark.parametrize("strength", [0.0, 0.01, 0.5, 0.9, 0.99])
def test_it_agrees_with_the_loop(losses: NDArray[np.float64], strength: float) -> None:
    smoothed = MovingAverage(strength).extend(losses)
    np.testing.assert_allclose(smoothed, by_the_book(losses, strength), rtol=1e-12)


def test_pieces_give_the_same_as_the_whole(losses: NDArray[np.float64]) -> None:
    average = MovingAverage(0.97)
    pieces = [average.extend(piece) for piece in np.split(losses, [1, 2, 2, 40, 3000])]
    np.testing.assert_allclose(np.concatenate(pieces), MovingAverage(0.97).extend(losses))


def test_the_first_average_is_the_first_value() -> None:
    assert MovingAverage(0.99).extend(np.array([2.3])) == pytest.approx(2.3)


def test_values_that_are_not_finite_weigh_nothing() -> None:
    smoothed = MovingAverage(0.5).extend(np.array([np.nan, 4.0, np.inf, 4.0, -np.inf]))
    np.testing.assert_allclose(smoothed, [np.nan, 4.0, 4.0, 4.0, 4.0])


@pytest.mark.parametrize("strength", [-0.1, 1.0, float("nan")])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        MovingAverage(strength)
