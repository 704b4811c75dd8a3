import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.insight.mosaic import TilePixel, Tiling, filter_images, mosaic

tilings = st.builds(
    Tiling,
    count=st.integers(1, 12),
    tile_height=st.integers(1, 4),
    tile_width=st.integers(1, 4),
    columns=st.integers(1, 5),
    gap=st.integers(0, 2),
)


def test_three_filters_in_two_columns_lie_as_one_reads():
    filters = np.arange(1.0, 7.0).reshape(3, 1, 2)
    expected = [
        [1, 2, np.nan, 3, 4],
        [np.nan] * 5,
        [5, 6, np.nan, np.nan, np.nan],
    ]
    picture = mosaic(filters, columns=2)
    np.testing.assert_array_equal(picture, expected)
    assert picture.dtype == np.float32


@given(tilings)
def test_every_pixel_of_every_tile_is_found_again(tiling):
    tiles = np.arange(tiling.count * tiling.tile_height * tiling.tile_width, dtype=float)
    tiles = tiles.reshape(tiling.count, tiling.tile_height, tiling.tile_width)
    picture = tiling.arrange(tiles)
    assert picture.shape == (tiling.height, tiling.width)
    found = set()
    for (row, column), value in np.ndenumerate(picture):
        pixel = tiling.tile_at(row, column)
        assert (pixel is None) == np.isnan(value)
        if pixel is not None:
            assert tiles[pixel.tile, pixel.row, pixel.column] == value
            found.add(pixel)
    assert len(found) == tiles.size


@given(tilings)
def test_nothing_lies_outside(tiling):
    for row, column in ((-1, 0), (0, -1), (tiling.height, 0), (0, tiling.width)):
        assert tiling.tile_at(row, column) is None


@given(tilings)
def test_a_tile_starts_at_its_corner(tiling):
    for tile in range(tiling.count):
        assert tiling.tile_at(*tiling.corner(tile)) == TilePixel(tile, 0, 0)


@pytest.mark.parametrize(
    ("width", "height", "columns"), [(300, 300, 5), (1000, 10, 30), (10, 1000, 1), (200, 160, 6)]
)
def test_columns_follow_the_shape_of_the_room(width, height, columns):
    assert Tiling.fitting(30, 5, 5, width, height).columns == columns


def test_no_other_number_of_columns_gives_larger_tiles():
    best = Tiling.fitting(96, 11, 11, 640, 230)
    scales = [Tiling(96, 11, 11, n).scale_in(640, 230) for n in range(1, 97)]
    assert best.scale_in(640, 230) == max(scales)


def test_a_room_of_no_size_still_gets_a_tiling():
    assert Tiling.fitting(30, 5, 5, -20, -4).count == 30


@given(st.integers(1, 400), st.integers(1, 11), st.integers(1, 11), st.integers(1, 300))
def test_a_filling_tiling_has_no_room_for_another_column(count, tile_height, tile_width, width):
    tiling = Tiling.filling(count, tile_height, tile_width, width)
    assert tiling.width <= max(width, tile_width)
    assert tiling.columns == count or tiling.width + tiling.gap + tile_width > width


def test_no_filters_are_refused():
    with pytest.raises(ValueError, match="at least one tile"):
        mosaic(np.zeros((0, 5, 5)), columns=1)


def test_channels_are_averaged():
    weights = np.stack([np.full((2, 3, 3), 1.0), np.full((2, 3, 3), 3.0)], axis=1)
    np.testing.assert_array_equal(filter_images(weights), np.full((2, 3, 3), 2.0))
    np.testing.assert_array_equal(filter_images(weights[:, :1]), np.ones((2, 3, 3)))


def test_one_channel_can_be_chosen():
    weights = np.arange(2 * 3 * 4).reshape(2, 3, 2, 2).astype(np.float32)
    np.testing.assert_array_equal(filter_images(weights, 2), weights[:, 2])
    np.testing.assert_array_equal(filter_images(weights, 0), weights[:, 0])


def test_averaging_infinities_gives_no_warning():
    weights = np.full((1, 2, 1, 1), np.inf)
    weights[0, 1] = -np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(filter_images(weights)).all()
