"""A chart of one quantity, mostly over the iterations of a run: the axes around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Colors, Theme
from convlab.ui.widgets.plot_style import small_font

TICKS = 4  # on the upright axis, about
TICK_DISTANCE = 80  # pixels on the level axis, at least
SMALLEST = QSize(200, 120)
NICE = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data lies in the widget, and the two ranges that are shown there."""

    rect: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def to_x(self, iteration: float) -> float:
        """Return the pixel of an iteration."""
        low, high = self.x
        return self.rect.left() + (iteration - low) * self.rect.width() / (high - low)

    def to_y(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high = self.y
        return self.rect.bottom() - (value - low) * self.rect.height() / (high - low)

    def from_pixel(self, point: QPointF) -> tuple[float, float]:
        """Return the iteration and the value at a pixel."""
        x = (point.x() - self.rect.left()) / self.rect.width()
        y = (self.rect.bottom() - point.y()) / self.rect.height()
        return self.x[0] + x * (self.x[1] - self.x[0]), self.y[0] + y * (self.y[1] - self.y[0])


class Content(Protocol):
    """What a chart can show. Values are those of the upright axis, logarithms on one of powers."""

    @property
    def caption(self) -> str:
        """What lies on the level axis."""

    @property
    def x_range(self) -> tuple[float, float]:
        """Where the level axis begins and ends, such as the first and the last iteration."""

    @property
    def y_range(self) -> tuple[float, float]:
        """The lowest and the highest value."""

    def x_ticks(self, count: int) -> Sequence[tuple[float, str]]:
        """Places on the level axis and their labels, about ``count``."""

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Values and their labels, about four."""

    def paint(self, painter: QPainter, place: Place, colors: Colors) -> None:
        """Paint the data into its place."""


class TimeChart(QWidget):
    """Axes and what is between them.

    ``pointed`` carries the iteration and the value under the mouse, or None twice.
    """

    pointed = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._content: Content | None = None
        self._moment: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def set_content(self, content: Content | None, moment: int | None = None) -> None:
        """Show ``content``, and a line at the iteration ``moment`` if it is not the last one."""
        self._content = content
        self._moment = moment
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Leave room for axes and something between them."""
        return SMALLEST

    def sizeHint(self) -> QSize:
        """Ask for little; a layout gives what there is."""
        return SMALLEST

    def place(self) -> Place | None:
        """Return where the data lies; None where there is none."""
        if self._content is None:
            return None
        metrics = QFontMetricsF(small_font())
        texts = (self._content.caption, *(text for _, text in self._content.ticks()))
        widest = max(map(metrics.horizontalAdvance, texts))
        rect = QRectF(self.rect()).adjusted(
            round(widest) + SPACE, metrics.height() / 2, -2 * SPACE, -metrics.height() - SPACE
        )
        return Place(rect, self._content.x_range, self._content.y_range)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the data and then the axes."""
        place, colors = self.place(), self._theme.colors
        if place is None or self._content is None or place.rect.height() < 1:
            return
        painter = QPainter(self)
        painter.setFont(small_font())
        painter.fillRect(place.rect, QColor(colors.surface))
        painter.save()
        painter.setClipRect(place.rect)
        self._content.paint(painter, place, colors)
        if self._moment is not None and self._moment < place.x[1]:
            painter.setPen(QPen(QColor(colors.text), 1, Qt.PenStyle.DashLine))
            at = place.to_x(self._moment)
            painter.drawLine(QPointF(at, place.rect.top()), QPointF(at, place.rect.bottom()))
        painter.restore()
        painter.setPen(QColor(colors.border))
        painter.drawRect(place.rect)
        painter.setPen(QColor(colors.muted))
        self._paint_values(painter, place)
        self._paint_places(painter, place, self._content)

    def _paint_values(self, painter: QPainter, place: Place) -> None:
        height = painter.fontMetrics().height()
        for value, text in self._content.ticks() if self._content else ():
            y = place.to_y(value)
            label = QRectF(0, y - height / 2, place.rect.left() - SPACE / 2, height)
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                             text)  # fmt: skip

    def _paint_places(self, painter: QPainter, place: Place, content: Content) -> None:
        metrics = QFontMetricsF(painter.font())
        row = QRectF(0, place.rect.bottom() + SPACE / 2, self.width(), metrics.height())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, content.caption)
        free_from = metrics.horizontalAdvance(content.caption) + SPACE / 2
        count = max(1, int(place.rect.width() // TICK_DISTANCE))
        for value, text in content.x_ticks(count):
            width = metrics.horizontalAdvance(text)
            left = min(place.to_x(value) - width / 2, self.width() - width)
            if left >= free_from:
                painter.drawText(QPointF(left, row.top() + metrics.ascent()), text)
                free_from = left + width + SPACE

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        place = self.place()
        if place is not None and place.rect.contains(event.position()):
            self.pointed.emit(*place.from_pixel(event.position()))
        else:
            self.pointed.emit(None, None)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self.pointed.emit(None, None)
        super().leaveEvent(event)


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return about ``count`` round numbers from ``low`` to ``high``."""
    rough = (high - low) / max(1, count)
    power = 10.0 ** floor(log10(rough))
    step = next(n * power for n in NICE if n * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]
