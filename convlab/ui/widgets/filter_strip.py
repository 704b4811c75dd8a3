"""The filters of a layer as small pictures, of which one is chosen."""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from convlab.insight.color_ranges import own_symmetric_ranges, shares
from convlab.ui.theme import Theme
from convlab.ui.widgets.color_map import diverging, levels_at

SIDE = 28  # pixels of a filter on the screen
GAP = 6  # in which the frame of the chosen one lies
MOST_ROWS = 2  # in view; of more, one scrolls
DOT = 6

Tiles = NDArray[np.floating]
Key = Qt.Key


class FilterStrip(QAbstractScrollArea):
    """Filters in rows, each with its own scale; those that were edited bear a dot.

    The arrow keys and clicks choose; ``chosen`` carries the number of a filter, from 0.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: list[QImage] = []
        self._current = 0
        self._edited: Set[int] = frozenset()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Filters")
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    @property
    def columns(self) -> int:
        """How many filters lie side by side."""
        return max(1, self.viewport().width() // (SIDE + GAP))

    def set_filters(self, tiles: Tiles, current: int, edited: Set[int]) -> None:
        """Show ``tiles`` (F, H, W), which of them is chosen, and which were edited."""
        was_many = len(self._pictures)
        self._pictures = _pictures(tiles)
        self._edited = edited
        is_moved = current != self._current
        self._current = current
        if len(self._pictures) != was_many:
            self._fit()
        if is_moved or len(self._pictures) != was_many:
            self._reveal()
        self.setAccessibleDescription(self.in_words(current))
        self.viewport().update()

    def cell(self, number: int) -> QRect:
        """Return the rectangle of a filter in the viewport, in pixels."""
        row, column = divmod(number, self.columns)
        step = SIDE + GAP
        top = row * step + GAP // 2 - self.verticalScrollBar().value()
        return QRect(column * step + GAP // 2, top, SIDE, SIDE)

    def number_at(self, point: QPoint) -> int:
        """Return the filter at a point of the viewport; -1 where there is none."""
        step = SIDE + GAP
        column = point.x() // step
        number = (point.y() + self.verticalScrollBar().value()) // step * self.columns + column
        return number if column < self.columns and 0 <= number < len(self._pictures) else -1

    def in_words(self, number: int) -> str:
        """Return what a filter is."""
        return f"Filter {number + 1}" + (", edited" if number in self._edited else "")

    def sizeHint(self) -> QSize:
        """Ask for a row or two."""
        rows = -(-len(self._pictures) // self.columns)
        return QSize(8 * (SIDE + GAP), min(max(1, rows), MOST_ROWS) * (SIDE + GAP))

    def minimumSizeHint(self) -> QSize:
        """Show one row at least."""
        return QSize(4 * (SIDE + GAP), SIDE + GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the filters in view."""
        painter, colors = QPainter(self.viewport()), self._theme.colors
        for number, picture in enumerate(self._pictures):
            cell = self.cell(number)
            if not cell.intersects(self.viewport().rect()):
                continue
            painter.fillRect(cell.adjusted(-1, -1, 1, 1), QColor(colors.border))
            painter.drawImage(cell, picture)
            if number in self._edited:
                dot = QRect(cell.right() - DOT + 2, cell.top() - 1, DOT, DOT)
                painter.fillRect(dot.adjusted(-1, -1, 1, 1), QColor(colors.window))
                painter.fillRect(dot, QColor(colors.warning))
        if self._pictures:
            self._outline(painter, self.cell(self._current))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the rows out anew."""
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Paint anew what is in view now."""
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a filter."""
        number = self.number_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and number >= 0:
            self.chosen.emit(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it from whatever lies below."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrow keys."""
        steps = {
            Key.Key_Left: -1,
            Key.Key_Right: 1,
            Key.Key_Up: -self.columns,
            Key.Key_Down: self.columns,
            Key.Key_Home: -self._current,
            Key.Key_End: len(self._pictures) - 1 - self._current,
        }
        step = steps.get(Key(event.key()))
        if step is None or not self._pictures:
            super().keyPressEvent(event)
        elif 0 <= self._current + step < len(self._pictures):
            self.chosen.emit(self._current + step)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say in a tool tip which filter it is."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.number_at(event.pos())
            QToolTip.showText(event.globalPos(), self.in_words(number) if number >= 0 else "", self)
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _fit(self) -> None:
        height = self.sizeHint().height()
        if self.height() != height:
            self.setFixedHeight(height)
        rows = -(-len(self._pictures) // self.columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * (SIDE + GAP) - height))
        bar.setSingleStep(SIDE + GAP)
        bar.setPageStep(height)

    def _reveal(self) -> None:
        cell, bar = self.cell(self._current), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top() - GAP)
        elif cell.bottom() >= self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() + GAP - self.viewport().height())

    def _outline(self, painter: QPainter, cell: QRect) -> None:
        width = 3 if self.hasFocus() else 2
        pen = QPen(QColor(self._theme.colors.accent), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(cell.adjusted(-2, -2, 1, 1))


def _pictures(tiles: Tiles) -> list[QImage]:
    places = shares(tiles, own_symmetric_ranges(tiles))
    colors = diverging()[levels_at(np.nan_to_num(places))]
    height, width = tiles.shape[1:]
    kind = QImage.Format.Format_RGB888
    return [
        QImage(one.tobytes(), width, height, 3 * width, kind).copy()
        for one in np.ascontiguousarray(colors)
    ]
