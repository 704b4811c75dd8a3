"""What adds up to a number, as bars to the left and to the right of zero."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import exponent_for, in_digits, power_of_ten, signed
from convlab.wording import counted

NARROWEST_BAR = 56  # pixels
FEWEST_ROWS = 6
Key = Qt.Key


@dataclass(frozen=True, slots=True)
class _Row:
    """A line: a single unit with its number, or several together without one."""

    text: str
    part: float
    unit: int | None = None


class ContributionBars(QWidget):
    """The largest parts by size, then all others together, the biases, and the sum.

    ``pointed`` carries the number of the unit under the mouse or of the keyboard, None for no
    unit; ``chosen`` that of a unit that was chosen, None when the choice is taken back.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, thing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thing = thing  # such as "unit"
        self._parts: NDArray[np.floating] = np.zeros(0)
        self._constant = 0.0
        self._chosen: int | None = None
        self._current = 0  # the row of the keyboard
        self._hovered: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def set_parts(
        self, parts: NDArray[np.floating], constant: float, chosen: int | None = None
    ) -> None:
        """Show parts (D,) that add up with ``constant``; one unit may be the chosen one."""
        self._parts, self._constant, self._chosen = parts, constant, chosen
        words = (f"{row.text}: {in_digits(row.part)}" for row in self.rows())
        self.setAccessibleDescription(", ".join(words))
        self.update()

    @property
    def hovered(self) -> int | None:
        """The unit that is pointed at."""
        return self._hovered

    @property
    def factor(self) -> str:
        """What all numbers have to be multiplied by, such as ×10⁻³; empty if by nothing."""
        return power_of_ten(self._exponent).strip()

    def number(self, row: int) -> str:
        """Return what is written at the end of a line."""
        return self._written(self.rows()[row].part)

    def rows(self) -> list[_Row]:
        """Return the lines that there is room for, from the top; the sum is the last one."""
        room = max(FEWEST_ROWS, self.height() // self._row_height()) - 2  # biases and sum
        order = np.argsort(-np.abs(self._parts), kind="stable")
        singles = len(order) if len(order) <= room else room - 1
        rows = [
            _Row(f"{self._thing.capitalize()} {unit + 1}", float(self._parts[unit]), int(unit))
            for unit in order[:singles]
        ]
        if singles < len(order):
            others = order[singles:]
            rows.append(_Row(counted(len(others), "other"), float(self._parts[others].sum())))
        rows.append(_Row("Biases", self._constant))
        return [*rows, _Row("Sum", float(self._parts.sum()) + self._constant)]

    def lists(self, unit: int) -> bool:
        """Whether a unit has a line of its own."""
        return any(row.unit == unit for row in self.rows())

    def row_rect(self, row: int) -> QRectF:
        """Return where a line is, in pixels."""
        return QRectF(0, row * self._row_height(), self.width(), self._row_height())

    def minimumSizeHint(self) -> QSize:
        """Leave room for a few lines with their numbers."""
        width = self._text_width() + self._number_width() + NARROWEST_BAR + 2 * SPACE
        return QSize(int(width), FEWEST_ROWS * self._row_height())

    def sizeHint(self) -> QSize:
        """Ask for room for ten lines."""
        return QSize(self.minimumSizeHint().width() + 40, 10 * self._row_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines from top to bottom."""
        if not len(self._parts):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = self.rows()
        singles = [row.part for row in rows if row.unit is not None]
        span = min(0.0, *singles), max(0.0, *singles)
        for number, row in enumerate(rows):
            self._paint_row(painter, number, row, is_sum=number == len(rows) - 1)
            if row.unit is not None:
                self._paint_bar(painter, self.row_rect(number), row.part, span)

    def _paint_row(self, painter: QPainter, number: int, row: _Row, *, is_sum: bool) -> None:
        colors, rect = self._theme.colors, self.row_rect(number)
        is_chosen = row.unit is not None and row.unit == self._chosen
        is_pointed = row.unit is not None and row.unit == self._hovered
        if is_chosen or is_pointed:
            painter.fillRect(rect, QColor(colors.faint))
        if is_chosen:
            painter.fillRect(QRectF(0, rect.top(), 3, rect.height()), QColor(colors.accent))
        if self.hasFocus() and number == self._current and row.unit is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent), 1.5))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        font = self.font()
        font.setBold(is_chosen or is_sum)
        painter.setFont(font)
        painter.setPen(QColor(colors.text if row.unit is not None or is_sum else colors.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        inner = rect.adjusted(SPACE, 0, -SPACE / 2, 0)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, row.text)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, self._written(row.part))
        if is_sum:
            painter.fillRect(QRectF(0, rect.top(), rect.width(), 1), QColor(colors.border))

    def _paint_bar(
        self, painter: QPainter, rect: QRectF, part: float, span: tuple[float, float]
    ) -> None:
        """Paint one bar; ``span`` is the lowest and the highest number that there is room for."""
        colors, (lowest, highest) = self._theme.colors, span
        left = 2 * SPACE + self._text_width()
        width = rect.width() - SPACE - self._number_width() - left
        if not 0 < highest - lowest < np.inf or width <= 0:
            return
        zero = left - lowest / (highest - lowest) * width
        bar = QRectF(zero, rect.top(), part / (highest - lowest) * width, rect.height())
        inset = rect.height() * 0.22
        color = colors.error if part > 0 else colors.train
        painter.fillRect(bar.normalized().adjusted(0, inset, 0, -inset), QColor(color))
        painter.fillRect(QRectF(zero, rect.top(), 1, rect.height()), QColor(colors.muted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay on a line that is there."""
        super().resizeEvent(event)
        self._current = min(self._current, max(0, len(self._units()) - 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which unit is pointed at."""
        self._point_at(self._unit_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Wait for the release."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose a unit, or no longer."""
        event.accept()
        unit = self._unit_at(event.position().y())
        if event.button() is Qt.MouseButton.LeftButton and unit is not None:
            self._current = self._units().index(unit)
            self._choose(unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by lines; Enter or the space bar chooses, Escape takes the choice back."""
        units, key = self._units(), Key(event.key())
        step = {Key.Key_Up: -1, Key.Key_Down: 1}.get(key)
        if step is not None and units:
            self._current = min(max(self._current + step, 0), len(units) - 1)
            self._point_at(units[self._current])
        elif key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space) and units:
            self._choose(units[min(self._current, len(units) - 1)])
        elif key == Key.Key_Escape and self._chosen is not None:
            self._choose(self._chosen)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self._point_at(None)
        self.update()

    def _units(self) -> list[int]:
        return [row.unit for row in self.rows() if row.unit is not None]

    def _unit_at(self, y: float) -> int | None:
        rows, number = self.rows(), int(y // self._row_height())
        return rows[number].unit if 0 <= number < len(rows) else None

    def _choose(self, unit: int) -> None:
        self.chosen.emit(None if unit == self._chosen else unit)

    def _point_at(self, unit: int | None) -> None:
        if unit != self._hovered:
            self._hovered = unit
            self.update()
            self.pointed.emit(unit)
        elif unit is not None:
            self.update()

    @property
    def _exponent(self) -> int:
        """The power of ten of the largest part, whose bar is the longest."""
        return exponent_for(self._parts)

    def _written(self, part: float) -> str:
        return signed(part / 10.0**self._exponent)

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 3

    def _text_width(self) -> int:
        texts = (f"{self._thing.capitalize()} 888", "888 others")
        return max(self.fontMetrics().horizontalAdvance(text) for text in texts)

    def _number_width(self) -> int:
        return self.fontMetrics().horizontalAdvance("+88.888") + SPACE // 2
