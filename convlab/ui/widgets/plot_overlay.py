"""What is painted under or over the curves of a plot: bands, and vertical marks with labels."""

from collections.abc import Sequence
from math import ceil, floor, log10

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from convlab.ui.widgets.plot_style import small_font

NARROWEST_BAND = 16  # pixels; narrower ones would only flicker
LABEL_GAP = 4  # pixels


class PlotOverlay(QGraphicsObject):
    """One item that paints over a whole plot, in pixels, however many things it shows.

    It belongs to the view box and not to the data, so text and pens keep their size, and a
    logarithmic axis does not concern it.
    """

    def __init__(self, view_box: pg.ViewBox, z: float) -> None:
        super().__init__(view_box)
        self._view_box = view_box
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        view_box.sigRangeChanged.connect(self._on_view_changed)
        view_box.sigResized.connect(self._on_view_changed)

    def boundingRect(self) -> QRectF:
        """Return the rectangle of the view box, in its pixels."""
        return QRectF(self._view_box.rect())

    def x_range(self) -> tuple[float, float]:
        """Return the visible part of the x axis."""
        left, right = self._view_box.viewRange()[0]
        return left, right

    def pixels(self, distance: float) -> float:
        """Return how many pixels a distance on the x axis takes."""
        left, right = self.x_range()
        return distance * self.boundingRect().width() / (right - left)

    @Slot()
    def _on_view_changed(self) -> None:
        self.prepareGeometryChange()
        self.update()


class Bands(PlotOverlay):
    """Every second stretch of ``width`` along the x axis is tinted, from ``start`` on.

    ``before`` of them lie before the start: of all, the second is tinted, the fourth, the sixth.
    Where bands would be too narrow to tell apart, one band stands for 2, 5, 10, 20 ... of them.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z=-100)
        self._width: float | None = None
        self._start = 0.0
        self._before = 0
        self._color = QColor()

    def set_width(self, width: float | None, start: float = 0.0, before: int = 0) -> None:
        """Set how much of the x axis one band takes and where they begin; None for no bands."""
        if (width, start, before) != (self._width, self._start, self._before):
            self._width, self._start, self._before = width, start, before
            self.update()

    def set_color(self, color: QColor) -> None:
        """Set the tint."""
        self._color = color
        self.update()

    def width_shown(self) -> float | None:
        """Return the width of the bands that are painted: a multiple of the width that was set."""
        pixels = self.pixels(self._width or 0)
        if self._width is None or pixels >= NARROWEST_BAND or pixels <= 0:
            return self._width
        needed = NARROWEST_BAND / pixels
        power = 10.0 ** floor(log10(needed))
        return self._width * next(n * power for n in (1, 2, 5, 10) if n * power >= needed)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the bands that are in view."""
        rect = self.boundingRect()
        left, right = self.x_range()
        width = self.width_shown()
        if width is None:
            return
        left, right = left - self._start, right - self._start
        before = 0 if self._width is None else round(self._before * self._width / width)
        scale = self.pixels(1.0)
        for band in range(max(0, floor(left / width)), ceil(right / width)):
            if (band + before) % 2:
                start = max(rect.left(), rect.left() + scale * (band * width - left))
                end = min(rect.right(), rect.left() + scale * ((band + 1) * width - left))
                painter.fillRect(QRectF(start, rect.top(), end - start, rect.height()), self._color)


class Marks(PlotOverlay):
    """Vertical lines with a small label; labels that would run into another one are left out."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z=100)
        self._marks: tuple[tuple[float, str], ...] = ()
        self._line = QPen()
        self._text = QColor()
        self._behind_text = QColor()
        self._labels_at_bottom = False

    @property
    def marks(self) -> tuple[tuple[float, str], ...]:
        """The marks: where on the x axis, and the label."""
        return self._marks

    def set_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Replace the marks, from left to right."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    def put_labels_at_bottom(self) -> None:
        """Put the labels at the lower end of the lines, where curves that rise leave room."""
        self._labels_at_bottom = True
        self.update()

    def set_colors(self, line: QPen, text: QColor, behind_text: QColor) -> None:
        """Set the pen of the lines and the colors of their labels."""
        self._line, self._text, self._behind_text = line, text, behind_text
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the marks that are in view: all lines, then the labels over them."""
        if not self._marks:
            return
        rect = self.boundingRect()
        left, right = self.x_range()
        marks = [
            (round(rect.left() + self.pixels(x - left)) + 0.5, text)
            for x, text in self._marks
            if left <= x <= right
        ]
        painter.setPen(self._line)
        for at, _ in marks:
            painter.drawLine(QPointF(at, rect.top()), QPointF(at, rect.bottom()))
        painter.setFont(small_font())
        metrics = QFontMetricsF(painter.font())
        free_from = rect.left()
        for at, text in marks:
            label = self._label_rect(at, metrics.horizontalAdvance(text), metrics.height())
            if label.left() >= free_from:
                self._paint_label(painter, label, text)
                free_from = max(at, label.right())

    def _label_rect(self, at: float, width: float, height: float) -> QRectF:
        rect = self.boundingRect()
        label = QRectF(at + LABEL_GAP, rect.top() + LABEL_GAP, width + 2 * LABEL_GAP, height)
        if self._labels_at_bottom:
            label.moveBottom(rect.bottom() - LABEL_GAP)
        if label.right() > rect.right():
            label.moveRight(at - LABEL_GAP)
        return label

    def _paint_label(self, painter: QPainter, label: QRectF, text: str) -> None:
        painter.fillRect(label, self._behind_text)
        painter.setPen(self._text)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
