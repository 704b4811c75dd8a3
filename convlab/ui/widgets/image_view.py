"""One image of any size in a square, enlarged pixel by pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.image_pictures import picture_of


class ImageView(QWidget):
    """Shows an image (C, H, W) as it is, or an empty frame, on a square of ``side`` pixels."""

    def __init__(self, theme: Theme, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._side = side
        self._picture: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show an image, or an empty frame."""
        self._picture = None if image is None else picture_of(image)
        self.update()

    def sizeHint(self) -> QSize:
        """The square and its frame."""
        return QSize(self._side + 2, self._side + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels as squares."""
        painter, colors = QPainter(self), self._theme.colors
        inside = self.rect().adjusted(1, 1, -1, -1)
        painter.fillRect(self.rect(), QColor(colors.border))
        painter.fillRect(inside, QColor(colors.surface))
        if self._picture is not None:
            size = self._picture.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(inside.topLeft(), size)
            place.moveCenter(inside.center())
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, size.width() < self._picture.width()
            )
            painter.drawImage(place, self._picture)
