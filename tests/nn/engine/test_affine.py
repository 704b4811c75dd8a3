"""The engine's affine layer against the plain one."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.tanh import TanhSettings

randomly = settings(deadline=None, max_examples=25, database=None)
products = st.sampled_from([None, 1, 500, 3_000])  # how large a product may be, about
seeds = st.integers(0, 2**32)
sides = st.integers(1, 7)
units = st.integers(1, 12)


@randomly
@given(units, st.tuples(sides, sides, sides), st.integers(1, 40), products, seeds)
def test_behind_images_it_gives_the_plain_layers_numbers(
    compare: Callable[..., None],
    before: list[LayerSettings],
    units: int,
    input_dim: tuple[int, int, int],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    compare([*before, AffineSettings(units)], input_dim, n, seed, size)


@randomly
@given(
    st.lists(
        st.tuples(units, st.sampled_from([[], [ReluSettings()], [TanhSettings()]])), max_size=4
    ),
    st.tuples(sides, sides, sides),
    st.integers(1, 40),
    products,
    seeds,
)
def test_one_can_follow_another(
    compare: Callable[..., None],
    pairs: list[tuple[int, list[LayerSettings]]],
    input_dim: tuple[int, int, int],
    n: int,
    size: int | None,
    seed: int,
) -> None:
    layers = [layer for count, others in pairs for layer in (AffineSettings(count), *others)]
    compare(layers, input_dim, n, seed, size)


@pytest.mark.parametrize("n", [1, 11, 64])
def test_long_sums_come_in_pieces_and_give_the_same(
    compare: Callable[..., None], gain: LayerSettings, n: int
) -> None:
    compare([gain, AffineSettings(300), ReluSettings(), AffineSettings(200)], (3, 16, 16), n)


def test_flat_numbers_with_no_image_before_them_stay_in_their_order(
    compare: Callable[..., None], gain: LayerSettings
) -> None:
    compare([AffineSettings(6), gain, AffineSettings(5), gain], (2, 3, 4), 9)


def test_behind_a_pool_its_weights_lie_in_another_order_and_come_back_in_the_books(
    compare: Callable[..., None],
) -> None:
    compare([ConvolutionSettings(3, 2), PoolingSettings(), AffineSettings(7)], (2, 5, 7), 17)
