"""A folder with the four files of MNIST, or of any set in its format."""

from pathlib import Path

import numpy as np

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.idx import read_idx
from convlab.errors import DataError

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_idx_folder(folder: Path, name: str | None = None, title: str | None = None) -> Dataset:
    """Return the images in ``folder``: the four files of MNIST, each gzipped or not.

    Dots may stand for the last hyphens, as in ``train-images.idx3-ubyte``. The dataset is called
    by the folder unless a name is given. Raises :class:`DataError`.
    """
    try:
        if not folder.is_dir():
            what = "it is a file" if folder.exists() else "there is no such folder"
            raise DataError(
                f"{folder} cannot be opened: {what}; give a folder with the four MNIST files."
            )
        train_images, train_labels, test_images, test_labels = (_find(folder, f) for f in FILES)
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}.") from error
    train = _image_set(train_images, train_labels)
    test = _image_set(test_images, test_labels)
    classes = max(10, *(int(part.labels.max(initial=0)) + 1 for part in (train, test)))
    if title is None:  # a folder of the user's; what was fetched has been checked
        _check_labels(folder, train, classes)
    return Dataset(
        name=name or str(folder),
        title=title or folder.name or str(folder),
        train=train,
        test=test,
        class_names=tuple(map(str, range(classes))),
    )


def _check_labels(folder: Path, train: ImageSet, classes: int) -> None:
    """Refuse labels beyond ten if some class before them is never shown: they are damage."""
    shown = np.bincount(train.labels, minlength=classes)
    if classes > 10 and not shown.all():
        raise DataError(
            f"A label in {folder} is {classes - 1}, but no training image is of class "
            f"{int(shown.argmin())}; the file of labels seems damaged, so get it again."
        )


def holds_idx(folder: Path) -> bool:
    """Whether any of the four files is there."""
    return any(_path_of(folder, file) is not None for file in FILES)


def _path_of(folder: Path, file_name: str) -> Path | None:
    dotted = file_name.replace("-idx", ".idx")
    for candidate in (file_name, f"{file_name}.gz", dotted, f"{dotted}.gz"):
        if (path := folder / candidate).is_file():
            return path
    return None


def _find(folder: Path, file_name: str) -> Path:
    if (path := _path_of(folder, file_name)) is not None:
        return path
    raise DataError(
        f"The folder {folder} has no file {file_name} (or {file_name}.gz); the four MNIST files "
        f"are needed: {', '.join(FILES)}."
    )


def _image_set(images_path: Path, labels_path: Path) -> ImageSet:
    images = read_idx(images_path, axes=3)
    labels = read_idx(labels_path, axes=1)
    if len(images) != len(labels):
        raise DataError(
            f"{images_path.name} has {len(images):,} images, but {labels_path.name} has "
            f"{len(labels):,} labels; they must be as many."
        )
    return ImageSet(images[:, np.newaxis], labels.astype(np.intp))
