"""A picture lies on the paper, is drawn and erased on, and goes when it is cleared or undone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from convlab.app.shown_picture import ShownPicture
from convlab.data.digit_image import Drawing, Stroke
from convlab.ui.theme import Theme
from convlab.ui.widgets.canvas import DrawingCanvas

LINE = Drawing((Stroke(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.09),))
COLORED = np.broadcast_to(np.uint8([[[9]], [[80]], [[200]]]), (3, 4, 4))


def shown(image: NDArray[np.uint8]) -> ShownPicture:
    return ShownPicture(image, "Test image 1")


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
    canvas.set_picture(shown(np.full((1, 4, 4), 255, np.uint8)))
    assert middle(canvas) == QColor(theme.colors.text)
    canvas.set_picture(shown(COLORED))
    assert middle(canvas) == QColor(9, 80, 200)


def test_undoing_brings_the_drawing_back(canvas: DrawingCanvas) -> None:
    canvas.set_drawing(LINE)
    canvas.set_picture(shown(np.zeros((1, 4, 4), np.uint8)))
    assert canvas.shows_picture
    assert canvas.drawing().strokes == ()
    canvas.undo()
    assert not canvas.shows_picture
    assert canvas.drawing().strokes == LINE.strokes


def test_it_can_be_cleared_and_comes_back(canvas: DrawingCanvas) -> None:
    canvas.set_picture(shown(np.zeros((1, 4, 4), np.uint8)))
    assert canvas.clear_action.isEnabled()
    canvas.clear_action.trigger()
    assert not canvas.shows_picture
    assert not canvas.clear_action.isEnabled()
    canvas.undo()
    assert canvas.shows_picture


def click(qtbot: QtBot, canvas: DrawingCanvas) -> None:
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.paper.center().toPoint())


def test_a_stroke_goes_on_top_of_it_and_is_undone_alone(
    canvas: DrawingCanvas, qtbot: QtBot, theme: Theme
) -> None:
    black = shown(np.zeros((1, 4, 4), np.uint8))
    canvas.set_picture(black)
    assert middle(canvas) == QColor(theme.colors.surface)
    click(qtbot, canvas)
    assert middle(canvas) == QColor(theme.colors.text)
    assert canvas.picture is black
    assert len(canvas.drawing().strokes) == 1
    canvas.undo()
    assert middle(canvas) == QColor(theme.colors.surface)
    assert canvas.picture is black


def test_an_eraser_takes_away_what_is_in_it(
    canvas: DrawingCanvas, qtbot: QtBot, theme: Theme
) -> None:
    canvas.set_picture(shown(np.full((1, 4, 4), 255, np.uint8)))
    canvas.brush.eraser_action.setChecked(True)
    click(qtbot, canvas)
    assert middle(canvas) == QColor(theme.colors.surface)
    canvas.resize(400, 400)  # everything is painted anew
    assert middle(canvas) == QColor(theme.colors.surface)


def test_on_a_picture_in_color_the_pen_is_white_and_the_eraser_black(
    canvas: DrawingCanvas, qtbot: QtBot
) -> None:
    canvas.set_picture(shown(COLORED))
    click(qtbot, canvas)
    assert middle(canvas) == QColor(255, 255, 255)
    canvas.brush.eraser_action.setChecked(True)
    click(qtbot, canvas)
    assert middle(canvas) == QColor(0, 0, 0)


def test_a_gray_picture_follows_the_colors_of_the_window(
    canvas: DrawingCanvas, theme: Theme
) -> None:
    canvas.set_picture(shown(np.full((1, 4, 4), 255, np.uint8)))
    theme.choose("dark")
    assert middle(canvas) == QColor(theme.colors.text)
