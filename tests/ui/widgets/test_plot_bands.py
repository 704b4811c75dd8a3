"""The bands behind the curves are the epochs of the run, wherever it began."""

from collections.abc import Iterator
from itertools import groupby

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.plot_axis import percent_text


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> Iterator[CurvePlot]:
    holder = QWidget()  # pyqtgraph takes a plot of its own apart when that is closed
    qtbot.addWidget(holder)
    plot = CurvePlot(theme, percent_text, holder)
    holder.resize(600, 200)
    plot.resize(600, 200)
    with qtbot.waitExposed(holder):
        holder.show()
    plot.setXRange(0, 200, padding=0)
    plot.bands.set_color(QColor("black"))
    yield plot
    holder.hide()  # kept until here


def tinted(plot: CurvePlot) -> list[tuple[int, int]]:
    """Return where on the x axis tints begin and end, from pixels."""
    rect: QRectF = plot.bands.boundingRect()
    image = QImage(rect.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.translate(-rect.topLeft())
    plot.bands.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    is_dark = [image.pixelColor(x, 5).value() < 128 for x in range(image.width())]
    spans = []
    for dark, pixels in groupby(range(image.width()), key=lambda x: is_dark[x]):
        run = list(pixels)
        if dark:
            scale = 200 / image.width()
            spans.append((round(run[0] * scale), round((run[-1] + 1) * scale)))
    return spans


def test_every_second_epoch_is_tinted(plot: CurvePlot) -> None:
    plot.bands.set_width(50)
    assert tinted(plot) == [(50, 100), (150, 200)]


def test_those_of_a_branch_begin_where_it_did_and_count_on(plot: CurvePlot) -> None:
    plot.bands.set_width(50, 60, 1)  # after its first epoch, so that the next one is the second
    assert tinted(plot) == [(60, 110), (160, 200)]
    plot.bands.set_width(50, 60, 2)
    assert tinted(plot) == [(110, 160)]


def test_without_a_width_there_are_none(plot: CurvePlot) -> None:
    plot.bands.set_width(None, 60, 1)
    assert tinted(plot) == []
