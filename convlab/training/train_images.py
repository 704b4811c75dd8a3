"""Learning from a part of the training images, as overfitting shows best."""

from dataclasses import replace

import numpy as np

from convlab.data.dataset import Dataset, ImageSet
from convlab.training.batches import sample


def with_fewer_images(dataset: Dataset, wanted: int, rng: np.random.Generator) -> Dataset:
    """Return a dataset of ``wanted`` of the training images, drawn by ``rng``; of all if 0.

    The first ones would be of one class only in a set that is sorted by class. The test images
    stay as they are, and so do the training images where there are no more than are wanted.
    """
    if not 0 < wanted < len(dataset.train):
        return dataset
    chosen = sample(len(dataset.train), wanted, rng)
    return replace(
        dataset, train=ImageSet(dataset.train.images[chosen], dataset.train.labels[chosen])
    )
