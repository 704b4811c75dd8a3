import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from convlab.insight.color_ranges import common_ranges
from convlab.insight.mosaic import TilePixel
from convlab.ui.widgets.color_map import diverging
from convlab.ui.widgets.filter_dialog import FilterDialog
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture


def pictures(value, count=3):
    tiles = np.full((count, 5, 5), value) * np.arange(1, count + 1)[:, None, None]
    return [
        FilterPicture(name, name.capitalize(), tiles, common_ranges(4.0, count), diverging())
        for name in ("before", "after", "difference")
    ]


@pytest.fixture
def dialog(qtbot, theme):
    dialog = FilterDialog(theme)
    qtbot.addWidget(dialog)
    dialog.set_pictures(pictures(0.25), "Conv1")
    with qtbot.waitExposed(dialog):
        dialog.show_filter(1)
    return dialog


def button(dialog, text):
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text)


def point_at_first_weight(dialog):
    dialog.findChild(FilterGrids).views[0].pointed.emit(TilePixel(0, 0, 0))
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_it_does_not_stop_the_rest_of_the_lab(dialog):
    assert not dialog.isModal()
    assert dialog.windowTitle() == "Conv1, filter 2 of 3"


def test_it_shows_the_numbers_of_its_filter(dialog):
    reading = "Row 1, column 1: before +0.500, after +0.500, difference +0.500"
    assert reading in point_at_first_weight(dialog)


def test_it_follows_new_weights(dialog):
    picture = dialog.grab().toImage()
    dialog.set_pictures(pictures(-1.0), "Conv1")
    assert dialog.grab().toImage() != picture
    reading = "Row 1, column 1: before −2.000, after −2.000, difference −2.000"
    assert reading in point_at_first_weight(dialog)


def test_the_buttons_go_through_the_filters(dialog, qtbot):
    qtbot.mouseClick(button(dialog, "Next"), Qt.MouseButton.LeftButton)
    assert dialog.windowTitle() == "Conv1, filter 3 of 3"
    assert not button(dialog, "Next").isEnabled()
    qtbot.mouseClick(button(dialog, "Previous"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(dialog, "Previous"), Qt.MouseButton.LeftButton)
    assert dialog.windowTitle() == "Conv1, filter 1 of 3"
    assert not button(dialog, "Previous").isEnabled()


def test_so_do_the_arrow_keys(dialog, qtbot):
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: dialog.number == 2)
    qtbot.keyClick(dialog, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: dialog.number == 1)


def test_escape_closes_it(dialog, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_opens_again_with_what_came_while_it_was_closed(dialog):
    dialog.close()
    dialog.set_pictures(pictures(0.75), "Conv1")
    assert not dialog.isVisible()
    dialog.show_filter(0)
    reading = "Row 1, column 1: before +0.750, after +0.750, difference +0.750"
    assert reading in point_at_first_weight(dialog)


def test_it_stays_on_a_filter_that_exists(dialog):
    dialog.show_filter(2)
    dialog.set_pictures(pictures(0.25, count=2), "Conv2")
    assert dialog.windowTitle() == "Conv2, filter 2 of 2"


def test_without_filters_it_closes(dialog):
    dialog.set_pictures([], "")
    assert not dialog.isVisible()


def test_it_fits_the_screen(qtbot, theme):
    dialog = FilterDialog(theme)
    qtbot.addWidget(dialog)
    tiles = np.zeros((2, 40, 40))
    picture = FilterPicture("weight", "W", tiles, common_ranges(1.0, 2), diverging())
    dialog.set_pictures([picture] * 3, "Conv1")
    dialog.show_filter(0)
    available = dialog.screen().availableSize()
    assert dialog.width() <= available.width()
    assert dialog.height() <= available.height()


def test_captions_of_small_filters_have_room(qtbot, theme):
    dialog = FilterDialog(theme)
    qtbot.addWidget(dialog)
    picture = FilterPicture(
        "after", "After 1,234 iterations", np.zeros((2, 1, 1)), common_ranges(1.0, 2), diverging()
    )
    dialog.set_pictures([picture] * 3, "Conv2")
    with qtbot.waitExposed(dialog):
        dialog.show_filter(0)
    assert [label.text() for label in dialog.findChildren(QLabel)].count(picture.caption) == 3


def test_the_colors_of_one_filter_are_told_in_numbers(qtbot, theme):
    dialog = FilterDialog(theme)
    qtbot.addWidget(dialog)
    ranges = np.array([[-0.1, 0.2], [-0.3, 0.4]])
    picture = FilterPicture("weight", "W", np.zeros((2, 5, 5)), ranges, diverging())
    dialog.set_pictures([picture], "Conv1")
    with qtbot.waitExposed(dialog):
        dialog.show_filter(1)
    names = [child.accessibleName() for child in dialog.findChildren(QWidget)]
    assert "Colors from −0.3 to +0.4" in names
