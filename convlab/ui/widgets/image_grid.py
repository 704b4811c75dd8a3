"""A grid of very many small images, of which only those in view are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.image_pictures import mosaic_of

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


class ImageGrid(QAbstractScrollArea):
    """Images by position; the arrow keys move on, Enter or a click chooses.

    ``pointed`` carries the position under the mouse, or of the keyboard, and -1 for none;
    ``chosen`` the position of a choice.
    """

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source: Source | None = None
        self._describe: Callable[[int], str] = str
        self._count = 0
        self._cells = _Cells.of(28, 28)
        self._current = 0
        self._hovered = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Images")
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

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
        self._fit_scroll_bar()
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the first image in view where it was."""
        super().resizeEvent(event)
        self._fit_scroll_bar()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw anew what is in view now."""
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        self._point_at(self.position_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an image."""
        position = self.position_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and position >= 0:
            self._current = position
            self.viewport().update()
            self.chosen.emit(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it from whatever lies below."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(-1)
        super().leaveEvent(event)

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
        elif key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space) and self._count:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self.viewport().update()

    @property
    def _stride(self) -> QSize:
        return QSize(self._cells.width + GAP, self._cells.height + GAP)

    def _go_to(self, position: int) -> None:
        self._current = position
        cell, bar = self.cell(position), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top())
        elif cell.bottom() >= self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() + 1 - self.viewport().height())
        self.setAccessibleDescription(self._describe(position))
        self.viewport().update()
        self.pointed.emit(position)

    def _point_at(self, position: int) -> None:
        if position != self._hovered:
            self._hovered = position
            self.viewport().update()
            self.pointed.emit(position)

    def _fit_scroll_bar(self) -> None:
        bar, stride = self.verticalScrollBar(), self._stride.height()
        height = ceil(self._count / self.columns) * stride - GAP
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setSingleStep(stride // 2)
        bar.setPageStep(max(stride, self.viewport().height() - stride))

    def _outline(self, painter: QPainter, position: int, color: str, width: int) -> None:
        if 0 <= position < self._count:
            inner = width / 2
            pen = QPen(QColor(color), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(QRectF(self.cell(position)).adjusted(inner, inner, -inner, -inner))
