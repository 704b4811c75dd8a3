"""From the name of a dataset, or a file or folder, to its images."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.datasets.mnist import Mnist
from convlab.data.formats.csv_table import read_csv
from convlab.data.formats.npz import read_npz
from convlab.data.formats.picture_folder import holds_pictures, read_picture_folder
from convlab.data.idx_folder import holds_idx, read_idx_folder
from convlab.data.progress import Cancel, ReadProgress, never, say_nothing
from convlab.errors import ConvlabError, DataError

ImagesAndLabels = tuple[NDArray[Any], NDArray[Any]]


def load_dataset(
    name: str, progress: ReadProgress = say_nothing, cancel: Cancel = never
) -> Dataset:
    """Return the dataset of a registered name, in any case, or the one in a file or folder.

    A file is an ``.npz`` or a CSV; a folder holds IDX files, or sub-folders of pictures. For these
    ``progress`` is told how far the reading is, and ``cancel`` may end it at any moment. Raises
    :class:`DataError`, or :class:`CanceledError`.
    """
    try:
        source = DATASETS.get(name)
    except ConvlabError as error:
        path = _existing(name)
        if path is not None:
            return _read_own(path, name, progress, cancel)
        raise DataError(f"{error} Nor is there a folder of that name.") from error
    return source().load()


def _existing(name: str) -> Path | None:
    if not name.strip():  # a path without a name would be the present folder
        return None
    with suppress(OSError, RuntimeError, ValueError):  # an absurd name, or the home of nobody
        path = Path(name).expanduser()
        return path if path.exists() else None
    return None


def _read_own(path: Path, name: str, progress: ReadProgress, cancel: Cancel) -> Dataset:
    if path.is_dir():
        return _read_folder(path, name, progress, cancel)
    readers = {".npz": read_npz, ".csv": read_csv, ".tsv": read_csv}
    if (read := readers.get(path.suffix.lower())) is None:
        raise DataError(
            f"{path.name} is no dataset that the lab reads; give an .npz or .csv file, a folder "
            "with the four MNIST files, or one with a sub-folder of pictures for each class."
        )
    return read(path, name, progress, cancel)


def _read_folder(path: Path, name: str, progress: ReadProgress, cancel: Cancel) -> Dataset:
    try:
        if holds_idx(path):
            return read_idx_folder(path, name)
        if holds_pictures(path):
            return read_picture_folder(path, name, progress, cancel)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    raise DataError(
        f"The folder {path} holds neither the four MNIST files nor sub-folders of pictures, one "
        "for each class; choose another."
    )


def load_mnist(
    normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[ImagesAndLabels, ImagesAndLabels]:
    """Return ((x_train, t_train), (x_test, t_test)) as the book's function does, and say whence.

    The images come from the folder in CONVLAB_MNIST if that is set, else from a fetched MNIST,
    else from the bundled digits. ``normalize`` gives float32 from 0 to 1 instead of uint8,
    ``flatten`` (N, 784) instead of (N, 1, 28, 28), ``one_hot_label`` (N, 10) instead of (N,).
    Raises :class:`DataError`.
    """
    mnist = Mnist()
    folder = mnist.folder if mnist.is_here else None
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
