import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor

from convlab.insight.color_ranges import common_ranges, own_ranges
from convlab.insight.mosaic import TilePixel, Tiling
from convlab.ui.widgets.color_map import diverging, gray_reversed
from convlab.ui.widgets.mosaic_view import MARGIN, MosaicView

SCALE = 10
TILES = np.array([[[-1.0, 1.0]], [[0.0, 0.5]]])  # two tiles of one row and two columns
RANGES = common_ranges(1.0, 2)


@pytest.fixture
def view(qtbot, theme):
    view = MosaicView(theme)
    qtbot.addWidget(view)
    view.resize(120, 60)
    view.set_tiles(TILES, RANGES, gray_reversed())
    view.set_tiling(Tiling(2, 1, 2, columns=2), SCALE)
    return view


def middle_of(tile, column):
    return QPoint(MARGIN + (3 * tile + column) * SCALE + SCALE // 2, MARGIN + SCALE // 2)


def color_at(view, point):
    image = view.grab().toImage()
    return image.pixelColor(point * image.devicePixelRatio())


def test_weights_get_their_colors(view):
    assert color_at(view, middle_of(0, 0)) == QColor("white")
    assert color_at(view, middle_of(0, 1)) == QColor("black")
    assert color_at(view, middle_of(1, 0)).red() == pytest.approx(128, abs=1)


def test_pixels_have_sharp_edges(view):
    border = MARGIN + SCALE
    assert color_at(view, QPoint(border - 1, 5)) == QColor("white")
    assert color_at(view, QPoint(border, 5)) == QColor("black")


def test_the_gap_is_not_drawn(view, theme):
    assert color_at(view, middle_of(0, 2)) == QColor(theme.colors.window)


def test_tiles_are_framed(view, theme):
    assert color_at(view, QPoint(0, 5)) == QColor(theme.colors.border)


def test_new_weights_are_drawn_at_once(view):
    view.set_tiles(-TILES, RANGES, gray_reversed())
    assert color_at(view, middle_of(0, 0)) == QColor("black")


def test_zero_is_neutral_in_diverging_colors(view):
    view.set_tiles(TILES * 0.01, RANGES * 0.01, diverging())
    assert color_at(view, middle_of(1, 0)) == QColor("#e8e8e8")


def test_a_tile_with_its_own_range_has_all_the_colors(view):
    view.set_tiles(TILES, own_ranges(TILES), gray_reversed())
    for tile in (0, 1):
        assert color_at(view, middle_of(tile, 0)) == QColor("white")
        assert color_at(view, middle_of(tile, 1)) == QColor("black")


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_hatched(view, strange, theme):
    tiles = TILES.astype(np.float32)
    tiles[0, 0, 1] = strange
    view.set_tiles(tiles, RANGES, gray_reversed())
    image = view.grab().toImage()
    inside = {
        image.pixelColor(MARGIN + SCALE + x, MARGIN + y).name()
        for x in range(SCALE)
        for y in range(SCALE)
    }
    assert inside == {theme.colors.surface, theme.colors.text}
    assert color_at(view, middle_of(1, 0)).red() == pytest.approx(128, abs=1)


def test_the_largest_floats_do_no_harm(view):
    tiles = TILES.astype(np.float32) * np.finfo(np.float32).max
    view.set_tiles(tiles, common_ranges(4e38, 2), gray_reversed())
    assert color_at(view, middle_of(0, 1)).red() < 30


def test_the_mouse_finds_filter_row_and_column(view, qtbot):
    with qtbot.waitExposed(view):
        view.show()
    with qtbot.waitSignal(view.pointed) as pointed:
        qtbot.mouseMove(view.viewport(), middle_of(1, 1))
    assert pointed.args == [TilePixel(1, 0, 1)]


def test_between_tiles_nothing_new_is_pointed_at(view, qtbot):
    with qtbot.waitExposed(view):
        view.show()
    with qtbot.assertNotEmitted(view.pointed):
        qtbot.mouseMove(view.viewport(), middle_of(0, 2))


def test_leaving_points_at_nothing(view, qtbot, qapp):
    with qtbot.waitSignal(view.pointed) as pointed:
        qapp.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert pointed.args == [None]


def test_a_click_tells_the_tile(view, qtbot):
    with qtbot.waitSignal(view.clicked) as clicked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(1, 0))
    assert clicked.args == [1]
    with qtbot.assertNotEmitted(view.clicked):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(0, 2))


def test_one_tile_is_outlined(view, theme):
    accent = QColor(theme.colors.accent)
    view.set_outlined(1)
    left_edge = MARGIN + 3 * SCALE - 1
    assert color_at(view, QPoint(left_edge, 5)) == accent
    assert color_at(view, QPoint(0, 5)) != accent
    view.set_outlined(None)
    assert color_at(view, QPoint(left_edge, 5)) != accent


def test_a_tile_out_of_sight_can_be_revealed(view, qtbot):
    with qtbot.waitExposed(view):
        view.show()
    view.set_tiles(np.zeros((40, 1, 2)), common_ranges(1.0, 40), gray_reversed())
    view.set_tiling(Tiling(40, 1, 2, columns=2), SCALE)
    assert not view.viewport().rect().contains(view.tile_rect(39).toRect())
    view.reveal(39)
    assert view.viewport().rect().contains(view.tile_rect(39).toRect())


def test_what_fits_does_not_scroll(view):
    assert view.horizontalScrollBar().maximum() == view.horizontalScrollBar().minimum()
    assert view.verticalScrollBar().maximum() == view.verticalScrollBar().minimum()


def test_numbers_are_written_only_where_there_is_room(view, qtbot):
    def colors_in_first_cell():
        image = view.grab().toImage()
        size = round(view.tile_rect(0).width() / 2) - 2
        return {
            image.pixelColor(MARGIN + x, MARGIN + y).name()
            for x in range(size)
            for y in range(size)
        }

    view.set_with_numbers(True)
    assert colors_in_first_cell() == {"#ffffff"}
    view.set_tiling(Tiling(2, 1, 2, columns=2), 60)
    view.resize(400, 100)
    assert "#000000" in colors_in_first_cell()
