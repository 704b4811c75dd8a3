"""Numbers laid over an image as colors, blue below zero and red above."""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.color_ranges import common_ranges, shares
from convlab.ui.theme import Theme
from convlab.ui.widgets.color_map import diverging, levels_at

SMALLEST = 96  # pixels
DARKENING = 0.55  # of the colors where the image is white, so that one sees what lies below
Key = Qt.Key
STEPS = {
    Key.Key_Left: (0, -1),
    Key.Key_Right: (0, 1),
    Key.Key_Up: (-1, 0),
    Key.Key_Down: (1, 0),
}


class HeatView(QWidget):
    """Cells (h, w) over an image (C, H, W), as large as fits, the cells' shape being kept.

    ``pointed`` carries the (row, column) of the cell under the mouse or of the arrow keys, or
    None for none.
    """

    pointed = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shape = (1, 1)
        self._size_in_cells = (1.0, 1.0)  # the last row and column may be narrower
        self._picture: QImage | None = None
        self._current: tuple[int, int] | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    @property
    def current(self) -> tuple[int, int] | None:
        """The cell that is pointed at."""
        return self._current

    def set_heat(
        self, cells: NDArray[np.floating], image: NDArray[np.uint8], limit: float, side: int = 1
    ) -> None:
        """Show cells of ``side`` x ``side`` pixels of the image; ±``limit`` is the full color."""
        height, width = image.shape[1:]
        self._shape = cells.shape[0], cells.shape[1]
        self._size_in_cells = height / side, width / side
        if self._current is not None and not _is_within(self._current, self._shape):
            self._current = None
        self._fit_height()
        heat = np.repeat(np.repeat(cells, side, axis=0), side, axis=1)[:height, :width]
        share = shares(heat[np.newaxis], common_ranges(limit, 1))[0]
        colors = diverging()[levels_at(np.nan_to_num(share))]
        ink = image.mean(axis=0)[..., np.newaxis] / 255
        pixels = np.ascontiguousarray(colors * (1 - DARKENING * ink), dtype=np.uint8)
        kind = QImage.Format.Format_RGB888
        self._picture = QImage(pixels.tobytes(), width, height, 3 * width, kind).copy()
        self.update()

    def clear(self) -> None:
        """Show an empty frame, as long as nothing is known."""
        self._picture = None
        self.update()

    def picture_rect(self) -> QRectF:
        """Return where the picture is, in pixels of the widget."""
        height, width = self._size_in_cells
        scale = min((self.width() - 2) / width, (self.height() - 2) / height)
        return QRectF(1, 1, width * scale, height * scale)

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell is, in pixels of the widget."""
        rect = self.picture_rect()
        side = rect.height() / self._size_in_cells[0]
        cell = QRectF(rect.left() + column * side, rect.top() + row * side, side, side)
        return cell.intersected(rect)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to recognize something."""
        return QSize(SMALLEST, SMALLEST)

    def sizeHint(self) -> QSize:
        """Ask for little; a layout gives what there is."""
        return QSize(SMALLEST, SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take no more height than the picture can use."""
        super().resizeEvent(event)
        self._fit_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture with a frame, and one around the cell that is pointed at."""
        painter, colors, rect = QPainter(self), self._theme.colors, self.picture_rect()
        frame = colors.accent if self.hasFocus() else colors.border
        painter.fillRect(rect.adjusted(-1, -1, 1, 1), QColor(frame))
        painter.fillRect(rect, QColor(colors.surface))
        if self._picture is None:
            return
        painter.drawImage(rect, self._picture)
        if self._current is not None:
            cell = self.cell_rect(*self._current)
            painter.setPen(QPen(QColor(Qt.GlobalColor.black), 3))
            painter.drawRect(cell.adjusted(-1, -1, 1, 1))
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1))
            painter.drawRect(cell.adjusted(-1, -1, 1, 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which cell is pointed at."""
        self._point_at(self._cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by cells."""
        step = STEPS.get(Key(event.key()))
        if step is None or self._picture is None:
            super().keyPressEvent(event)
            return
        if self._current is None:
            self._point_at((0, 0))
            return
        row, column = (
            min(max(place + by, 0), size - 1)
            for place, by, size in zip(self._current, step, self._shape, strict=True)
        )
        self._point_at((row, column))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self._point_at(None)
        self.update()

    def _fit_height(self) -> None:
        height, width = self._size_in_cells
        self.setMaximumHeight(max(SMALLEST, ceil((self.width() - 2) * height / width) + 2))

    def _cell_at(self, point: QPointF) -> tuple[int, int] | None:
        rect = self.picture_rect()
        if self._picture is None or not rect.contains(point):
            return None
        side = rect.height() / self._size_in_cells[0]
        row, column = (point.y() - rect.top()) // side, (point.x() - rect.left()) // side
        return min(int(row), self._shape[0] - 1), min(int(column), self._shape[1] - 1)

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._current:
            self._current = cell
            self.update()
            self.pointed.emit(cell)


def _is_within(cell: tuple[int, int], shape: tuple[int, int]) -> bool:
    return cell[0] < shape[0] and cell[1] < shape[1]
