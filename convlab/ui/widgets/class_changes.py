"""How well each class is read before and after a change, as pairs of bars."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from convlab.insight.filter_edit import Change
from convlab.ui.theme import Theme

BAR_HEIGHT = 24  # pixels, at least
TALLEST_BAR = 96
GAP = 2


class ClassChanges(QWidget):
    """One column a class: its name, the share read right, and by how much that has changed.

    The bar is the share after the change, the line across it the share before.
    ``chosen`` carries the number of a class that was clicked.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._change: Change | None = None
        self._is_muted = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(self.sizeHint().height() + TALLEST_BAR - BAR_HEIGHT)
        self.setAccessibleName("Accuracy of each class")
        theme.changed.connect(self.update)

    def set_change(self, names: Sequence[str], change: Change | None, *, muted: bool) -> None:
        """Show a change, or empty columns; ``muted`` while a newer one is on its way."""
        self._names = tuple(names)
        self._change = change
        self._is_muted = muted
        self.setAccessibleDescription(
            "" if change is None else "; ".join(map(self.in_words, range(self._count())))
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Names, bars, and a line for the changes."""
        return QSize(160, BAR_HEIGHT + 2 * self.fontMetrics().height() + 2 * GAP)

    def minimumSizeHint(self) -> QSize:
        """Narrow docks are allowed."""
        return QSize(120, self.sizeHint().height())

    def in_words(self, number: int) -> str:
        """Return what a column says."""
        if self._change is None or number >= self._count():
            return ""
        before, after = self._change.before, self._change.after
        name = self._names[number] if number < len(self._names) else str(number)
        return (
            f"{name}: {before.right[number]} → {after.right[number]} of "
            f"{after.count[number]} images right"
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint column by column."""
        if self._change is None:
            return
        painter = QPainter(self)
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.9)
        painter.setFont(small)
        room = self.width() / max(1, self._count())
        before, after = self._change.before.shares, self._change.after.shares
        for number in range(self._count()):
            column = QRectF(number * room, 0, room - GAP, self.height())
            self._paint_column(painter, column, number, before[number], after[number])

    def _paint_column(
        self, painter: QPainter, column: QRectF, number: int, before: float, after: float
    ) -> None:
        colors, line = self._theme.colors, self.fontMetrics().height()
        center = Qt.AlignmentFlag.AlignCenter
        name = self._names[number] if number < len(self._names) else str(number)
        painter.setPen(QColor(colors.muted))
        top = QRectF(column.left(), 0, column.width(), line)
        if painter.fontMetrics().horizontalAdvance(name) <= column.width():
            painter.drawText(top, center, name)
        height = column.height() - 2 * (line + GAP)
        bar = QRectF(column.left(), line + GAP, column.width(), height)
        painter.fillRect(bar, QColor(colors.faint))
        if np.isnan(after):
            return
        change = round(100 * (after - before))
        strong = colors.accent if change == 0 else colors.good if change > 0 else colors.error
        filled = QRectF(bar)
        filled.setTop(bar.bottom() - height * after)
        painter.fillRect(filled, QColor(colors.border if self._is_muted else strong))
        at = bar.bottom() - height * before
        painter.fillRect(QRectF(bar.left(), min(at, bar.bottom() - 2), bar.width(), 2),
                         QColor(colors.text))  # fmt: skip
        text = f"{100 * after:.0f}" if change == 0 else f"{change:+d}".replace("-", "−")
        if painter.fontMetrics().horizontalAdvance(text) <= column.width():
            painter.setPen(QColor(colors.muted if change == 0 else strong))
            painter.drawText(
                QRectF(column.left(), bar.bottom() + GAP, column.width(), line), center, text
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a class."""
        number = self._number_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and number >= 0:
            self.chosen.emit(number)

    def event(self, event: QEvent) -> bool:
        """Say in a tool tip how many images are read right."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._number_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.in_words(number) if number >= 0 else "", self)
            return True
        return super().event(event)

    def _count(self) -> int:
        return 0 if self._change is None else len(self._change.before.count)

    def _number_at(self, x: float) -> int:
        number = int(x * self._count() / max(1, self.width()))
        return number if 0 <= number < self._count() else -1
