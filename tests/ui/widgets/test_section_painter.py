"""The title of a layer explains the colors, in narrow docks too."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from convlab.ui.widgets.map_colors import colors_for
from convlab.ui.widgets.map_sections import TITLE, sections_of
from convlab.ui.widgets.section_painter import paint_title


@pytest.mark.parametrize("width", [260, 640])
def test_both_ends_of_the_colors_are_painted(theme, width):
    maps = np.full((32, 28, 28), -4.0)
    (section,) = sections_of({"Conv1": maps}, ("Conv1",), width, 300.0, 1.0)
    image = QImage(width, TITLE, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        scale = colors_for("Conv1", maps, own=False)
        paint_title(painter, section, scale, width, theme.colors, stands_out=False)
    line = [image.pixelColor(x, TITLE // 2) for x in range(width)]
    assert any(color.red() > color.blue() + 100 for color in line)
    assert any(color.blue() > color.red() + 100 for color in line)
