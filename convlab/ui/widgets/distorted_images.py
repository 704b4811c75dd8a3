"""A training image and what augmentation makes of it, side by side."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.image_pictures import picture_of

COLUMNS = 4
LARGEST = 10 * SPACE  # pixels of an image's side
FRAME = 2  # pixels around the image as it is

CAPTION = "Framed: as it is. The others: as training may see it."


class DistortedImages(QWidget):
    """Shows images, the first of them framed; ``another_wanted`` asks for others."""

    another_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tiles = _Tiles(theme)
        caption = QLabel(CAPTION)
        caption.setWordWrap(True)
        caption.setProperty("role", "muted")
        self.another = QToolButton()
        self.another.setToolTip("Show another training image and other distortions")
        self.another.setAccessibleName("Another image")
        self.another.clicked.connect(self.another_wanted)
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        line.addWidget(caption, 1)
        line.addWidget(self.another, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.tiles)
        layout.addLayout(line)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Show images (N, C, H, W), the first of them as it is; with None, show nothing at all."""
        self.tiles.set_images(images)
        self.setVisible(images is not None)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.another.setIcon(self._theme.icon("mdi6.refresh"))


class _Tiles(QWidget):
    """Images in rows, as large as the width allows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: list[QImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Preview of the augmentation")
        self.setAccessibleDescription(CAPTION)
        theme.changed.connect(self.update)

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        self._pictures = [] if images is None else [picture_of(image) for image in images]
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._pictures) // COLUMNS)
        return max(0, rows * (_side(width) + SPACE) - SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, side = QPainter(self), _side(self.width())
        for number, picture in enumerate(self._pictures):
            row, column = divmod(number, COLUMNS)
            tile = QRect(column * (side + SPACE), row * (side + SPACE), side, side)
            if number == 0:
                painter.fillRect(tile, QColor(self._theme.colors.accent))
            inside = tile.adjusted(FRAME, FRAME, -FRAME, -FRAME)
            size = picture.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(inside.topLeft(), size)
            place.moveCenter(inside.center())
            is_shrunk = picture.width() > place.width() * self.devicePixelRatioF()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
            painter.drawImage(place, picture)


def _side(width: int) -> int:
    return min(LARGEST, max(1, (width - (COLUMNS - 1) * SPACE) // COLUMNS))
