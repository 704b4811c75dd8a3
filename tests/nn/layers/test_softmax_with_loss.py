import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.errors import ConvlabError
from convlab.nn import SoftmaxWithLoss, numerical_gradient


@settings(deadline=None, max_examples=25, database=None)
@given(
    n=st.integers(1, 5),
    classes=st.integers(2, 6),
    spread=st.sampled_from([0.1, 1.0, 10.0]),
    one_hot=st.booleans(),
    seed=st.integers(0),
)
def test_its_gradient_is_that_of_finite_differences_for_both_kinds_of_labels(
    n: int, classes: int, spread: float, one_hot: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = spread * rng.standard_normal((n, classes))
    indices = rng.integers(classes, size=n)
    t = np.eye(classes)[indices] if one_hot else indices
    layer = SoftmaxWithLoss()
    probabilities = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    loss = layer.forward(x, t)
    assert loss == pytest.approx(-np.log(probabilities[np.arange(n), indices]).mean())
    np.testing.assert_allclose(layer.y, probabilities)
    expected = numerical_gradient(lambda _: layer.forward(x, t), x)
    layer.forward(x, t)
    np.testing.assert_allclose(layer.backward(), expected, atol=1e-8)
    np.testing.assert_allclose(layer.backward(2.0), 2 * layer.backward())


def test_scores_of_any_size_give_an_exact_and_finite_loss() -> None:
    layer = SoftmaxWithLoss()
    x = np.array([[1000.0, 0.0], [-1000.0, 0.0]])
    assert layer.forward(x, np.array([0, 1])) == 0
    assert layer.forward(x, np.array([1, 0])) == 1000
    assert np.isfinite(layer.backward()).all()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 1], "3 images but 2 labels"),
        ([0, 1, 4], "from 0 to 3; received 0 to 4"),
        ([-1, 1, 2], "from 0 to 3; received -1 to 2"),
        ([[0, 1], [1, 0], [0, 1]], r"one-hot \(N, 4\); received \(3, 2\)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: list[int], sentence: str) -> None:
    with pytest.raises(ConvlabError, match=sentence):
        SoftmaxWithLoss().forward(np.zeros((3, 4)), np.array(labels))
