"""From the name of a dataset, or a folder, to its images."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.datasets.mnist import Mnist
from convlab.data.idx_folder import read_idx_folder
from convlab.errors import ConvlabError, DataError

ImagesAndLabels = tuple[NDArray[Any], NDArray[Any]]


def load_dataset(name: str) -> Dataset:
    """Return the dataset of a registered name, in any case, or the one in a folder.

    Raises :class:`DataError`.
    """
    try:
        source = DATASETS.get(name)
    except ConvlabError as error:
        folder = _folder(name)
        if folder is not None:
            return read_idx_folder(folder, name)
        raise DataError(f"{error} Nor is there a folder of that name.") from error
    return source().load()


def _folder(name: str) -> Path | None:
    with suppress(OSError, RuntimeError):  # too long a name, or the home of nobody
        folder = Path(name).expanduser()
        return folder if folder.exists() else None
    return None


def load_mnist(
    normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[ImagesAndLabels, ImagesAndLabels]:
    """Return ((x_train, t_train), (x_test, t_test)) as the book's function does, and say whence.

    The images come from the folder in CONVLAB_MNIST if that is set, else from a fetched MNIST,
    else from the bundled digits. ``normalize`` gives float32 from 0 to 1 instead of uint8,
    ``flatten`` (N, 784) instead of (N, 1, 28, 28), ``one_hot_label`` (N, 10) instead of (N,).
    Raises :class:`DataError`.
    """
    folder = Mnist.folder()
    dataset = load_dataset("mnist" if folder else "bundled")
    print(  # noqa: T201
        f"{dataset.title}{f' in {folder}' if folder else ''}: {len(dataset.train):,} images to "
        f"train, {len(dataset.test):,} to test.",
        file=sys.stderr,
    )

    def as_wanted(part: ImageSet) -> ImagesAndLabels:
        x: NDArray[Any] = part.images
        if normalize:
            x = x.astype(np.float32) / np.float32(255)
        if flatten:
            x = x.reshape(len(x), -1)
        classes = len(dataset.class_names)
        t = np.eye(classes, dtype=np.intp)[part.labels] if one_hot_label else part.labels
        return x, t

    return as_wanted(dataset.train), as_wanted(dataset.test)
