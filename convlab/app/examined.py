"""The image that the panels look into: what was drawn, or an image of the dataset."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.data.dataset import Dataset


class Examined(QObject):
    """One image (C, H, W) and what it is in a few words; ``changed`` tells of another one.

    Until there is a drawing it is the first test image of the dataset.
    """

    changed = Signal()

    def __init__(self, dataset: Dataset, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._image: NDArray[np.uint8] | None = None
        self._title = ""

    @property
    def image(self) -> NDArray[np.uint8]:
        """The image (C, H, W), white on black if it is a digit; never to be changed."""
        return self._dataset.test.images[0] if self._image is None else self._image

    @property
    def title(self) -> str:
        """What the image is, such as "Your drawing"."""
        if self._image is not None:
            return self._title
        return f"Test image 1, labeled {self._dataset.class_names[self._dataset.test.labels[0]]}"

    @property
    def is_drawn(self) -> bool:
        """Whether a person drew or chose the image."""
        return self._image is not None

    def set_image(self, image: NDArray[np.uint8] | None, title: str = "") -> None:
        """Examine another image (C, H, W); None for the first one of the dataset."""
        before, was_drawn = self.image, self.is_drawn
        self._image, self._title = image, title
        if was_drawn != self.is_drawn or not np.array_equal(before, self.image):
            self.changed.emit()

    @Slot(object)
    def set_dataset(self, dataset: Dataset) -> None:
        """Offer an image of another dataset in place of a drawing."""
        self._dataset = dataset
        if self._image is None:
            self.changed.emit()
