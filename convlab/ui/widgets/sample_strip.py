"""A few images of a dataset, side by side."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.image_pictures import picture_of

SIDE = 28  # pixels of the screen
GAP = 2
ROWS = 2
COLUMNS = 4


class SampleStrip(QWidget):
    """Two rows of four images each; empty frames while they are not known."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Samples")
        theme.changed.connect(self.update)

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Show images (N, C, H, W), or empty frames."""
        self._pictures = [] if images is None else [picture_of(image) for image in images]
        self.update()

    def sizeHint(self) -> QSize:
        """The images and what lies between them."""
        step = SIDE + GAP
        return QSize(COLUMNS * step - GAP, ROWS * step - GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint image by image."""
        painter = QPainter(self)
        for number in range(ROWS * COLUMNS):
            row, column = divmod(number, COLUMNS)
            place = QRect(column * (SIDE + GAP), row * (SIDE + GAP), SIDE, SIDE)
            if number < len(self._pictures):
                picture = self._pictures[number]
                size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
                inside = QRect(place.topLeft(), size)
                inside.moveCenter(place.center())
                is_shrunk = picture.width() > inside.width() * self.devicePixelRatioF()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
                painter.drawImage(inside, picture)
            else:
                painter.fillRect(place, QColor(self._theme.colors.faint))
