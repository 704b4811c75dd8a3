"""Both convolutions of the engine, with what shares their blocks, against the plain layers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.subsampling import SubsamplingSettings

randomly = settings(deadline=None, max_examples=50, database=None)
block_sizes = st.sampled_from([None, 1, 1_000, 5_000])
seeds = st.integers(0, 2**32)


@dataclass(frozen=True)
class Case:
    """A convolution with what follows it, on images that fit, and a batch size."""

    layers: tuple[LayerSettings, ...]
    input_dim: tuple[int, int, int]
    n: int


def followers(draw: st.DrawFn, pool_size: int) -> tuple[LayerSettings, ...]:
    """ReLU and a pool whose windows touch, in either order; or one of them; or nothing."""
    pools: tuple[LayerSettings | None, ...] = (
        PoolingSettings(pool_size, pool_size),
        AveragePoolingSettings(pool_size, pool_size),
        SubsamplingSettings(pool_size),
        None,
    )
    pool, relu = draw(st.sampled_from(pools)), ReluSettings()
    order = draw(st.sampled_from([(pool,), (relu, pool), (pool, relu)]))
    return tuple(layer for layer in order if layer is not None)


@st.composite
def convolutions(draw: st.DrawFn) -> Case:
    """Any filter, stride, pad and channels; maps of any size that the pool behind them covers."""
    filter_size, stride, pool_size = (draw(st.integers(1, most)) for most in (5, 3, 3))
    pad = draw(st.integers(0, filter_size - 1))

    def edge() -> int:
        out = pool_size * draw(st.integers(1, 3))
        size = (out - 1) * stride + filter_size - 2 * pad + draw(st.integers(0, stride - 1))
        return size if size > 0 else 1 + (size - 1) % (pool_size * stride)

    convolution = ConvolutionSettings(draw(st.integers(1, 4)), filter_size, stride, pad)
    input_dim = (draw(st.integers(1, 3)), edge(), edge())
    return Case((convolution, *followers(draw, pool_size)), input_dim, draw(st.integers(1, 20)))


@st.composite
def convolutions_of_many_channels(draw: st.DrawFn) -> Case:
    """3x3 and 5x5 filters with a stride of 1 on some six channels, for which products are saved."""
    filter_size, pool_size = draw(st.sampled_from([3, 5])), draw(st.integers(1, 3))
    pad = draw(st.integers(0, filter_size - 1))

    def edge() -> int:
        size = pool_size * draw(st.integers(1, 4)) + filter_size - 1 - 2 * pad
        return size if size > 0 else 1 + (size - 1) % pool_size

    convolution = ConvolutionSettings(draw(st.integers(1, 4)), filter_size, 1, pad)
    input_dim = (draw(st.integers(5, 8)), edge(), edge())
    return Case((convolution, *followers(draw, pool_size)), input_dim, draw(st.integers(1, 20)))


@randomly
@given(convolutions(), block_sizes, seeds)
def test_as_the_first_layer_it_gives_the_plain_layers_numbers(
    compare: Callable[..., None], case: Case, size: int | None, seed: int
) -> None:
    compare(case.layers, case.input_dim, case.n, seed, size)


@randomly
@given(convolutions(), block_sizes, seeds)
def test_deeper_in_a_network_it_also_hands_back_the_gradient_of_its_input(
    compare: Callable[..., None], gain: LayerSettings, case: Case, size: int | None, seed: int
) -> None:
    compare([gain, *case.layers], case.input_dim, case.n, seed, size)


@randomly
@given(convolutions_of_many_channels(), block_sizes, st.booleans(), seeds)
def test_on_many_channels_filters_give_the_same_for_fewer_products(
    compare: Callable[..., None],
    gain: LayerSettings,
    case: Case,
    size: int | None,
    first: bool,
    seed: int,
) -> None:
    compare([*([] if first else [gain]), *case.layers], case.input_dim, case.n, seed, size)


@pytest.mark.parametrize("channels", [3, 8])
@pytest.mark.parametrize(("filter_size", "pad"), [(3, 0), (3, 1), (3, 2), (5, 2), (5, 4)])
def test_convolutions_in_a_row_hand_gradients_on(
    compare: Callable[..., None], channels: int, filter_size: int, pad: int
) -> None:
    convolution = ConvolutionSettings(channels, filter_size, pad=pad)
    layers = [convolution, ReluSettings(), convolution, convolution, ReluSettings()]
    compare(layers, (1, 7, 8), 5)


@pytest.mark.parametrize("pad", [3, 4])
def test_a_pad_as_wide_as_the_filter_is_no_obstacle(compare: Callable[..., None], pad: int) -> None:
    layers = [ConvolutionSettings(2, 3, pad=pad), ReluSettings(), PoolingSettings(2, 1)]
    compare([*layers, *layers], (2, 4, 5), 18)


@pytest.mark.parametrize("filter_size", [3, 5])
def test_maps_too_large_for_the_cache_give_the_same(
    compare: Callable[..., None], filter_size: int
) -> None:
    convolution = ConvolutionSettings(16, filter_size, pad=1)
    layers = [convolution, ReluSettings(), PoolingSettings(), convolution, ReluSettings()]
    compare(layers, (3, 32, 32), 44)


@pytest.mark.parametrize("size", [None, 1])
def test_of_equal_values_in_a_window_the_first_one_gets_the_gradient(
    build: Callable[..., Any],
    assert_agrees: Callable[..., None],
    blocks_of: Callable[[int | None], Any],
    size: int | None,
) -> None:
    layers = [ConvolutionSettings(2, 2), ReluSettings(), PoolingSettings(3, 3), AffineSettings(4)]
    network = build(layers, (1, 7, 7))
    rng = np.random.default_rng(3)
    network.params["W1"][...] = rng.integers(-1, 2, network.params["W1"].shape)
    network.params["b1"][...] = 1
    x = rng.integers(0, 2, (9, 1, 7, 7)).astype(float)
    with blocks_of(size):
        assert_agrees(network, x, rng.integers(0, 4, 9))
