"""Which training images something is computed on: how many, and from which one on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QWidget

from convlab.ui.theme import SPACE


class BatchChoice(QWidget):
    """Two numbers: the images, at most ``most`` of them, and the first one, counted from 1."""

    def __init__(self, most: int, images: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images_box = _box("Images", "How many training images are taken")
        self.images_box.setRange(1, most)
        self.images_box.setValue(images)
        self.first_box = _box("First image", "The number of the first one in the training set")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for widget in (QLabel("Images"), self.images_box, QLabel("from no."), self.first_box):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        row.addStretch(1)

    @property
    def images(self) -> int:
        """How many images are wanted."""
        return self.images_box.value()

    @property
    def first(self) -> int:
        """The first image, counted from 0."""
        return self.first_box.value() - 1

    def set_available(self, images: int) -> None:
        """Tell how many training images there are."""
        self.first_box.setRange(1, max(1, images))


def _box(name: str, tool_tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setToolTip(tool_tip)
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return box
