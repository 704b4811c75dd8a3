"""Activations, biases and local response normalization of the engine against the plain layers."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.layers.tanh import TanhSettings

randomly = settings(deadline=None, max_examples=15, database=None)
block_sizes = st.sampled_from([None, 1, 1_000, 5_000])
seeds = st.integers(0, 2**32)
activations = st.sampled_from([ReluSettings(), SigmoidSettings(), TanhSettings()])
normalizations = st.builds(
    LocalResponseNormalizationSettings,
    n=st.sampled_from([1, 3, 5, 9]),
    k=st.floats(0.5, 3),
    alpha=st.floats(0, 1),
    beta=st.one_of(st.just(0.75), st.floats(0, 2)),
)
pools = st.sampled_from([PoolingSettings(), AveragePoolingSettings(), SubsamplingSettings()])
sides = st.integers(1, 6)


@pytest.mark.parametrize("activation", [ReluSettings(), SigmoidSettings(), TanhSettings()])
@randomly
@given(st.tuples(sides, sides, sides), st.integers(1, 20), block_sizes, seeds)
def test_activations_give_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    activation: LayerSettings,
    input_dim: tuple[int, int, int],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    compare([*before, activation], input_dim, n, seed, size)


@randomly
@given(activations, st.integers(1, 9), st.tuples(sides, sides, sides), st.integers(1, 20), seeds)
def test_activations_behind_units_do_so_too(
    compare: Callable[..., None],
    activation: LayerSettings,
    units: int,
    input_dim: tuple[int, int, int],
    n: int,
    seed: int,
) -> None:
    compare([AffineSettings(units), activation], input_dim, n, seed)


@randomly
@given(normalizations, st.tuples(sides, sides, sides), st.integers(1, 20), block_sizes, seeds)
def test_normalization_among_neighbors_gives_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    normalization: LayerSettings,
    input_dim: tuple[int, int, int],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    compare([*before, normalization], input_dim, n, seed, size)


@settings(randomly, max_examples=60)
@given(
    st.lists(st.one_of(activations, normalizations), max_size=3),
    pools,
    st.lists(st.one_of(activations, normalizations, pools), max_size=3),
    st.integers(1, 20),
    block_sizes,
    seeds,
)
def test_any_layers_can_follow_a_convolution_before_and_behind_a_pool(
    compare: Callable[..., None],
    first: list[LayerSettings],
    pool: LayerSettings,
    then: list[LayerSettings],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    layers = [ConvolutionSettings(3, 3, pad=1), *first, pool, *then]
    compare([*layers, ConvolutionSettings(2, 1)], (2, 16, 16), n, seed, size)


@pytest.mark.parametrize("activation", [SigmoidSettings(), TanhSettings()])
def test_large_numbers_do_not_overflow(
    build: Callable[..., Any],
    batch: Callable[..., Any],
    assert_agrees: Callable[..., None],
    activation: LayerSettings,
) -> None:
    network = build([AffineSettings(20), activation, AffineSettings(4)], (1, 3, 3))
    x, t = batch(network, 6)
    assert_agrees(network, 1e4 * x, t)
