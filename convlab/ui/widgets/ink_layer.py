"""Strokes as pixels, painted once and then grown segment by segment."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from convlab.data.digit_image import Stroke

Composition = QPainter.CompositionMode


class InkLayer:
    """A transparent picture of strokes, sharp at any pixel ratio.

    Strokes are in units of the paper's side; rectangles are in pixels from the paper's corner.
    A picture may lie below the strokes, at a place in the same unit: an eraser takes that away,
    too, or paints over it in the color ``blank`` if there is one.
    """

    def __init__(
        self, below: QImage | None = None, place: QRectF | None = None, blank: QColor | None = None
    ) -> None:
        self._below = below
        self._place = place or QRectF(0, 0, 1, 1)
        self._blank = blank
        self._side = 0.0
        self._color = QColor()
        self._pixmap = QPixmap()

    def fits(self, side: float, ratio: float, color: QColor) -> bool:
        """Whether the picture was made for a paper of this side, pixel ratio and ink."""
        return (
            not self._pixmap.isNull()
            and (self._side, self._color) == (side, color)
            and self._pixmap.devicePixelRatio() == ratio
        )

    def redraw(self, strokes: Iterable[Stroke], side: float, ratio: float, color: QColor) -> None:
        """Paint all strokes on a paper of ``side`` pixels."""
        self._side = side
        self._color = color
        pixels = max(1, round(side * ratio))
        self._pixmap = QPixmap(QSize(pixels, pixels))
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(Qt.GlobalColor.transparent)
        self._paint_below()
        for stroke in strokes:
            points = [(x, y) for x, y in stroke.points.tolist()]
            self._paint(points, stroke.width or 0.0, erases=stroke.erases)

    def add_segment(
        self, start: tuple[float, float], end: tuple[float, float], width: float, *, erases: bool
    ) -> QRectF:
        """Paint one more piece of a stroke; return the rectangle that has changed."""
        self._paint([start, end], width, erases=erases)
        around = width * self._side / 2 + 2
        ends = QRectF(self._pixel(start), self._pixel(end)).normalized()
        return ends.adjusted(-around, -around, around, around)

    def paint(self, painter: QPainter, corner: QPointF) -> None:
        """Paint the picture with the paper's corner at ``corner``."""
        painter.drawPixmap(corner, self._pixmap)

    def _paint_below(self) -> None:
        if self._below is not None:
            painter = QPainter(self._pixmap)
            painter.drawImage(self._pixels(self._place), self._below)
            painter.end()

    def _pixels(self, rect: QRectF) -> QRectF:
        return QRectF(self._pixel(rect.topLeft().toTuple()), rect.size() * self._side)

    def _pixel(self, point: tuple[float, float]) -> QPointF:
        return QPointF(point[0] * self._side, point[1] * self._side)

    def _paint(self, points: list[tuple[float, float]], width: float, *, erases: bool) -> None:
        if self._pixmap.isNull():
            return  # nothing was shown yet; the first paint draws it all
        color = self._blank if erases and self._blank is not None else self._color
        pen = QPen(color, width * self._side)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._blank is not None:  # such a picture is opaque, and so is what lies on it
            painter.setClipRect(self._pixels(self._place))
        elif erases:
            painter.setCompositionMode(Composition.CompositionMode_Clear)
        painter.setPen(pen)
        if all(here == there for here, there in pairwise(points)):
            painter.drawPoint(self._pixel(points[0]))
        else:
            painter.drawPolyline(QPolygonF([self._pixel(point) for point in points]))
        painter.end()
