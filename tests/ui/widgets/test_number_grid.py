"""Numbers in cells can be told apart however small they are."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from convlab.ui.theme import LIGHT
from convlab.ui.widgets.map_colors import colors_for
from convlab.ui.widgets.number_grid import NARROWEST, NumberGrid, exact


def grid_of(values):
    colors = colors_for("", values[np.newaxis], own=False)
    return NumberGrid("Weights", values, colors, cell_width=NARROWEST)


def painted(grid):
    image = QImage(grid.size.toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    grid.paint(painter, QPointF(0, 0), LIGHT)
    painter.end()
    return image


@pytest.mark.usefixtures("qapp")
def test_tiny_weights_are_written_as_large_ones_with_a_factor_in_the_title():
    tiny, usual = grid_of(np.array([[2e-5, -1.1e-5]])), grid_of(np.array([[2.0, -1.1]]))
    assert (tiny.title, usual.title) == ("Weights ×10⁻⁵", "Weights")
    assert painted(tiny) == painted(usual)
    assert painted(tiny) != painted(grid_of(np.array([[2e-5, -1.2e-5]])))
    assert exact(tiny.values[0, 1]) == "−1.1e−05"
