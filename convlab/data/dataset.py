"""Images with their labels, in a part to train on and a part to test on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Labelled images: ``images`` uint8 (N, C, H, W), white on black; ``labels`` intp (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.intp]

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.images.dtype != np.uint8:
            raise DataError(
                "Images must be a uint8 array of shape (N, C, H, W); received "
                f"{self.images.dtype} of shape {self.images.shape}."
            )
        if len(self.images) != len(self.labels):
            raise DataError(
                f"There are {len(self.images)} images but {len(self.labels)} labels; "
                "they must be as many."
            )

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A train and a test part with the names of their classes.

    ``name`` is what settings and the command line call it (a registered name or a folder).
    """

    name: str
    title: str
    train: ImageSet
    test: ImageSet
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.train.images.shape[1:] != self.test.images.shape[1:]:
            raise DataError(
                f"The training images are {self.train.images.shape[1:]} and the test images "
                f"{self.test.images.shape[1:]}; they must have the same size."
            )
        for part, name in ((self.train, "training"), (self.test, "test")):
            if len(part) == 0:
                raise DataError(f"The {name} part of {self.title} has no images.")
            if part.labels.min() < 0 or part.labels.max() >= len(self.class_names):
                raise DataError(
                    f"The {name} labels of {self.title} run from {part.labels.min()} to "
                    f"{part.labels.max()}; 0 to {len(self.class_names) - 1} were expected."
                )

    @property
    def image_bytes(self) -> int:
        """How much memory all images take."""
        return self.train.images.nbytes + self.test.images.nbytes

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width
