import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data import Dataset, ImageSet
from convlab.data.idx_folder import FILES, read_idx_folder
from convlab.errors import DataError

Write = Callable[[Dataset, str], Path]


@pytest.fixture
def folder(tiny_dataset: Dataset, write_idx_folder: Write) -> Path:
    return write_idx_folder(tiny_dataset, "digits")


def rename(folder: Path, old: str, new: str) -> None:
    (folder / old).rename(folder / new)


def test_the_four_files_are_a_dataset(folder: Path, tiny_dataset: Dataset) -> None:
    dataset = read_idx_folder(folder)
    for part, expected in (
        (dataset.train, tiny_dataset.train),
        (dataset.test, tiny_dataset.test),
    ):
        np.testing.assert_array_equal(part.images, expected.images)
        np.testing.assert_array_equal(part.labels, expected.labels)
        assert part.labels.dtype == np.intp
    assert (dataset.name, dataset.title) == (str(folder), "digits")
    assert dataset.class_names == tuple("0123456789")


def test_the_caller_may_name_it(folder: Path) -> None:
    dataset = read_idx_folder(folder, "mnist", "MNIST")
    assert (dataset.name, dataset.title) == ("mnist", "MNIST")


def test_dots_in_names_and_any_mixture_of_gzip_will_do(folder: Path, tiny_dataset: Dataset) -> None:
    rename(folder, "train-labels-idx1-ubyte", "train-labels.idx1-ubyte")
    rename(folder, "t10k-images-idx3-ubyte.gz", "t10k-images.idx3-ubyte.gz")
    packed = folder / "train-images-idx3-ubyte.gz"
    (folder / "train-images-idx3-ubyte").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    dataset = read_idx_folder(folder)
    np.testing.assert_array_equal(dataset.train.images, tiny_dataset.train.images)
    np.testing.assert_array_equal(dataset.test.images, tiny_dataset.test.images)


def test_more_than_ten_classes_are_counted(tiny_dataset: Dataset, write_idx_folder: Write) -> None:
    letters = ImageSet(tiny_dataset.train.images, np.arange(60) % 26)
    classes = tuple(map(str, range(26)))
    many = Dataset("letters", "Letters", letters, tiny_dataset.test, classes)
    assert read_idx_folder(write_idx_folder(many, "letters")).class_names == classes


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    next(folder.glob(f"{name}*")).unlink()
    with pytest.raises(DataError, match=f"has no file {name} .or {name}.gz.; the four MNIST"):
        read_idx_folder(folder)


def test_a_file_or_nothing_instead_of_a_folder_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened: it is a file; give a folder"):
        read_idx_folder(folder / "train-labels-idx1-ubyte")
    with pytest.raises(DataError, match="cannot be opened: there is no such folder"):
        read_idx_folder(folder / "nothing")


def test_labels_in_another_number_than_images_are_refused(folder: Path) -> None:
    rename(folder, "t10k-labels-idx1-ubyte", "train-labels-idx1-ubyte")
    with pytest.raises(DataError, match=r"has no file t10k-labels"):
        read_idx_folder(folder)
    rename(folder, "train-labels-idx1-ubyte", "kept")
    (folder / "train-labels-idx1-ubyte").write_bytes((folder / "kept").read_bytes())
    rename(folder, "kept", "t10k-labels-idx1-ubyte")
    with pytest.raises(DataError, match=r"gz has 60 images, but train-labels-.* has 20 labels"):
        read_idx_folder(folder)


def test_swapped_files_are_refused(folder: Path) -> None:
    rename(folder, "train-labels-idx1-ubyte", "kept")
    rename(folder, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte")
    rename(folder, "kept", "train-images-idx3-ubyte.gz")
    with pytest.raises(DataError, match="are the images and the labels swapped"):
        read_idx_folder(folder)


def test_a_folder_that_may_not_be_read_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(DataError, match="digits cannot be read: Permission denied"):
        read_idx_folder(folder)
