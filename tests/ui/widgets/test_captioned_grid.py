import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QWidget

from convlab.insight.color_ranges import common_ranges
from convlab.ui.widgets.captioned_grid import CaptionedGrid
from convlab.ui.widgets.color_map import gray_reversed
from convlab.ui.widgets.filter_pictures import FilterPicture

CAPTION = "After 1,234,567 iterations"


@pytest.fixture
def parent(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def grid(parent, qtbot, theme):
    grid = CaptionedGrid(theme, parent, enlarged=False)
    ranges = common_ranges(0.3, 4)
    grid.set_picture(FilterPicture("after", CAPTION, np.zeros((4, 5, 5)), ranges, gray_reversed()))
    parent.resize(500, 300)
    grid.show()
    with qtbot.waitExposed(parent):
        parent.show()
    return grid


def test_a_caption_that_fits_is_shown_whole(grid):
    grid.resize(400, 200)
    caption = grid.findChild(QLabel)
    assert caption.text() == CAPTION
    assert caption.toolTip() == ""


def test_a_caption_that_does_not_fit_keeps_its_whole_text_in_the_tooltip(grid):
    grid.resize(100, 200)
    caption = grid.findChild(QLabel)
    assert caption.text().startswith("After")
    assert caption.text().endswith("…")
    assert caption.toolTip() == CAPTION
    assert caption.fontMetrics().horizontalAdvance(caption.text()) <= 100


def test_the_scale_is_told_to_screen_readers(grid):
    names = [child.accessibleName() for child in grid.findChildren(QWidget)]
    assert "Colors from −0.3 to +0.3" in names
    assert CAPTION in names
