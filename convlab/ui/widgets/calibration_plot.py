"""How often answers of some certainty are right, as bars beside the diagonal."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.calibration import Calibration
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.plot_style import blend, line_pen, small_font
from convlab.wording import counted

TICKS = (0.0, 0.5, 1.0)
X_CAPTIONS = ("How certain the network was", "How certain it was", "Certain")
Y_CAPTIONS = ("How often it was right", "Often right", "Right")  # the longest that fits is taken


class CalibrationPlot(QWidget):
    """A bar for each bin of certainty; where it ends at the diagonal, the network knows itself.

    ``pointed`` carries the number of a bin, or -1.
    """

    pointed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._calibration: Calibration | None = None
        self._hovered = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Calibration curve")
        theme.changed.connect(self.update)

    def set_calibration(self, calibration: Calibration | None) -> None:
        """Show other bins."""
        self._calibration = calibration
        self.update()

    def in_words(self, number: int) -> str:
        """Return what a bin says."""
        shown = self._calibration
        if shown is None:
            return ""
        low, high = shown.edges[number : number + 2]
        count = int(shown.counts[number])
        between = f"Certain by {low:.0%} to {high:.0%}: {counted(count, 'image')}"
        if not count:
            return f"{between}."
        return (
            f"{between}, {shown.certainty[number]:.1%} certain on average, "
            f"{shown.accuracy[number]:.1%} right."
        )

    def minimumSizeHint(self) -> QSize:
        """Leave room enough to see the curve."""
        return QSize(200, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes, the bars and the diagonal."""
        painter = QPainter(self)
        self.paint_on(painter, self.width(), self.height())

    def paint_on(self, painter: QPainter, width: int, height: int) -> None:
        """Paint the plot into so many pixels."""
        colors, plot = self._theme.colors, self._plot_rect(width, height)
        painter.fillRect(plot, QColor(colors.surface))
        painter.setFont(small_font())
        self._paint_axes(painter, plot, width, height)
        if self._calibration is not None:
            self._paint_bars(painter, plot, self._calibration)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_pen(colors.muted, 1, dashed=True))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_bars(self, painter: QPainter, plot: QRectF, shown: Calibration) -> None:
        colors, edges = self._theme.colors, shown.edges
        most = max(1, int(shown.counts.max()))
        for number in np.flatnonzero(shown.counts):
            left, right = (plot.left() + edge * plot.width() for edge in edges[number:][:2])
            top = plot.bottom() - shown.accuracy[number] * plot.height()
            # Bins with few images say little, and look so.
            weight = 0.25 + 0.75 * (shown.counts[number] / most) ** 0.25
            bar = QRectF(left + 1, top, right - left - 1, plot.bottom() - top)
            painter.fillRect(bar, blend(colors.train, colors.surface, weight))
            sure = plot.bottom() - shown.certainty[number] * plot.height()
            painter.fillRect(QRectF(left + 1, sure - 1, right - left - 1, 2), QColor(colors.test))
            if number == self._hovered:
                painter.setPen(line_pen(colors.text, 1))
                whole = QRectF(left, plot.top(), right - left, plot.height())
                painter.drawRect(whole)

    def _paint_axes(self, painter: QPainter, plot: QRectF, width: int, height: int) -> None:
        colors, line = self._theme.colors, QFontMetricsF(small_font()).height()
        grid = line_pen(blend(colors.border, colors.surface, 0.4))
        for tick in TICKS:
            x, y = plot.left() + tick * plot.width(), plot.bottom() - tick * plot.height()
            painter.setPen(grid)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(colors.muted))
            beside = QRectF(line, y - line / 2, plot.left() - line - SPACE / 2, line)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | middle, f"{tick:.0%}")
            below = QRectF(x - 30, plot.bottom() + 2, 60, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"{tick:.0%}")
        caption = QRectF(plot.left(), plot.bottom() + 2 + line, plot.width(), line)
        text = _fitting(X_CAPTIONS, plot.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, text)
        painter.save()
        painter.translate(0, plot.bottom())
        painter.rotate(-90)
        text = _fitting(Y_CAPTIONS, plot.height())
        painter.drawText(QRectF(0, 0, plot.height(), line), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()
        painter.setPen(line_pen(colors.border))
        painter.drawRect(plot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which bin is pointed at."""
        plot = self._plot_rect(self.width(), self.height())
        number = -1
        if self._calibration is not None and plot.contains(event.position()):
            bins = len(self._calibration.counts)
            number = int((event.position().x() - plot.left()) / plot.width() * bins)
            number = min(number, bins - 1)
        self._point_at(number)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(-1)
        super().leaveEvent(event)

    def _point_at(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self.update()
            self.pointed.emit(number)

    def _plot_rect(self, width: int, height: int) -> QRectF:
        metrics = QFontMetricsF(small_font())
        line = metrics.height()
        left = line + metrics.horizontalAdvance("100%") + SPACE
        right = width - metrics.horizontalAdvance("100%") / 2 - 1
        top, bottom = line / 2, height - 2 * line - 4
        return QRectF(left, top, max(20.0, right - left), max(20.0, bottom - top))


def _fitting(captions: tuple[str, ...], room: float) -> str:
    metrics = QFontMetricsF(small_font())
    return next(
        (text for text in captions if metrics.horizontalAdvance(text) <= room), captions[-1]
    )
