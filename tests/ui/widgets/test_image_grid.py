"""The grid draws what is in view and nothing else, and tells which image is chosen."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.image_grid import ImageGrid

MANY = 60_000
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


class Source:
    """Images of one gray each, by position; remembers which were asked for."""

    def __init__(self, height: int = 28, width: int = 28, channels: int = 1) -> None:
        self.shape = (channels, height, width)
        self.asked: list[tuple[int, int]] = []
        self.steps: set[int] = set()

    def __call__(self, start: int, stop: int, step: int) -> NDArray[np.uint8]:
        self.asked.append((start, stop))
        self.steps.add(step)
        grays = (np.arange(start, stop) % 256).astype(np.uint8)
        whole = np.broadcast_to(grays[:, None, None, None], (len(grays), *self.shape))
        return whole[:, :, ::step, ::step]


@pytest.fixture
def grid(qtbot: QtBot, theme: Theme) -> ImageGrid:
    grid = ImageGrid(theme)
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    with qtbot.waitExposed(grid):
        grid.show()
    return grid


def gray_at(grid: ImageGrid, position: int) -> int:
    return grid.viewport().grab().toImage().pixelColor(grid.cell(position).center()).red()


def test_only_what_is_in_view_is_asked_for_wherever_one_scrolls(grid: ImageGrid) -> None:
    source = Source()
    grid.set_images(MANY, 28, 28, source, str)
    bar = grid.verticalScrollBar()
    for value in (0, bar.maximum() // 2, bar.maximum()):
        bar.setValue(value)
        source.asked.clear()
        first, last = grid.in_view()
        assert gray_at(grid, first + grid.columns) == (first + grid.columns) % 256
        assert set(source.asked) == {(first, last)}
        assert last - first <= 7 * grid.columns
    assert grid.in_view()[1] == MANY


def test_a_click_chooses_the_image_under_it_and_the_gaps_nothing(
    grid: ImageGrid, qtbot: QtBot
) -> None:
    grid.set_images(MANY, 28, 28, Source(), str)
    grid.verticalScrollBar().setValue(6_000)
    position = grid.in_view()[0] + grid.columns + 2
    with qtbot.waitSignal(grid.chosen) as chosen:
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.cell(position).center())
    assert chosen.args == [position]
    with qtbot.assertNotEmitted(grid.chosen):
        gap = grid.cell(position).bottomRight() + QPoint(2, 2)
        qtbot.mouseClick(grid.viewport(), LEFT, pos=gap)


def test_the_keyboard_goes_everywhere_and_chooses(grid: ImageGrid, qtbot: QtBot) -> None:
    grid.set_images(MANY, 28, 28, Source(), lambda position: f"number {position}")
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        qtbot.keyClick(grid, key)
    with qtbot.waitSignal(grid.chosen) as chosen:
        qtbot.keyClick(grid, Key.Key_Return)
    assert chosen.args == [grid.columns + 2]
    qtbot.keyClick(grid, Key.Key_End)
    assert grid.current == MANY - 1
    assert grid.viewport().rect().contains(grid.cell(MANY - 1))
    assert grid.accessibleDescription() == f"number {MANY - 1}"
    qtbot.keyClick(grid, Key.Key_Home)
    assert grid.verticalScrollBar().value() == 0


def test_large_pictures_are_thinned_out_before_they_are_drawn(grid: ImageGrid) -> None:
    source = Source(480, 640, channels=3)
    grid.set_images(50, 480, 640, source, str)
    assert gray_at(grid, 3) == 3
    assert source.steps == {12}
    assert grid.cell(0).width() <= 60


def test_fewer_images_begin_at_the_top_again(grid: ImageGrid) -> None:
    grid.set_images(MANY, 28, 28, Source(), str)
    grid.verticalScrollBar().setValue(9_000)
    grid.set_images(3, 28, 28, Source(), str)
    assert grid.in_view() == (0, 3)
    assert grid.position_at(grid.cell(5).center()) == -1
    grid.set_images(0, 28, 28, Source(), str)
    grid.grab()  # there is nothing to draw
    assert grid.in_view() == (0, 0)
