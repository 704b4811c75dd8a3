from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.nn import Convolution, numerical_gradient
from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import ShapeError
from convlab.nn.layers.convolution import ConvolutionSettings

Array = NDArray[np.float64]
randomly = settings(deadline=None, max_examples=25, database=None)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Convolution, Array]:
    """A layer with filters of any form, and images at least as large as they are."""

    def size(most: int) -> int:
        return draw(st.integers(1, most))

    n, channels, filters, filter_h, filter_w, stride = (size(most) for most in (3, 3, 3, 4, 4, 3))
    pad = draw(st.integers(0, 2))
    height, width = (
        max(1, edge - 2 * pad) + draw(st.integers(0, 4)) for edge in (filter_h, filter_w)
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layer = Convolution(
        rng.standard_normal((filters, channels, filter_h, filter_w)),
        rng.standard_normal(filters),
        stride,
        pad,
    )
    return layer, rng.standard_normal((n, channels, height, width))


def by_loops(layer: Convolution, x: Array) -> Array:
    """The definition, one product at a time."""
    n, _, height, width = x.shape
    filters, channels, filter_h, filter_w = layer.W.shape
    out_h = (height + 2 * layer.pad - filter_h) // layer.stride + 1
    out_w = (width + 2 * layer.pad - filter_w) // layer.stride + 1
    y = np.zeros((n, filters, out_h, out_w))
    for i, f, r, c in np.ndindex(y.shape):
        y[i, f, r, c] = layer.b[f]
        for channel, dr, dc in np.ndindex(channels, filter_h, filter_w):
            row, column = r * layer.stride + dr - layer.pad, c * layer.stride + dc - layer.pad
            if 0 <= row < height and 0 <= column < width:
                y[i, f, r, c] += layer.W[f, channel, dr, dc] * x[i, channel, row, column]
    return y


@randomly
@given(convolutions())
def test_it_is_the_sum_of_products_that_loops_compute(case: tuple[Convolution, Array]) -> None:
    layer, x = case
    np.testing.assert_allclose(layer.forward(x), by_loops(layer, x), rtol=1e-10, atol=1e-12)


@randomly
@given(convolutions())
def test_its_gradients_are_those_of_finite_differences(case: tuple[Convolution, Array]) -> None:
    layer, x = case
    y = layer.forward(x)
    dout = np.random.default_rng(0).standard_normal(y.shape)
    dx = layer.backward(dout)
    found: dict[str, Any] = {"x": dx, "W": layer.dW, "b": layer.db}

    def loss(_: Any) -> float:
        return float((layer.forward(x) * dout).sum())

    for name, array in (("x", x), ("W", layer.W), ("b", layer.b)):
        assert found[name].shape == array.shape
        assert relative_error(found[name], numerical_gradient(loss, array)) < 1e-7, name


def test_without_the_gradient_of_its_input_the_others_stay_the_same() -> None:
    rng = np.random.default_rng(1)
    layer = Convolution(rng.standard_normal((2, 3, 3, 3)), np.zeros(2), pad=1)
    dout = rng.standard_normal(layer.forward(rng.standard_normal((4, 3, 5, 5))).shape)
    layer.backward(dout)
    kept = layer.dW.copy(), layer.db.copy()
    layer.backward_params(dout)
    np.testing.assert_array_equal(layer.dW, kept[0])
    np.testing.assert_array_equal(layer.db, kept[1])


def test_float32_stays_float32() -> None:
    layer = Convolution(np.ones((2, 1, 3, 3), np.float32), np.zeros(2, np.float32))
    y = layer.forward(np.ones((1, 1, 5, 5), np.float32))
    assert y.dtype == layer.backward(y).dtype == layer.dW.dtype == np.float32


def test_the_settings_know_the_shapes_that_the_layer_will_have() -> None:
    layer_settings = ConvolutionSettings(filter_num=4, filter_size=3, stride=2, pad=1)
    shapes = layer_settings.parameter_shapes((3, 9, 7))
    assert shapes == {"W": (4, 3, 3, 3), "b": (4,)}
    assert layer_settings.fan_in((3, 9, 7)) == 27
    layer = layer_settings.make({name: np.zeros(shape) for name, shape in shapes.items()})
    y = layer.forward(np.zeros((2, 3, 9, 7)))
    assert y.shape == (2, *layer_settings.output_shape((3, 9, 7)))


def test_a_filter_larger_than_the_padded_image_is_refused_with_the_largest_that_fits() -> None:
    assert ConvolutionSettings(filter_size=12, pad=1).output_shape((1, 10, 30)) == (30, 1, 21)
    with pytest.raises(ShapeError, match=r"13×13 filter .* 10×30 input .* at most 12") as refused:
        ConvolutionSettings(filter_size=13, pad=1).output_shape((1, 10, 30))
    assert refused.value.setting == "filter_size"
    with pytest.raises(ShapeError, match="needs images"):
        ConvolutionSettings().output_shape((100,))
