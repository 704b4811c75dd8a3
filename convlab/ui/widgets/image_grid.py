"""A grid of very many small images, of which only those in view are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.image_pictures import mosaic_of
from convlab.ui.widgets.scrolled_cells import CHOOSING_KEYS, ScrolledCells

USUAL_SIDE = 52  # pixels of an image on the screen, about
GAP = 4

Key = Qt.Key
Source = Callable[[int, int, int], NDArray[np.uint8]]
"""Gives the images from a position to before another, (N, C, H, W), every so many pixels."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """How large an image is on the screen, and which of its pixels are taken."""

    width: int
    height: int
    step: int

    @classmethod
    def of(cls, height: int, width: int) -> "_Cells":
        side = max(height, width)
        step = max(1, side // USUAL_SIDE)
        scale = max(1, round(USUAL_SIDE * step / side))
        return cls(ceil(width / step) * scale, ceil(height / step) * scale, step)


class ImageGrid(ScrolledCells):
    """Images by position; the arrow keys move on, Enter or a click chooses.

    ``pointed`` carries the position under the mouse, or of the keyboard, and -1 for none;
    ``chosen`` the position of a choice.
    """

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Images", parent)
        self._source: Source | None = None
        self._describe: Callable[[int], str] = str
        self._count = 0
        self._cells = _Cells.of(28, 28)
        self._current = 0
        self._hovered = -1

    @property
    def columns(self) -> int:
        """How many images lie side by side."""
        return max(1, (self.viewport().width() + GAP) // (self._cells.width + GAP))

    @property
    def current(self) -> int:
        """The position that the keyboard is at."""
        return self._current

    def set_images(
        self, count: int, height: int, width: int, source: Source, describe: Callable[[int], str]
    ) -> None:
        """Show ``count`` images of ``height`` x ``width`` from the first one on.

        ``describe`` says in a few words what lies at a position.
        """
        self._source = source
        self._describe = describe
        self._count = count
        self._cells = _Cells.of(height, width)
        self._current = 0
        self._hovered = -1
        self.fit_scroll_bar()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()

    def cell(self, position: int) -> QRect:
        """Return the rectangle of an image in the viewport, in pixels."""
        row, column = divmod(position, self.columns)
        left, top = column * self._stride.width(), row * self._stride.height()
        return QRect(
            left, top - self.verticalScrollBar().value(), self._cells.width, self._cells.height
        )

    def position_at(self, point: QPoint) -> int:
        """Return the position of the image at a point of the viewport; -1 where there is none."""
        row = (point.y() + self.verticalScrollBar().value()) // self._stride.height()
        column = point.x() // self._stride.width()
        position = row * self.columns + column
        if column >= self.columns or not 0 <= position < self._count:
            return -1
        return position if self.cell(position).contains(point) else -1

    def in_view(self) -> tuple[int, int]:
        """Return the first position of which something can be seen, and the one after the last."""
        top = self.verticalScrollBar().value()
        first = top // self._stride.height() * self.columns
        rows = ceil((top + self.viewport().height()) / self._stride.height())
        return min(first, self._count), min(rows * self.columns, self._count)

    def minimumSizeHint(self) -> QSize:
        """Leave room for two rows."""
        return QSize(4 * USUAL_SIDE, 2 * USUAL_SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in view."""
        start, stop = self.in_view()
        if self._source is None or start == stop:
            return
        painter = QPainter(self.viewport())
        images = self._source(start, stop, self._cells.step)
        height, width = images.shape[2:]
        picture = mosaic_of(images, columns=1, gap=0)
        for number in range(len(images)):
            one = QRect(0, number * height, width, height)
            painter.drawImage(self.cell(start + number), picture, one)
        self._outline(painter, self._hovered, self._theme.colors.muted, 1)
        if self.hasFocus():
            self._outline(painter, self._current, self._theme.colors.accent, 2)

    def point_at(self, point: QPoint | None) -> None:
        """Tell what is pointed at."""
        position = -1 if point is None else self.position_at(point)
        if position != self._hovered:
            self._hovered = position
            self.viewport().update()
            self.pointed.emit(position)

    def press_at(self, point: QPoint) -> None:
        """Choose an image."""
        position = self.position_at(point)
        if position >= 0:
            self._current = position
            self.viewport().update()
            self.chosen.emit(position)

    def fit_scroll_bar(self) -> None:
        """Go from the first image to the last."""
        bar, stride = self.verticalScrollBar(), self._stride.height()
        height = ceil(self._count / self.columns) * stride - GAP
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setSingleStep(stride // 2)
        bar.setPageStep(max(stride, self.viewport().height() - stride))

    def viewportEvent(self, event: QEvent) -> bool:
        """Say in a tool tip what an image is."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self.position_at(event.pos())
            text = self._describe(position) if position >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by images, rows and pages; choose with Enter or the space bar."""
        page = max(1, self.viewport().height() // self._stride.height()) * self.columns
        steps = {
            Key.Key_Left: -1,
            Key.Key_Right: 1,
            Key.Key_Up: -self.columns,
            Key.Key_Down: self.columns,
            Key.Key_PageUp: -page,
            Key.Key_PageDown: page,
            Key.Key_Home: -self._count,
            Key.Key_End: self._count,
        }
        key = Key(event.key())
        if key in steps and self._count:
            self._go_to(min(max(self._current + steps[key], 0), self._count - 1))
        elif key in CHOOSING_KEYS and self._count:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    @property
    def _stride(self) -> QSize:
        return QSize(self._cells.width + GAP, self._cells.height + GAP)

    def _go_to(self, position: int) -> None:
        self._current = position
        self.scroll_to(self.cell(position))
        self.setAccessibleDescription(self._describe(position))
        self.viewport().update()
        self.pointed.emit(position)

    def _outline(self, painter: QPainter, position: int, color: str, width: int) -> None:
        if 0 <= position < self._count:
            inner = width / 2
            pen = QPen(QColor(color), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(QRectF(self.cell(position)).adjusted(inner, inner, -inner, -inner))
