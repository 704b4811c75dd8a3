"""What augmentation makes of one training image, to look at before a run."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.lab import Lab
from convlab.data.augmentation import Augmentation

DISTORTED = 7  # images beside the one as it is
STRIDE = 997  # from one sample to the next, past many of the same class

Images = NDArray[np.uint8]


class AugmentationPreview(QObject):
    """A training image as it is, and some of what training may see in its place.

    ``changed`` follows every change of the settings or the images, as soon as they are distorted.
    Chance stays the same while the settings change, so that one sees what a setting does.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._augmentation = Augmentation()
        self._turn = 0
        self._images: Images | None = None
        self._background = Background(self)
        self._background.returned.connect(self._on_distorted)
        lab.dataset_changed.connect(self._on_dataset_changed)

    @property
    def images(self) -> Images | None:
        """The image as it is and then the distorted ones, (8, C, H, W); None if nothing is on."""
        return self._images

    def set_augmentation(self, augmentation: Augmentation) -> None:
        """Distort as these settings say."""
        if augmentation != self._augmentation:
            self._augmentation = augmentation
            self._distort()

    def draw_anew(self) -> None:
        """Take another training image and other distortions."""
        self._turn += 1
        self._distort()

    def _distort(self) -> None:
        if self._augmentation.is_on:
            images = self._lab.dataset.train.images
            image = images[self._turn * STRIDE % len(images)]
            rng = np.random.default_rng(self._turn)
            self._background.start(partial(_shown, image, self._augmentation, rng))
        else:
            self._background.drop()
            self._on_distorted(None)

    @Slot()
    def _on_dataset_changed(self) -> None:
        self._distort()

    @Slot(object)
    def _on_distorted(self, images: Images | None) -> None:
        self._images = images
        self.changed.emit()


def _shown(image: Images, augmentation: Augmentation, rng: np.random.Generator) -> Images:
    """Return an image (C, H, W), and distorted copies of it, as (1 + DISTORTED, C, H, W)."""
    distorted = augmentation.augmented(np.tile(image, (DISTORTED, 1, 1, 1)), rng)
    return np.concatenate([image[np.newaxis], distorted])
