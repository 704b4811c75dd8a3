"""The engine's pools against the plain layers, whether windows touch, overlap or leave gaps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.layers.tanh import TanhSettings

randomly = settings(deadline=None, max_examples=20, database=None)
block_sizes = st.sampled_from([None, 1, 1_000, 5_000])
seeds = st.integers(0, 2**32)
Images = tuple[int, int, int]


@st.composite
def pools_with_images(draw: st.DrawFn, kind: type[PoolingSettings]) -> tuple[LayerSettings, Images]:
    """A pool of any size and stride, and images that its windows cover exactly."""
    size, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    height, width = (size + stride * draw(st.integers(0, 3)) for _ in range(2))
    return kind(size, stride), (draw(st.integers(1, 4)), height, width)


@randomly
@given(pools_with_images(PoolingSettings), st.integers(1, 20), block_sizes, seeds)
def test_max_pooling_gives_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    case: tuple[LayerSettings, Images],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    pool, input_dim = case
    compare([*before, pool], input_dim, n, seed, size)


@randomly
@given(pools_with_images(AveragePoolingSettings), st.integers(1, 20), block_sizes, seeds)
def test_average_pooling_gives_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    case: tuple[LayerSettings, Images],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    pool, input_dim = case
    compare([*before, pool], input_dim, n, seed, size)


@randomly
@given(*[st.integers(1, 4)] * 4, st.integers(1, 20), block_sizes, seeds)
def test_subsampling_gives_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    pool_size: int,
    channels: int,
    rows: int,
    columns: int,
    n: int,
    size: int | None,
    seed: int,
) -> None:
    input_dim = (channels, rows * pool_size, columns * pool_size)
    compare([*before, SubsamplingSettings(pool_size)], input_dim, n, seed, size)


@pytest.mark.parametrize("size", [None, 1, 2_000])
@pytest.mark.parametrize(
    "second", [PoolingSettings(), AveragePoolingSettings(), SubsamplingSettings()]
)
@pytest.mark.parametrize(
    "first", [PoolingSettings(3, 1), PoolingSettings(), AveragePoolingSettings(3, 1)]
)
def test_one_pool_can_follow_another(
    compare: Callable[..., None],
    before: list[LayerSettings],
    first: LayerSettings,
    second: LayerSettings,
    size: int | None,
) -> None:
    edge = 12 if first == PoolingSettings() else 10
    compare([*before, first, TanhSettings(), second], (2, edge, edge), 3, size=size)


@pytest.mark.parametrize("pool", [PoolingSettings(*sizes) for sizes in ((3, 3), (3, 2), (3, 1))])
@pytest.mark.parametrize("size", [None, 1])
def test_of_equal_values_in_a_window_the_first_one_gets_the_gradient(
    build: Callable[..., Any],
    assert_agrees: Callable[..., None],
    blocks_of: Callable[[int | None], Any],
    gain: LayerSettings,
    pool: LayerSettings,
    size: int | None,
) -> None:
    network = build([gain, pool, AffineSettings(4)], (2, 9, 9))
    network.params["W1"][...] = 1
    rng = np.random.default_rng(5)
    x = rng.integers(0, 3, (7, 2, 9, 9)).astype(float)
    with blocks_of(size):
        assert_agrees(network, x, rng.integers(0, 4, 7))
