"""One image with a box around the patch that a filter answers to, and what is known of it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.image_pictures import picture_of

SIDE = 112  # pixels
WIDTH = 18 * SPACE
HINT = "Point at a patch to see its image; click it to let the network read that."


class PatchDetail(QWidget):
    """A picture and a few lines below it; a hint while nothing is pointed at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = BoxedImage(theme)
        self.words = QLabel(HINT)
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.picture)
        column.addWidget(self.words, 1)

    def show_image(self, image: NDArray[np.uint8], box: tuple[slice, slice], words: str) -> None:
        """Show an image (C, H, W) with a box of rows and columns, and say what it is."""
        self.picture.set_image(image, box)
        self.words.setText(words)

    def clear(self) -> None:
        """Show the hint."""
        self.picture.set_image(None)
        self.words.setText(HINT)


class BoxedImage(QWidget):
    """An image, enlarged pixel by pixel, with a box of rows and columns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: QImage | None = None
        self._box = (slice(0, 0), slice(0, 0))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Image of the patch")
        theme.changed.connect(self.update)

    def set_image(
        self,
        image: NDArray[np.uint8] | None,
        box: tuple[slice, slice] = (slice(0, 0), slice(0, 0)),
    ) -> None:
        """Show another image (C, H, W), or an empty frame."""
        self._picture = None if image is None else picture_of(image)
        self._box = box
        self.update()

    def sizeHint(self) -> QSize:
        """The square and its frame."""
        return QSize(SIDE + 2, SIDE + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels and the box."""
        painter, colors = QPainter(self), self._theme.colors
        inside = self.rect().adjusted(1, 1, -1, -1)
        painter.fillRect(self.rect(), QColor(colors.border))
        painter.fillRect(inside, QColor(colors.surface))
        if self._picture is None:
            return
        size = self._picture.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(inside.topLeft(), size)
        place.moveCenter(inside.center())
        painter.drawImage(place, self._picture)
        scale = place.width() / self._picture.width()
        rows, columns = self._box
        if rows.start == rows.stop or columns.start == columns.stop:
            return
        box = QRectF(
            place.left() + columns.start * scale,
            place.top() + rows.start * scale,
            (columns.stop - columns.start) * scale,
            (rows.stop - rows.start) * scale,
        )
        painter.setPen(QPen(QColor("#58a6ff"), 2))  # seen on black and on white
        painter.drawRect(box.adjusted(1, 1, -1, -1))
