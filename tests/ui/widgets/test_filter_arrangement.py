import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF

from convlab.ui.widgets.filter_arrangement import GridRoom

GAP, BAR = 16, 22


def room(width, height, grids=3, ratio=1.0):
    return GridRoom(grids, QSizeF(width, height), QSizeF(2, 44), GAP, BAR, ratio)


def side_of_tile(arrangement):
    tiling = arrangement.tiling
    return arrangement.scale * max(tiling.tile_height, tiling.tile_width)


@pytest.mark.parametrize(
    ("layer", "filters", "size"),
    [
        ("SimpleConvNet's", 30, 5),
        ("LeNet's second", 16, 5),
        ("AlexNet's third", 96, 3),
        ("DeepConvNet's last", 64, 3),
    ],
)
def test_the_filters_of_the_books_networks_are_all_seen(layer, filters, size):
    arrangement = room(505, 160).arrange(filters, size, size)
    assert not arrangement.scrolls, layer
    assert arrangement.scale >= 3


def test_more_scroll_in_a_row_beside_the_bar():
    arrangement = room(505, 160).arrange(384, 3, 3)
    assert arrangement.scrolls
    assert not arrangement.stacked
    assert side_of_tile(arrangement) >= 15
    width = 3 * (arrangement.tiling.width * arrangement.scale + 2) + 2 * GAP + BAR
    assert width <= 505


def test_large_filters_may_have_small_weights():
    arrangement = room(511, 180).arrange(30, 11, 11)
    assert not arrangement.scrolls
    assert arrangement.scale == 2


def test_a_screen_with_more_pixels_is_used_to_the_full():
    coarse, fine = (room(511, 180, ratio=ratio).arrange(30, 5, 5).scale for ratio in (1.0, 2.0))
    assert (coarse, fine) == (4.0, 4.5)


@pytest.mark.parametrize(("size", "stacked"), [((505, 160), False), ((420, 760), True)])
def test_grids_stand_where_their_tiles_are_largest(size, stacked):
    assert room(*size).arrange(30, 5, 5).stacked is stacked


@given(
    st.integers(-50, 1500),
    st.integers(-50, 900),
    st.integers(1, 3),
    st.sampled_from([1.0, 1.25, 2.0]),
    st.integers(1, 512),
    st.integers(1, 64),
    st.integers(1, 64),
)
def test_whatever_the_room_weights_cover_whole_pixels(width, height, grids, ratio, count, h, w):
    arrangement = room(width, height, grids, ratio).arrange(count, h, w)
    pixels = arrangement.scale * ratio
    assert pixels >= 1
    assert pixels == pytest.approx(round(pixels))
    assert side_of_tile(arrangement) >= 9
