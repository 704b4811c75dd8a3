import numpy as np
import pytest
from PySide6.QtCore import Qt

from convlab.insight.color_ranges import common_ranges
from convlab.insight.mosaic import TilePixel
from convlab.ui.widgets.color_map import gray_reversed
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture

ROOM_FOR_A_ROW = (620, 220)
ROOM_FOR_A_STACK = (420, 760)


def picture(name, tiles):
    ranges = common_ranges(1.0, len(tiles))
    return FilterPicture(name, name.capitalize(), tiles, ranges, gray_reversed())


def pictures(count=30):
    rng = np.random.default_rng(0)
    before = rng.uniform(-1, 1, (count, 5, 5))
    after = rng.uniform(-1, 1, (count, 5, 5))
    return [
        picture("before", before),
        picture("after", after),
        picture("difference", after - before),
    ]


@pytest.fixture
def grids(qtbot, theme):
    grids = FilterGrids(theme)
    qtbot.addWidget(grids)
    grids.resize(*ROOM_FOR_A_ROW)
    grids.set_pictures(pictures())
    with qtbot.waitExposed(grids):
        grids.show()
    return grids


def centers(grids):
    return [view.mapTo(grids, view.rect().center()) for view in grids.views]


def test_three_grids_stand_side_by_side_where_it_is_wide(grids):
    first, second, third = centers(grids)
    assert first.x() < second.x() < third.x()
    assert first.y() == second.y() == third.y()


def test_they_stand_in_a_column_where_it_is_narrow(grids, qtbot):
    grids.resize(*ROOM_FOR_A_STACK)
    qtbot.waitUntil(lambda: centers(grids)[0].y() < centers(grids)[1].y())
    first, second, third = centers(grids)
    assert first.x() == second.x() == third.x()
    assert second.y() < third.y()


@pytest.mark.parametrize("size", [ROOM_FOR_A_ROW, ROOM_FOR_A_STACK, (1400, 700)])
@pytest.mark.parametrize("count", [1, 7, 30])
def test_every_tile_is_inside_its_view(grids, size, count, qtbot):
    grids.resize(*size)
    grids.set_pictures(pictures(count))
    for view in grids.views:
        qtbot.waitUntil(lambda view=view: view.rect().contains(view.tile_rect(count - 1).toRect()))
        assert view.tiling == grids.views[0].tiling


def test_every_weight_covers_whole_screen_pixels(grids):
    width = grids.views[0].tile_rect(0).width() * grids.devicePixelRatio()
    assert width / 5 == pytest.approx(round(width / 5))


def test_what_is_pointed_at_in_one_is_outlined_in_all(grids):
    grids.clearFocus()
    before = [view.grab().toImage() for view in grids.views]
    grids.views[1].pointed.emit(TilePixel(4, 2, 3))
    assert grids.current == 4
    assert all(
        view.grab().toImage() != image for view, image in zip(grids.views, before, strict=True)
    )
    grids.views[1].pointed.emit(None)
    assert [view.grab().toImage() for view in grids.views] == before


def test_the_reading_gives_all_three_values(grids):
    tiles = np.zeros((2, 2, 2))
    tiles[1, 0, 1] = 0.25
    grids.set_pictures([picture("before", tiles), picture("after", -tiles)])
    grids.views[0].pointed.emit(TilePixel(1, 0, 1))
    assert grids.reading() == "row 1, column 2: before +0.250, after −0.250"
    grids.views[0].pointed.emit(None)
    assert grids.reading() == ""


def test_the_reading_follows_new_weights(grids):
    tiles = np.zeros((2, 2, 2))
    grids.set_pictures([picture("weight", tiles)])
    grids.views[0].pointed.emit(TilePixel(1, 0, 1))
    grids.set_pictures([picture("weight", tiles + 0.5)])
    assert grids.reading() == "row 1, column 2: weight +0.500"


def test_fewer_filters_forget_what_was_pointed_at(grids):
    grids.views[0].pointed.emit(TilePixel(29, 0, 1))
    grids.set_pictures(pictures(4))
    # The mouse or the focus may lie on one of those that are left.
    assert grids.current is None or grids.current < 4
    assert "None" not in grids.reading()


def test_the_next_network_may_have_filters_of_another_size(grids):
    grids.set_pictures([picture("weight", np.zeros((30, 3, 7)))])
    rect = grids.views[0].tile_rect(0)
    assert rect.width() / 7 == pytest.approx(rect.height() / 3)


def test_arrow_keys_move_and_enter_chooses(grids, qtbot):
    columns = grids.views[0].tiling.columns
    grids.set_current(0)
    for key, expected in (
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_End, 29),
        (Qt.Key.Key_Down, 29),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(grids, key)
        assert grids.current == expected
    grids.set_current(3)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        with qtbot.waitSignal(grids.activated) as activated:
            qtbot.keyClick(grids, key)
        assert activated.args == [3]


def test_a_click_chooses(grids, qtbot):
    view = grids.views[2]
    with qtbot.waitSignal(grids.activated) as activated:
        point = view.tile_rect(5).center().toPoint()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert activated.args == [5]


def test_the_keyboard_shows_where_it_is(grids, qtbot):
    grids.activateWindow()
    grids.setFocus()
    qtbot.waitUntil(grids.hasFocus)
    assert grids.current == 0
    grids.clearFocus()
    assert grids.current is None


def test_one_picture_leaves_no_room_for_the_others(grids):
    grids.set_pictures([picture("weight", np.zeros((4, 5, 5)))])
    assert len(grids.views) == 1
    assert grids.views[0].tile_rect(0).width() > 5 * 12


@pytest.fixture
def many(grids, qtbot):
    """384 filters in the room of a row: by far not all can be seen."""
    grids.set_pictures(pictures(384))
    qtbot.waitUntil(lambda: grids.scroll_bar.maximum() > 0)
    return grids


def is_seen(view, tile):
    return view.viewport().rect().contains(view.tile_rect(tile).toRect())


def test_hundreds_of_filters_stay_large_enough_and_scroll(many):
    assert many.scrolls
    assert many.views[0].tile_rect(0).width() >= 15
    assert is_seen(many.views[0], 0)
    assert not is_seen(many.views[0], 383)


def test_all_grids_scroll_together(many):
    many.scroll_bar.setValue(many.scroll_bar.maximum())
    assert all(is_seen(view, 383) for view in many.views)
    many.views[1].verticalScrollBar().setValue(0)
    assert many.scroll_bar.value() == 0
    assert all(is_seen(view, 0) for view in many.views)


def test_the_keyboard_scrolls_to_its_filter(many, qtbot):
    qtbot.keyClick(many, Qt.Key.Key_End)
    assert all(is_seen(view, 383) for view in many.views)
    qtbot.keyClick(many, Qt.Key.Key_Home)
    assert all(is_seen(view, 0) for view in many.views)


def test_a_click_finds_its_filter_in_a_scrolled_grid(many, qtbot):
    many.scroll_bar.setValue(many.scroll_bar.maximum())
    view = many.views[0]
    with qtbot.waitSignal(many.activated) as activated:
        point = view.tile_rect(380).center().toPoint()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert activated.args == [380]


def test_no_bar_is_left_when_all_can_be_seen_again(many, qtbot):
    many.set_pictures(pictures(30))
    assert not many.scrolls
    qtbot.waitUntil(lambda: is_seen(many.views[0], 0) and is_seen(many.views[0], 29))
