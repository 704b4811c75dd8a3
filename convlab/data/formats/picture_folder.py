"""A folder with one sub-folder of pictures for each class, perhaps below train/ and test/."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.formats.arrays import MOST_CLASSES, dataset_from_parts
from convlab.data.formats.picture_cache import cached, keep, worth_keeping
from convlab.data.formats.picture_stack import read_stack
from convlab.data.picture import FORMATS
from convlab.data.progress import Cancel, CanceledError, ReadProgress, never, say_nothing
from convlab.errors import DataError

MOST_PICTURES = 2_000_000
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "validation")
_SAY_EVERY = 100  # pictures


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture, its class and what tells whether it changed."""

    path: str
    class_name: str
    is_test: bool
    size: int
    changed: int


def holds_pictures(folder: Path) -> bool:
    """Whether a sub-folder, or one of a sub-folder, holds a picture."""
    return next(_found(folder), None) is not None


def read_picture_folder(
    folder: Path,
    name: str | None = None,
    progress: ReadProgress = say_nothing,
    cancel: Cancel = never,
) -> Dataset:
    """Return the pictures in ``folder``; the names of its sub-folders are the classes.

    Gray pictures give one channel; one in color gives three to all. What is transparent shows
    white. All must have one size. Without test/ a fifth of every class becomes the test part.
    Many pictures are read once and kept in the cache, until one of them changes. Raises
    :class:`DataError`.
    """
    try:
        files = _listed(folder, cancel)
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}.") from error
    classes = tuple(sorted({file.class_name for file in files}, key=_natural))
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"{folder.name} has {len(classes):,} sub-folders of pictures, more than the "
            f"{MOST_CLASSES:,} classes that a network here tells apart."
        )
    stamp = (f"{f.path}\t{f.class_name}\t{f.size}\t{f.changed}" for f in files)
    images = cached(folder, stamp) if worth_keeping(len(files)) else None
    if images is None or len(images) != len(files):
        images = read_stack([file.path for file in files], progress, cancel)
        if worth_keeping(len(files)):
            stamp = (f"{f.path}\t{f.class_name}\t{f.size}\t{f.changed}" for f in files)
            keep(folder, stamp, images)
    progress(len(files), len(files))
    return _dataset(folder, name, files, classes, images)


def _dataset(
    folder: Path,
    name: str | None,
    files: list[PictureFile],
    classes: tuple[str, ...],
    images: NDArray[np.uint8],
) -> Dataset:
    numbers = {class_name: number for number, class_name in enumerate(classes)}
    labels = np.array([numbers[file.class_name] for file in files], np.intp)
    is_test = np.array([file.is_test for file in files])
    # Sorted by class, the first n would be no fair sample of them all.
    mixed = np.random.default_rng(20).permutation(len(files))
    to_train, to_test = mixed[~is_test[mixed]], mixed[is_test[mixed]]
    test = ImageSet(images[to_test], labels[to_test]) if len(to_test) else None
    train = ImageSet(images[to_train], labels[to_train])
    return dataset_from_parts(name or str(folder), folder.name, train, test, classes)


def _listed(folder: Path, cancel: Cancel) -> list[PictureFile]:
    files = []
    for file in _found(folder):
        files.append(file)
        if len(files) % _SAY_EVERY == 0 and cancel():
            raise CanceledError(f"The reading of {folder.name} was canceled.")
        if len(files) > MOST_PICTURES:
            raise DataError(f"{folder.name} holds more than {MOST_PICTURES:,} pictures; take some.")
    if not any(not file.is_test for file in files):
        raise DataError(
            f"{folder} has no pictures to train on; one sub-folder of pictures for each class is "
            f"expected, as {', '.join(FORMATS)}."
        )
    return files


def _found(folder: Path) -> Iterator[PictureFile]:
    """Yield the pictures in the order of their names."""
    below = _sub_folders(folder)
    parts = [entry for entry in below if entry.name.lower() in _TRAIN + _TEST]
    # A class may be called so, too: pictures of trains lie right in their folder.
    if not any(entry.name.lower() in _TRAIN and _sub_folders(entry) for entry in parts):
        yield from _in_classes(below, is_test=False)
        return
    for part in parts:
        yield from _in_classes(_sub_folders(part), is_test=part.name.lower() in _TEST)


def _in_classes(class_folders: Iterable[os.DirEntry[str]], is_test: bool) -> Iterator[PictureFile]:
    for class_folder in class_folders:
        with os.scandir(class_folder) as entries:
            pictures = [e for e in entries if e.name.lower().endswith(_ENDINGS) and _seen(e)]
        for entry in sorted(pictures, key=lambda entry: entry.name):
            if entry.is_file():
                stat = entry.stat()
                yield PictureFile(
                    entry.path, class_folder.name, is_test, stat.st_size, stat.st_mtime_ns
                )


def _sub_folders(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        folders = [entry for entry in entries if entry.is_dir() and _seen(entry)]
    return sorted(folders, key=lambda entry: entry.name)


def _seen(entry: os.DirEntry[str]) -> bool:
    """Leave out what systems leave behind."""
    return not entry.name.startswith((".", "__"))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sort 2 before 10, and numbers before words."""
    pieces = re.findall(r"\d+|\D+", name)
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p.lower()) for p in pieces] + [
        (2, 0, name)
    ]
