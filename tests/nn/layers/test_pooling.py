import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.nn import Pooling, numerical_gradient
from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import ShapeError
from convlab.nn.layers.pooling import PoolingSettings

Array = NDArray[np.float64]
randomly = settings(deadline=None, max_examples=25, database=None)


@st.composite
def poolings(draw: st.DrawFn) -> tuple[Pooling, Array]:
    """Windows of any form, apart or overlapping, over images without two equal values."""
    window_h, window_w, stride = (draw(st.integers(1, 3)) for _ in range(3))
    pad = draw(st.integers(0, min(window_h, window_w) - 1))
    shape = (
        draw(st.integers(1, 2)),
        draw(st.integers(1, 3)),
        window_h + draw(st.integers(0, 5)),
        window_w + draw(st.integers(0, 5)),
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x: Array = np.float64(0.1) * (rng.permutation(int(np.prod(shape))) - 20.0).reshape(shape)
    return Pooling(window_h, window_w, stride, pad), x


def by_loops(layer: Pooling, x: Array) -> Array:
    """The definition, one window at a time; what lies outside the image never wins."""
    n, channels, height, width = x.shape
    out_h = (height + 2 * layer.pad - layer.pool_h) // layer.stride + 1
    out_w = (width + 2 * layer.pad - layer.pool_w) // layer.stride + 1
    y = np.zeros((n, channels, out_h, out_w))
    for i, channel, r, c in np.ndindex(y.shape):
        top, left = r * layer.stride - layer.pad, c * layer.stride - layer.pad
        y[i, channel, r, c] = max(
            x[i, channel, row, column]
            for row in range(max(0, top), min(height, top + layer.pool_h))
            for column in range(max(0, left), min(width, left + layer.pool_w))
        )
    return y


@randomly
@given(poolings())
def test_it_is_the_largest_value_that_loops_find(case: tuple[Pooling, Array]) -> None:
    layer, x = case
    np.testing.assert_array_equal(layer.forward(x), by_loops(layer, x))


@randomly
@given(poolings())
def test_its_gradient_is_that_of_finite_differences(case: tuple[Pooling, Array]) -> None:
    layer, x = case
    dout = np.random.default_rng(0).standard_normal(layer.forward(x).shape)
    dx = layer.backward(dout)
    expected = numerical_gradient(lambda _: float((layer.forward(x) * dout).sum()), x)
    assert dx.shape == x.shape
    assert relative_error(dx, expected) < 1e-7


def test_of_equal_values_the_first_one_gets_the_whole_gradient() -> None:
    layer = Pooling(2, 2)
    layer.forward(np.array([[[[0.0, 5.0], [5.0, 5.0]]]]))
    dx = layer.backward(np.array([[[[3.0]]]]))
    assert dx.tolist() == [[[[0.0, 3.0], [0.0, 0.0]]]]


def test_the_input_is_left_alone() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    kept = x.copy()
    layer = Pooling(2, 2)
    layer.backward(layer.forward(x))
    np.testing.assert_array_equal(x, kept)


def test_the_settings_know_the_shape_and_make_the_layer() -> None:
    layer_settings = PoolingSettings(pool_size=3, stride=2)
    y = layer_settings.make({}).forward(np.zeros((2, 4, 9, 7)))
    assert y.shape == (2, *layer_settings.output_shape((4, 9, 7))) == (2, 4, 4, 3)


@pytest.mark.parametrize("shape", [(4, 9, 8), (4, 8, 9), (4, 1, 1)])
def test_an_image_that_the_windows_do_not_cover_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ShapeError, match=f"{shape[1]}×{shape[2]} input exactly") as refused:
        PoolingSettings().output_shape(shape)
    assert refused.value.setting == "pool_size"


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ShapeError, match="needs images"):
        PoolingSettings().output_shape((100,))
