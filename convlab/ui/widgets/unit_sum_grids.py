"""What is added up to one number of a layer's output, as grids of numbers."""

from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.activations import INPUT
from convlab.insight.receptive_field import Region
from convlab.insight.unit_sum import UnitSum
from convlab.nn.types import Shape
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.map_colors import colors_for
from convlab.ui.widgets.number_grid import NARROWEST, WIDEST, NumberGrid, exact

CAPTION = 20  # pixels above a grid
SIGN = 16  # pixels between two grids
MARGIN = 2.0  # pixels around all, for outlines


@dataclass(frozen=True, slots=True)
class _Signed:
    """A grid, and the sign that stands before it."""

    sign: str
    grid: NumberGrid


class UnitSumGrids(QWidget):
    """The window of one channel, the weights on it, and their products, side by side.

    Of a layer that does not weigh what it reads, there is the window alone. ``pointed`` says
    that :attr:`reading` is another one.
    """

    pointed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grids: tuple[_Signed, ...] = ()
        self._room = 0
        self._hint = QSize()
        self._mouse = QPointF()
        self._place: tuple[int, int] | None = None  # under the mouse
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    @property
    def grids(self) -> tuple[NumberGrid, ...]:
        """The grids that are shown, from left to right."""
        return tuple(signed.grid for signed in self._grids)

    @property
    def reading(self) -> str:
        """The exact numbers under the mouse; empty if there are none."""
        if self._place is None or not self._grids:
            return ""
        row, column = self._place
        numbers = (f"{s.sign} {exact(float(s.grid.values[self._place]))}" for s in self._grids)
        return f"Row {row + 1}, column {column + 1}: {' '.join(numbers).strip()}"

    def set_room(self, width: int) -> None:
        """Make the cells as wide as they can be to fill a width, within limits."""
        if width != self._room:
            self._room = width
            self._fit()

    def set_sum(self, told: UnitSum, channel: int, source_shape: Shape) -> None:
        """Show one channel, counted from 0, of what a unit reads of a layer of that shape."""
        self._grids = _grids_of(told, channel, source_shape)
        self._fit()  # before it is looked up what the mouse is at
        self._point(None if self._place is None else self._place_at(self._mouse))
        told_words = (f"{grid.caption}: {_in_words(grid)}" for grid in self.grids)
        self.setAccessibleDescription("; ".join(told_words))
        self.setAccessibleName("Numbers that are added up")

    def sizeHint(self) -> QSize:
        """As large as the grids."""
        if not self._grids:
            return QSize(0, 0)
        width = sum(self._width(signed.grid) for signed in self._grids)
        width += SIGN * (len(self._grids) - 1) + 2 * MARGIN
        height = max(signed.grid.size.height() for signed in self._grids)
        return QSize(int(width), int(height + CAPTION + 2 * MARGIN))

    def minimumSizeHint(self) -> QSize:
        """As large as the grids: what has no room is scrolled to."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint captions, signs and grids."""
        painter, colors = QPainter(self), self._theme.colors
        for signed, left in zip(self._grids, self._lefts(), strict=True):
            grid = signed.grid
            painter.setPen(QColor(colors.muted))
            sign = QRectF(left - SIGN, CAPTION, SIGN, grid.size.height())
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, signed.sign)
            caption = QRectF(left, 0, self._width(grid), CAPTION)
            painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, grid.title)
            grid.paint(painter, QPointF(left, CAPTION), colors)
            if self._place is not None:
                painter.setPen(QPen(QColor(colors.text), 2))
                painter.drawRect(grid.cell(QPointF(left, CAPTION), *self._place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which numbers are pointed at."""
        self._mouse = event.position()
        self._point(self._place_at(self._mouse))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that none are."""
        self._point(None)
        super().leaveEvent(event)

    def _point(self, place: tuple[int, int] | None) -> None:
        self._place = place
        self.update()
        self.pointed.emit()

    def _place_at(self, point: QPointF) -> tuple[int, int] | None:
        for signed, left in zip(self._grids, self._lefts(), strict=True):
            place = signed.grid.place_at(point - QPointF(left, CAPTION))
            if place is not None:
                return place
        return None

    def _lefts(self) -> list[float]:
        """Return where each grid begins."""
        lefts, left = [], MARGIN
        for signed in self._grids:
            left += SIGN if signed.sign else 0.0
            lefts.append(left)
            left += self._width(signed.grid)
        return lefts

    def _fit(self) -> None:
        columns = sum(signed.grid.values.shape[1] for signed in self._grids)
        room = self._room - 2 * MARGIN - SIGN * (len(self._grids) - 1)
        width = min(max(float(floor(room / max(1, columns))), NARROWEST), WIDEST)
        self._grids = tuple(
            _Signed(signed.sign, replace(signed.grid, cell_width=width)) for signed in self._grids
        )
        if self.sizeHint() != self._hint:
            self._hint = self.sizeHint()
            self.updateGeometry()
        self.update()

    def _width(self, grid: NumberGrid) -> float:
        caption = self.fontMetrics().horizontalAdvance(grid.title) + SPACE // 2
        return max(grid.size.width(), float(caption))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()


def _grids_of(told: UnitSum, channel: int, source_shape: Shape) -> tuple[_Signed, ...]:
    inputs = told.inputs
    if inputs.shape[1:] == (1, 1) and told.weights is None:  # numbers of neighboring channels
        row = inputs.reshape(1, -1)
        colors = colors_for("", row[np.newaxis], own=False)
        return (_Signed("", NumberGrid(f"{told.source}", row, colors)),)
    window = inputs[channel]
    source_colors = colors_for(told.source, inputs, own=False)
    winner = told.winner[1:] if told.winner is not None else None
    where = f"{told.source}, map {told.region.channels[channel] + 1}"
    if told.source == INPUT and inputs.shape[0] == 1:
        where = told.source
    padding = _padding(told.region, source_shape)
    first = _Signed("", NumberGrid(where, window, source_colors, winner, padding))
    if told.weights is None or told.products is None:
        return (first,)
    weights, products = told.weights, told.products
    return (
        first,
        _Signed("×", NumberGrid("Weights", weights[channel], colors_for("", weights, own=False))),
        _Signed(
            "=", NumberGrid("Products", products[channel], colors_for("", products, own=False))
        ),
    )


def _padding(region: Region, source_shape: Shape) -> NDArray[np.bool_]:
    """Return which places (H, W) of a region lie outside of an output of ``source_shape``."""
    _, height, width = (*source_shape, 1, 1)[:3]
    rows = np.array([not 0 <= row < height for row in region.rows])
    columns = np.array([not 0 <= column < width for column in region.columns])
    return np.asarray(rows[:, np.newaxis] | columns)


def _in_words(grid: NumberGrid) -> str:
    return ", ".join(exact(float(value)) for value in grid.values.flat)
