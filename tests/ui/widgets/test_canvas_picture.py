"""A picture lies on the paper until it is drawn over, cleared, or undone."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from convlab.data.digit_image import Drawing, Stroke
from convlab.ui.theme import Theme
from convlab.ui.widgets.canvas import DrawingCanvas

LINE = Drawing((Stroke(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.09),))


@pytest.fixture
def canvas(qtbot: QtBot, theme: Theme) -> DrawingCanvas:
    canvas = DrawingCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(300, 300)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def middle(canvas: DrawingCanvas) -> QColor:
    return canvas.grab().toImage().pixelColor(canvas.paper.center().toPoint())


def test_a_gray_picture_is_ink_and_one_in_color_is_itself(
    canvas: DrawingCanvas, theme: Theme
) -> None:
    canvas.set_picture(np.full((1, 4, 4), 255, np.uint8))
    assert middle(canvas) == QColor(theme.colors.text)
    canvas.set_picture(np.broadcast_to(np.uint8([[[9]], [[80]], [[200]]]), (3, 4, 4)))
    assert middle(canvas) == QColor(9, 80, 200)


def test_undoing_brings_the_drawing_back(canvas: DrawingCanvas) -> None:
    canvas.set_drawing(LINE)
    canvas.set_picture(np.zeros((1, 4, 4), np.uint8))
    assert canvas.shows_picture
    assert canvas.drawing().strokes == ()
    canvas.undo()
    assert not canvas.shows_picture
    assert canvas.drawing().strokes == LINE.strokes


def test_it_can_be_cleared_or_drawn_over(canvas: DrawingCanvas, qtbot: QtBot) -> None:
    canvas.set_picture(np.zeros((1, 4, 4), np.uint8))
    assert canvas.clear_action.isEnabled()
    canvas.clear_action.trigger()
    assert not canvas.shows_picture
    canvas.set_picture(np.zeros((1, 4, 4), np.uint8))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.paper.center().toPoint())
    assert not canvas.shows_picture
    assert len(canvas.drawing().strokes) == 1
