"""Strokes as pixels, painted once and then grown segment by segment."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from convlab.data.digit_image import Stroke

Composition = QPainter.CompositionMode


class InkLayer:
    """A transparent picture of strokes, sharp at any pixel ratio.

    Strokes are in units of the paper's side; rectangles are in pixels from the paper's corner.
    """

    def __init__(self) -> None:
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

    def _pixel(self, point: tuple[float, float]) -> QPointF:
        return QPointF(point[0] * self._side, point[1] * self._side)

    def _paint(self, points: list[tuple[float, float]], width: float, *, erases: bool) -> None:
        if self._pixmap.isNull():
            return  # nothing was shown yet; the first paint draws it all
        pen = QPen(self._color, width * self._side)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if erases:
            painter.setCompositionMode(Composition.CompositionMode_Clear)
        painter.setPen(pen)
        if all(here == there for here, there in pairwise(points)):
            painter.drawPoint(self._pixel(points[0]))
        else:
            painter.drawPolyline(QPolygonF([self._pixel(point) for point in points]))
        painter.end()
