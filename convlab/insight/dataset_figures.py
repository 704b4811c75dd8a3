"""What can be said about the images of a dataset at a glance."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset, ImageSet

_AT_ONCE = 1_000  # images that are summed up in one go


def class_counts(parts: Iterable[ImageSet], classes: int) -> NDArray[np.intp]:
    """Return how many images of each class the parts have together, (K,)."""
    counts = np.zeros(classes, np.intp)
    for part in parts:
        counts += np.bincount(part.labels, minlength=classes)
    return counts


def mean_image(
    chosen: Iterable[tuple[NDArray[np.uint8], NDArray[np.intp]]],
) -> NDArray[np.uint8] | None:
    """Return the mean (C, H, W) of the chosen images, or None if there are none.

    ``chosen`` are pairs of images (N, C, H, W) and the numbers of those that count.
    """
    total: NDArray[np.float64] | float = 0.0
    count = 0
    for images, numbers in chosen:
        for start in range(0, len(numbers), _AT_ONCE):
            some = images[numbers[start : start + _AT_ONCE]]
            total = total + some.sum(axis=0, dtype=np.float64)
            count += len(some)
    if count == 0:
        return None
    mean: NDArray[np.uint8] = np.rint(np.asarray(total) / count).astype(np.uint8)
    return mean


def samples(dataset: Dataset, count: int) -> NDArray[np.uint8]:
    """Return ``count`` training images (count, C, H, W), of as many classes as there can be.

    Fewer come where there are fewer. They are copies, so that the dataset may go.
    """
    labels = dataset.train.labels
    _, firsts = np.unique(labels, return_index=True)
    rest = np.setdiff1d(np.arange(min(len(labels), 2 * count)), firsts[:count])
    chosen = np.concatenate([firsts, rest])[:count]
    images: NDArray[np.uint8] = dataset.train.images[chosen]  # indexing by numbers copies
    return images
