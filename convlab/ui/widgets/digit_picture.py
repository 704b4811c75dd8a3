"""A small image, enlarged pixel by pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.data.digit_image import SIDE
from convlab.ui.theme import Theme

SCALE = 4  # pixels of the screen for one of the image


class DigitPicture(QWidget):
    """Shows a (28, 28) image as it is, white on black in every scheme, four times enlarged."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show an image, or an empty frame."""
        if image is None:
            self._image = None
        else:
            data = np.ascontiguousarray(image)
            # The copy owns its pixels; the array may go.
            self._image = QImage(
                data.data, SIDE, SIDE, SIDE, QImage.Format.Format_Grayscale8
            ).copy()
        self.update()

    def sizeHint(self) -> QSize:
        """The enlarged image and its frame."""
        return QSize(SIDE * SCALE + 2, SIDE * SCALE + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels as squares."""
        painter = QPainter(self)
        colors = self._theme.colors
        painter.fillRect(self.rect(), QColor(colors.border))
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._image is None:
            painter.fillRect(inside, QColor(colors.surface))
        else:
            painter.drawImage(inside, self._image)
