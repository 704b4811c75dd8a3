"""Numbers in colored cells, as they are added up."""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from convlab.insight.color_ranges import shares
from convlab.ui.theme import Colors
from convlab.ui.widgets.cell_numbers import draw_numbers, exponent_for, power_of_ten
from convlab.ui.widgets.color_map import levels_at
from convlab.ui.widgets.map_colors import MapColors

NARROWEST, WIDEST = 33.8, 88.0  # pixels of a number's cell; in narrower ones it is not readable
LOWEST, FLATNESS = 20.0, 0.4  # of a cell's height: at least so many pixels, and of its width
USUAL = 56.0  # pixels of a cell's width where nothing is said of the room


@dataclass(frozen=True, slots=True, eq=False)
class NumberGrid:
    """Numbers (H, W) with a caption, their colors, and what is particular about some of them.

    ``outlined`` is the place of the number that counts most; ``padding`` (H, W) tells which
    numbers are no part of any image. Very small or large numbers are written without a power of
    ten, which :attr:`title` tells.
    """

    caption: str
    values: NDArray[np.floating]
    colors: MapColors
    outlined: tuple[int, int] | None = None
    padding: NDArray[np.bool_] | None = None
    cell_width: float = USUAL

    @property
    def title(self) -> str:
        """The caption, with the factor that all numbers have to be multiplied by."""
        return self.caption + power_of_ten(exponent_for(self.values))

    @property
    def size(self) -> QSizeF:
        """The size of all cells, in pixels."""
        rows, columns = self.values.shape
        return QSizeF(columns * self.cell_width, rows * self.cell_height)

    @property
    def cell_height(self) -> float:
        """The height of a cell, in pixels."""
        return max(LOWEST, floor(FLATNESS * self.cell_width))

    def cell(self, origin: QPointF, row: int, column: int) -> QRectF:
        """Return where a number stands, if the grid's top left is at ``origin``."""
        place = QPointF(column * self.cell_width, row * self.cell_height)
        return QRectF(origin + place, QSizeF(self.cell_width, self.cell_height))

    def place_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the row and column at a point, counted from the grid's top left."""
        row, column = floor(point.y() / self.cell_height), floor(point.x() / self.cell_width)
        rows, columns = self.values.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def paint(self, painter: QPainter, origin: QPointF, colors: Colors) -> None:
        """Paint cells and numbers; those of the padding are hatched."""
        painter.save()
        own = shares(self.values[np.newaxis], self.colors.ranges[:1])[0]
        is_there = np.isfinite(own)
        inks = self.colors.lookup[levels_at(np.where(is_there, own, 0.0))]
        for row, column in np.ndindex(self.values.shape):
            cell = self.cell(origin, row, column)
            ink = QColor(*(int(n) for n in inks[row, column]))
            painter.fillRect(cell, ink if is_there[row, column] else QColor(colors.surface))
        written = self.values.astype(np.float64) / 10.0 ** exponent_for(self.values)
        draw_numbers(painter, QRectF(origin, self.size), written, own, self.colors.lookup)
        if self.padding is not None:
            hatch = QBrush(QColor(colors.muted), Qt.BrushStyle.BDiagPattern)
            for row, column in np.argwhere(self.padding):
                painter.fillRect(self.cell(origin, int(row), int(column)), hatch)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.drawRect(QRectF(origin, self.size))
        if self.outlined is not None:
            painter.setPen(QPen(QColor(colors.accent), 3))
            painter.drawRect(self.cell(origin, *self.outlined).adjusted(1, 1, -1, -1))
        painter.restore()


def exact(value: float) -> str:
    """Return a number with its sign and the six digits that float32 holds for sure."""
    return f"{value:+.6g}".replace("-", "−") if value else "0"
