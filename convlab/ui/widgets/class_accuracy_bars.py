"""How well each class is read by two networks, as pairs of bars."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.look import COMPARED
from convlab.ui.widgets.plot_style import small_font

GAP = 2  # pixels between two bars
LEAST_COLUMN = 18  # pixels; of so many classes that they would be narrower, the widget scrolls
LOWEST = 48  # pixels of the bars

Shares = NDArray[np.float64]


class ClassAccuracyBars(QWidget):
    """A column for each class: the bars of A and B from 0 to 100 %, and B minus A in points."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._counts: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._pair: tuple[Shares | None, Shares | None] = (None, None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Accuracy of each class")
        theme.changed.connect(self.update)

    def set_accuracies(
        self,
        names: Sequence[str],
        counts: NDArray[np.intp],
        left: Shares | None,
        right: Shares | None,
    ) -> None:
        """Show shares (K,), 0 to 1, of ``counts`` (K,) images; None for a run without any."""
        self._names, self._counts, self._pair = tuple(names), counts, (left, right)
        self.setAccessibleDescription("; ".join(map(self.in_words, range(len(names)))))
        self.setMinimumWidth(LEAST_COLUMN * len(names))
        self.update()

    def in_words(self, number: int) -> str:
        """Return what a column says."""
        values = [
            f"{letter} {'–' if shares is None else _percent(shares[number])}"
            for letter, shares in zip("AB", self._pair, strict=True)
        ]
        return f"{self._names[number]}: {', '.join(values)} of {self._counts[number]:,} images"

    def sizeHint(self) -> QSize:
        """Names, bars, and a line for the differences."""
        return QSize(320, 3 * LOWEST + 2 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Stay high enough to tell bars apart."""
        return QSize(self.minimumWidth(), LOWEST + 2 * self.fontMetrics().height() + 2 * GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint column by column."""
        painter = QPainter(self)
        painter.setFont(small_font())
        room = self.width() / max(1, len(self._names))
        for number in range(len(self._names)):
            self._paint_column(
                painter, QRectF(number * room, 0, room - 2 * GAP, self.height()), number
            )

    def event(self, event: QEvent) -> bool:
        """Say in a tool tip how a class is read."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = int(event.pos().x() * len(self._names) / max(1, self.width()))
            is_known = 0 <= number < len(self._names)
            QToolTip.showText(event.globalPos(), self.in_words(number) if is_known else "", self)
            return True
        return super().event(event)

    def _paint_column(self, painter: QPainter, column: QRectF, number: int) -> None:
        colors, metrics = self._theme.colors, painter.fontMetrics()
        line = metrics.height()
        bars = column.adjusted(0, line + GAP, 0, -line - GAP)
        width = (bars.width() - GAP) / 2
        for side, shares in enumerate(self._pair):
            bar = QRectF(bars.left() + side * (width + GAP), bars.top(), width, bars.height())
            painter.fillRect(bar, QColor(colors.faint))
            if shares is not None and not np.isnan(shares[number]):
                bar.setTop(bar.bottom() - bar.height() * shares[number])
                painter.fillRect(bar, QColor(colors.runs[COMPARED[side]]))
        self._paint_difference(painter, QRectF(column.left(), 0, column.width(), line), number)
        name = metrics.elidedText(
            self._names[number], Qt.TextElideMode.ElideRight, int(column.width())
        )
        below = QRectF(column.left(), bars.bottom() + GAP, column.width(), line)
        painter.setPen(QColor(colors.muted))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_difference(self, painter: QPainter, rect: QRectF, number: int) -> None:
        left, right = self._pair
        if left is None or right is None or np.isnan(left[number]):
            return
        colors, points = self._theme.colors, 100 * float(right[number] - left[number])
        texts = (f"{points:+.1f}", f"{points:+.0f}")
        room = painter.fontMetrics().horizontalAdvance
        text = next((text for text in texts if room(text) <= rect.width()), "")
        is_even = abs(points) < 0.05
        color = colors.muted if is_even else colors.good if points > 0 else colors.error
        painter.setPen(QColor(color))
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignCenter, "=" if is_even else text.replace("-", "−")
        )


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}"
