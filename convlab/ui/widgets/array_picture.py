"""A table of numbers as colors around zero."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.color_map import Lookup, diverging, levels_at

MOST_ROWS = 512  # that are drawn; more could not be told apart
MOST_COLUMNS = 2048
LARGEST_CELL = 48  # pixels
NARROWEST = 96


class ArrayPicture(QWidget):
    """Blue is negative, red positive; ``pointed`` carries a (row, column), or None."""

    pointed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lookup: Lookup = diverging()
        self._image: QImage | None = None
        self._shape = (0, 0)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture of the array")
        theme.changed.connect(self.update)

    def set_matrix(self, matrix: NDArray[Any], limit: float) -> None:
        """Show a table (rows, columns), of a large one the first rows and columns.

        Numbers from -``limit`` to ``limit`` have colors of their own.
        """
        part = matrix[:MOST_ROWS, :MOST_COLUMNS].astype(np.float64)
        self._shape = part.shape[0], part.shape[1]
        finite = np.isfinite(part)
        levels = levels_at(np.clip(np.where(finite, part, 0.0) / limit, -1.0, 1.0))
        pixels = np.empty((*part.shape, 4), np.uint8)
        pixels[..., :3] = self.lookup[levels]
        pixels[..., 3] = np.where(finite, 255, 0)
        rows, columns = part.shape
        kind = QImage.Format.Format_RGBA8888
        self._image = QImage(pixels.tobytes(), columns, rows, 4 * columns, kind).copy()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Leave room enough to see something."""
        return QSize(NARROWEST, NARROWEST)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers as squares; so many in little room as their mean."""
        if self._image is None:
            return
        painter, place = QPainter(self), self._place()
        painter.fillRect(place.adjusted(-1, -1, 1, 1), QColor(self._theme.colors.border))
        is_dense = place.width() < self._shape[1] or place.height() < self._shape[0]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_dense)
        painter.drawImage(place, self._image)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which number is pointed at."""
        self.pointed.emit(self.number_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self.pointed.emit(None)
        super().leaveEvent(event)

    def number_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the row and column at a point, from 0; None outside."""
        place, (rows, columns) = self._place(), self._shape
        if self._image is None or not place.contains(point):
            return None
        row = int((point.y() - place.top()) / place.height() * rows)
        column = int((point.x() - place.left()) / place.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def _place(self) -> QRectF:
        """Return where the picture lies: its cells are squares, unless it is long and thin."""
        rows, columns = (max(1, length) for length in self._shape)
        room = QSizeF(self.width() - 2, self.height() - 2)
        cell = min(room.width() / columns, room.height() / rows, LARGEST_CELL)
        size = QSizeF(cell * columns, cell * rows)
        least = min(12.0, room.width(), room.height())
        if min(size.width(), size.height()) < least:
            size = size.expandedTo(QSizeF(least, least))
        return QRectF(QPointF(1, 1), size)
