import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.errors import ConvlabError
from convlab.nn import col2im, im2col, softmax
from convlab.nn.functions import class_indices, log_softmax


@settings(deadline=None, max_examples=25, database=None)
@given(
    window=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    extra=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    stride=st.integers(1, 3),
    pad=st.integers(0, 2),
)
def test_col2im_is_the_transpose_of_im2col(
    window: tuple[int, int], extra: tuple[int, int], stride: int, pad: int
) -> None:
    """That is what makes it the way back for gradients: <im2col(x), c> = <x, col2im(c)>."""
    rng = np.random.default_rng(0)
    shape = (2, 3, window[0] + extra[0], window[1] + extra[1])
    x = rng.standard_normal(shape)
    col = im2col(x, *window, stride, pad)
    other = rng.standard_normal(col.shape)
    image = col2im(other, shape, *window, stride, pad)
    assert image.shape == shape
    assert (col * other).sum() == pytest.approx((x * image).sum())


def test_a_row_of_im2col_is_a_window() -> None:
    x = np.arange(32.0).reshape(1, 2, 4, 4)
    rows = im2col(x, 2, 2, stride=2)
    assert rows.shape == (4, 8)
    assert rows[1].tolist() == [2, 3, 6, 7, 18, 19, 22, 23]


def test_softmax_gives_probabilities_of_any_scores() -> None:
    y = softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]]))
    np.testing.assert_allclose(y, [[0.5, 0.5], [0.25, 0.75]])
    np.testing.assert_allclose(softmax(np.zeros(4)), 0.25)
    np.testing.assert_allclose(log_softmax(np.array([0.0, 1000.0])), [-1000, 0])


@pytest.mark.parametrize("labels", [[2, 0, 1], [[2], [0], [1]], np.eye(3)[[2, 0, 1]], [2.0, 0, 1]])
def test_labels_of_every_form_become_the_same_indices(labels: object) -> None:
    assert class_indices(np.array(labels), 3).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (np.zeros((2, 4)), r"one-hot \(N, 3\); received \(2, 4\)"),
        (np.zeros((2, 3, 1)), r"received \(2, 3, 1\)"),
        ([3], "Labels must be from 0 to 2; received 3 to 3"),
        ([-1, 0], "received -1 to 0"),
    ],
)
def test_other_labels_are_refused(labels: object, sentence: str) -> None:
    with pytest.raises(ConvlabError, match=sentence):
        class_indices(np.array(labels), 3)
