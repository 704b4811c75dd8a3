"""A picture of numbers with its caption, in which one can point at a pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Theme

SMALLEST = 72  # pixels of a side

Key = Qt.Key
Colored = NDArray[np.uint8]  # (H, W, 3)


class PicturePane(QWidget):
    """Shows a picture as large as there is room; ``pointed`` carries (row, column), or None.

    The arrow keys move the pixel that is pointed at.
    """

    pointed = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self._caption, self._detail = name, ""
        self._pixels: Colored | None = None
        self._image = QImage()
        self._mark: QRect | None = None
        self._at: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def set_picture(self, pixels: Colored | None, caption: str, detail: str = "") -> None:
        """Show colors (H, W, 3), or nothing; a caption, and below it something more about it."""
        self._pixels = None if pixels is None or not pixels.size else np.ascontiguousarray(pixels)
        self._caption, self._detail = caption, detail
        if self._pixels is not None:
            height, width = self._pixels.shape[:2]
            kind = QImage.Format.Format_RGB888
            self._image = QImage(self._pixels.tobytes(), width, height, 3 * width, kind).copy()
        words = ", ".join(filter(None, (caption, detail)))
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def set_mark(self, row: int, column: int, height: int, width: int) -> None:
        """Outline some pixels."""
        self._mark = QRect(column, row, width, height)
        self.update()

    def clear_mark(self) -> None:
        """Outline nothing."""
        self._mark = None
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to recognize something."""
        return QSize(SMALLEST, SMALLEST + self._header())

    def sizeHint(self) -> QSize:
        """Ask for little; a layout gives what there is."""
        return self.minimumSizeHint()

    def place(self) -> QRectF:
        """Return where the picture lies in the widget, in pixels."""
        room = QRectF(self.rect()).adjusted(2, self._header(), -2, -2)
        if self._pixels is None:
            return room
        height, width = self._pixels.shape[:2]
        scale = min(room.width() / width, room.height() / height)
        return QRectF(room.left(), room.top(), width * scale, height * scale)

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the (row, column) of the picture at a point; None outside."""
        place = self.place()
        if self._pixels is None or not place.contains(point):
            return None
        height, width = self._pixels.shape[:2]
        row = int((point.y() - place.top()) / place.height() * height)
        column = int((point.x() - place.left()) / place.width() * width)
        return min(row, height - 1), min(column, width - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint caption, picture, mark and focus."""
        painter, colors = QPainter(self), self._theme.colors
        metrics = self.fontMetrics()
        lines = ((self._caption, colors.text), (self._detail, colors.muted))
        for number, (text, color) in enumerate(lines):
            painter.setPen(QColor(color))
            text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, self.width())
            painter.drawText(0, metrics.ascent() + number * metrics.height(), text)
        place = self.place()
        if self._pixels is None:
            painter.setPen(QColor(colors.border))
            painter.drawRect(place)
            return
        painter.fillRect(place.adjusted(-1, -1, 1, 1), QColor(colors.border))
        is_shrunk = self._image.width() > place.width() * self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        painter.drawImage(place, self._image)
        if self._mark is not None:
            self._paint_mark(painter, place, self._mark)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRect(place.adjusted(-1, -1, 1, 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        self._point_at(self.pixel_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Point at the next pixel."""
        steps = {
            Key.Key_Left: (0, -1),
            Key.Key_Right: (0, 1),
            Key.Key_Up: (-1, 0),
            Key.Key_Down: (1, 0),
        }
        step = steps.get(Key(event.key()))
        if step is None or self._pixels is None:
            super().keyPressEvent(event)
            return
        height, width = self._pixels.shape[:2]
        row, column = self._at or (height // 2, width // 2)
        self._point_at(
            (min(max(row + step[0], 0), height - 1), min(max(column + step[1], 0), width - 1))
        )

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing any more."""
        super().focusOutEvent(event)
        self._point_at(None)
        self.update()

    def _header(self) -> int:
        return 2 * self.fontMetrics().height() + SPACE // 2

    def _point_at(self, at: tuple[int, int] | None) -> None:
        if at != self._at:
            self._at = at
            self.pointed.emit(at)

    def _paint_mark(self, painter: QPainter, place: QRectF, mark: QRect) -> None:
        scale = place.width() / self._image.width()
        rect = QRectF(
            place.left() + mark.left() * scale,
            place.top() + mark.top() * scale,
            max(3.0, mark.width() * scale),
            max(3.0, mark.height() * scale),
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#000000"), 3))
        painter.drawRect(rect)
        painter.setPen(QPen(QColor("#ffffff"), 1))
        painter.drawRect(rect)
