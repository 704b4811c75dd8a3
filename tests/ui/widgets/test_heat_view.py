"""Colors over an image tell their numbers where one points."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from convlab.ui.widgets.heat_view import HeatView

IMAGE = np.zeros((1, 10, 10), np.uint8)


@pytest.fixture
def view(qtbot, theme):
    view = HeatView(theme, "Heat")
    qtbot.addWidget(view)
    view.resize(202, 202)
    cells = np.zeros((3, 3))
    cells[0, 2], cells[2, 0] = 1.0, -1.0
    view.set_heat(cells, IMAGE, 1.0, side=4)  # the last row and column are 2 pixels wide
    with qtbot.waitExposed(view):
        view.show()
    return view


def color_at(view, row, column):
    at = view.cell_rect(row, column).center().toPoint()
    return view.grab().toImage().pixelColor(at)


def test_red_is_above_zero_and_blue_below(view):
    high, low = color_at(view, 0, 2), color_at(view, 2, 0)
    assert high.red() > high.blue() + 50
    assert low.blue() > low.red() + 50
    middle = color_at(view, 1, 1)
    assert middle.red() == middle.green() == middle.blue()


def test_where_the_image_is_bright_the_color_is_dark(view):
    image = IMAGE.copy()
    image[0, :4, :4] = 255
    before = color_at(view, 0, 0).lightness()
    view.set_heat(np.zeros((3, 3)), image, 1.0, side=4)
    assert color_at(view, 0, 0).lightness() < 0.6 * before


def test_the_cells_at_the_edge_are_as_narrow_as_their_pixels(view):
    assert view.cell_rect(0, 0).width() == 80
    assert view.cell_rect(0, 2).width() == 40


def test_the_mouse_points_at_cells(view, qtbot):
    with qtbot.waitSignal(view.pointed) as pointed:
        qtbot.mouseMove(view, view.cell_rect(2, 1).center().toPoint())
    assert pointed.args == [(2, 1)]


def test_the_arrow_keys_move_and_stay_inside(view, qtbot):
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.current == (0, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
    assert view.current == (1, 0)


def test_cleared_it_points_at_nothing(view, qtbot):
    view.clear()
    with qtbot.assertNotEmitted(view.pointed):
        qtbot.mouseMove(view, view.cell_rect(0, 0).center().toPoint())


def test_a_wide_image_keeps_its_shape(view):
    view.set_heat(np.zeros((4, 8)), np.zeros((3, 4, 8), np.uint8), 1.0)
    rect = view.picture_rect()
    assert rect.width() == 2 * rect.height()


def test_what_is_pointed_at_in_a_larger_image_is_forgotten(view, qtbot):
    qtbot.mouseMove(view, view.cell_rect(2, 2).center().toPoint())
    view.set_heat(np.zeros((3, 3)), IMAGE, 1.0, side=4)
    assert view.current == (2, 2)
    view.set_heat(np.zeros((2, 2)), IMAGE[:, :2, :2], 1.0)
    assert view.current is None
