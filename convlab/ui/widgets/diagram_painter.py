"""Paints the diagram of a network: a picture of each layer's output above its numbers."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf, log2, sqrt

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from convlab.nn.types import Shape
from convlab.ui.theme import SPACE, Colors
from convlab.ui.widgets.diagram_columns import ROWS, DiagramColumn

NARROWEST = 48.0  # pixels of a column
BAND_GAP = 2.0 * SPACE
BAR = 3.0  # pixels of the line below a number that compares it with the other layers
CARD_STEP = 3.0  # pixels between the maps of a pile
MOST_CARDS = 6
FLAT_WIDTH = 10.0
LOWEST_PICTURE, HIGHEST_PICTURE = 44.0, 96.0


class DiagramPainter:
    """Knows where everything lies, in pixels, and paints it with any painter.

    Columns of layers stand side by side, as wide as their texts, behind the names of the rows.
    Those for which a width of ``room`` is too narrow go on below, in another band. ``picture`` is
    how high the pictures above the texts are.
    """

    def __init__(
        self,
        columns: Sequence[DiagramColumn],
        font: QFont,
        colors: Colors,
        picture: float = LOWEST_PICTURE,
        room: float = inf,
    ) -> None:
        self.columns = tuple(columns)
        self.picture = min(max(picture, LOWEST_PICTURE), HIGHEST_PICTURE)
        self._colors = colors
        self._font = font
        self._bold = QFont(font)
        self._bold.setBold(True)
        metrics, bold = QFontMetricsF(font), QFontMetricsF(self._bold)
        self.line = metrics.height() + BAR + 2
        self.label_width = max(metrics.horizontalAdvance(row) for row in ROWS) + 2 * SPACE
        self._places: list[tuple[int, float, float]] = []  # the band, left and width of each
        self.width = left = self.label_width
        band = 0
        for column in self.columns:
            widest = max(metrics.horizontalAdvance(text) for text in column.texts)
            width = max(NARROWEST, widest, bold.horizontalAdvance(column.name)) + SPACE
            if left + width > room and left > self.label_width:
                band, left = band + 1, self.label_width
            self._places.append((band, left, width))
            left += width
            self.width = max(self.width, left)
        self.bands = band + 1

    @property
    def text_height(self) -> float:
        """The height of the names and rows below the pictures."""
        return self.line * (len(ROWS) + 1) + SPACE

    @property
    def band_height(self) -> float:
        """The height of pictures and texts."""
        return self.picture + self.text_height

    @property
    def height(self) -> float:
        """The height of the whole."""
        return self.bands * self.band_height + (self.bands - 1) * BAND_GAP

    def column_rect(self, number: int) -> QRectF:
        """Return the rectangle of a column."""
        band, left, width = self._places[number]
        return QRectF(left, self._band_top(band), width, self.band_height)

    def column_at(self, point: QPointF) -> int | None:
        """Return the number of the column at a place."""
        numbers = range(len(self.columns))
        return next((n for n in numbers if self.column_rect(n).contains(point)), None)

    def paint(
        self, painter: QPainter, chosen: int | None = None, pointed: int | None = None
    ) -> None:
        """Paint all layers and the names of the rows; one may be chosen, and one pointed at."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for band in range(self.bands):
            self._paint_labels(painter, self._band_top(band))
        tallest = max(
            (c.shape[1] for c in self.columns if c.shape and len(c.shape) == 3), default=1
        )
        centers = []
        for number, column in enumerate(self.columns):
            rect = self.column_rect(number)
            self._paint_ground(painter, rect, number == chosen, number == pointed)
            if column.shape is not None:
                centers.append(self._paint_picture(painter, rect, column, tallest))
            self._paint_texts(painter, rect, column)
        self._paint_arrows(painter, centers)

    def _band_top(self, band: int) -> float:
        return band * (self.band_height + BAND_GAP)

    def _row_top(self, row: int) -> float:
        return self.picture + self.line * (row + 1)

    def _paint_labels(self, painter: QPainter, top: float) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(self._colors.muted))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number, row in enumerate(ROWS):
            place = QRectF(0, top + self._row_top(number), self.label_width, self.line - BAR)
            painter.drawText(place.adjusted(0, 0, -SPACE, 0), flags, row)

    def _paint_ground(
        self, painter: QPainter, rect: QRectF, is_chosen: bool, is_pointed: bool
    ) -> None:
        if not (is_chosen or is_pointed):
            return
        color = self._colors.accent if is_chosen else self._colors.border
        painter.setPen(QPen(QColor(color), 2 if is_chosen else 1))
        painter.setBrush(QColor(self._colors.surface))
        painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 4, 4)

    def _paint_picture(
        self, painter: QPainter, rect: QRectF, column: DiagramColumn, tallest: int
    ) -> QRectF:
        """Paint the output's maps as a pile, or its units as a bar; return what they cover."""
        shape = column.shape or (1,)
        room = self.picture - 2 * SPACE
        has_weights = column.shares[1] > 0
        fill = QColor(self._colors.accent if has_weights else self._colors.faint)
        painter.setPen(QPen(QColor(self._colors.window if has_weights else self._colors.muted), 1))
        painter.setBrush(fill)
        width, height, cards = _picture_size(shape, tallest, room)
        whole = QRectF(0, 0, width + CARD_STEP * (cards - 1), height + CARD_STEP * (cards - 1))
        whole.moveCenter(QPointF(rect.center().x(), rect.top() + self.picture / 2 + 2))
        for card in range(cards):
            left = whole.right() - width - card * CARD_STEP
            painter.drawRect(QRectF(left, whole.top() + card * CARD_STEP, width, height))
        return whole

    def _paint_texts(self, painter: QPainter, rect: QRectF, column: DiagramColumn) -> None:
        center = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(self._colors.text))
        painter.setFont(self._bold)
        name = QRectF(rect.left(), rect.top() + self.picture, rect.width(), self.line)
        painter.drawText(name, center, column.name)
        painter.setFont(self._font)
        for number, (text, share) in enumerate(zip(column.texts, column.shares, strict=True)):
            top = rect.top() + self._row_top(number)
            place = QRectF(rect.left(), top, rect.width(), self.line - BAR)
            painter.setPen(QColor(self._colors.text))
            painter.drawText(place, center, text)
            if share > 0:
                bar = QRectF(0, 0, max(1.0, share * (rect.width() - 2 * SPACE)), BAR - 1)
                bar.moveCenter(QPointF(rect.center().x(), top + self.line - BAR))
                painter.fillRect(bar, QColor(self._colors.accent))

    def _paint_arrows(self, painter: QPainter, pictures: Sequence[QRectF]) -> None:
        color = QColor(self._colors.muted)
        painter.setPen(QPen(color, 1))
        painter.setBrush(color)
        for before, after in pairwise(pictures):
            y, end = after.center().y(), after.left() - SPACE / 2
            is_beside = after.left() > before.right()
            start = before.right() + SPACE / 2 if is_beside else end - 3 * SPACE
            if end - start < SPACE:
                continue
            painter.drawLine(QPointF(start, y), QPointF(end - 4, y))
            tip = [QPointF(end, y), QPointF(end - 5, y - 3), QPointF(end - 5, y + 3)]
            painter.drawPolygon(QPolygonF(tip))


def _picture_size(shape: Shape, tallest: int, room: float) -> tuple[float, float, int]:
    """Return width and height of one map, and how many are drawn, of an output.

    Lengths grow with the square root, lest small maps vanish beside large ones.
    """
    if len(shape) != 3:
        return FLAT_WIDTH, max(8.0, room * min(1.0, log2(shape[0] + 1) / 10)), 1
    channels, height, width = shape
    cards = min(MOST_CARDS, 1 + int(log2(channels)))
    tall = max(4.0, (room - CARD_STEP * (MOST_CARDS - 1)) * sqrt(height / tallest))
    wide = tall * width / height
    fit = min(1.0, (NARROWEST - CARD_STEP * cards) / wide)
    return wide * fit, tall * fit, cards
