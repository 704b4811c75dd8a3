"""A plot's axis with labels as a person would write them."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from convlab.ui.widgets.plot_style import small_font

LABEL_DISTANCE = 24  # pixels between labels on a logarithmic axis, at least
FEWEST_DECADES = 0.35  # in view: then there is always a tick, as 1 and 2 are 0.3 apart
OVERHANG = 8  # pixels by which a label may reach beyond the end of an upright axis
CAPTION_GAP = 8  # pixels between a caption and the axis


class PlotAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose labels are made by ``text(value, spacing)``, those at its ends included.

    In log mode positions are decimal logarithms. The ``caption`` of a bottom axis stands at the
    left of its labels, so that it takes no height.
    """

    def __init__(self, side: str, text: Callable[[float, float], str], caption: str = "") -> None:
        super().__init__(side)
        self._text = text
        self._caption = caption

    def boundingRect(self) -> QRectF:
        """Return where labels may be: pyqtgraph drops those that do not fit; called by it."""
        rect = super().boundingRect()
        if self.orientation == "left":
            return QRectF(rect.adjusted(0, -OVERHANG, 0, OVERHANG))
        margin = CAPTION_GAP + QFontMetricsF(small_font()).horizontalAdvance(self._caption)
        return QRectF(rect.adjusted(-margin, 0, margin, 0))

    def generateDrawSpecs(self, painter: QPainter) -> Any:
        """Return what is to be painted, the caption included; called by pyqtgraph."""
        specs = super().generateDrawSpecs(painter)
        if not (specs and specs[2] and self._caption):
            return specs
        axis, ticks, texts = specs
        width = painter.fontMetrics().horizontalAdvance(self._caption)
        row = texts[0][0]
        caption = QRectF(-CAPTION_GAP - width, row.top(), width, row.height())
        free = [text for text in texts if text[0].left() > caption.right()]
        return axis, ticks, [*free, (caption, texts[0][1], self._caption)]

    def tickStrings(
        self, values: Sequence[float], scale: float, spacing: float | None
    ) -> list[str]:
        """Return the labels at ``values``; called by pyqtgraph."""
        if self.logMode:
            return [power_text(value) for value in values]
        return [self._text(value, spacing or 1.0) for value in values]

    def logTickValues(
        self, lowest: float, highest: float, size: float, ticks: object
    ) -> list[tuple[float | None, list[float]]]:
        """Return the ticks between two logarithms, as many as there is room for on the axis."""
        decade = size / (highest - lowest)
        every = max(1, ceil(LABEL_DISTANCE / decade))
        steps = _steps(decade)
        powers = range(every * floor(lowest / every), ceil(highest) + 1, every)
        values = [power + log10(step) for power in powers for step in steps]
        return [(None, [value for value in values if lowest <= value <= highest])]


def count_text(value: float, spacing: float) -> str:
    """Return a whole number with its thousands set apart; nothing between whole numbers."""
    return f"{value:,.0f}" if value == round(value) else ""


def percent_text(value: float, spacing: float) -> str:
    """Return a share of 0 to 1 as percent, with as many places as the ticks need."""
    return f"{100 * value:.{_places(100 * spacing)}f}%"


def power_text(logarithm: float) -> str:
    """Return the number with this decimal logarithm; it may be larger than a float can be."""
    power = floor(logarithm + 1e-9)
    if -4 <= power <= 4:
        return f"{10**logarithm:g}"
    return f"{10 ** (logarithm - power):.0f}e{power}"


def number_text(value: float, spacing: float) -> str:
    """Return a number with as many places as the ticks need."""
    if abs(value) >= 1e5 or 0 < spacing < 1e-4:
        return f"{value:.3g}"
    return f"{value:.{_places(spacing)}f}"


def _steps(decade: float) -> tuple[int, ...]:
    """Return which multiples of a power of ten get a tick, if a decade takes so many pixels."""
    if decade < 4 * LABEL_DISTANCE:
        return (1,)
    return (1, 2, 5) if decade < 20 * LABEL_DISTANCE else (1, 2, 3, 4, 5, 6, 7, 8, 9)


def _places(spacing: float) -> int:
    return max(0, ceil(-log10(spacing) - 1e-9))
