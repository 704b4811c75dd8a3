import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.data.datasets import DATASETS, bundled
from convlab.errors import DataError
from convlab.resources import resource


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return DATASETS.get("bundled")().load()


def test_every_digit_is_there_equally_often(digits: Dataset) -> None:
    assert digits.class_names == tuple("0123456789")
    assert np.bincount(digits.train.labels).tolist() == [400] * 10
    assert np.bincount(digits.test.labels).tolist() == [100] * 10


def test_images_are_bytes_that_use_the_whole_range_and_labels_are_indices(digits: Dataset) -> None:
    assert digits.image_shape == (1, 28, 28)
    for part in (digits.train, digits.test):
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == np.intp
        assert (part.images.min(), part.images.max()) == (0, 255)


def test_no_image_is_in_both_parts_or_twice_in_one(digits: Dataset) -> None:
    images = [image.tobytes() for part in (digits.train, digits.test) for image in part.images]
    assert len(set(images)) == 5000


def test_the_first_images_are_a_fair_sample(digits: Dataset) -> None:
    for part in (digits.train, digits.test):
        for n in (10, 100, 1000):
            assert np.bincount(part.labels[:n]).tolist() == [n // 10] * 10


def test_labels_belong_to_their_images(digits: Dataset) -> None:
    """The nearest mean image finds about four digits of five; mixed-up labels one of ten."""
    train, test = (part.images.reshape(len(part), -1) / 255 for part in (digits.train, digits.test))
    means = np.stack([train[digits.train.labels == digit].mean(axis=0) for digit in range(10)])
    distances = ((test[:, np.newaxis] - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == digits.test.labels).mean() > 0.75


def cut_off(path: Path) -> None:
    path.write_bytes(resource("digits/digits.npz").read_bytes()[:5000])


def empty(path: Path) -> None:
    path.touch()


def without_arrays(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()


def with_pickled_objects(path: Path) -> None:
    np.savez(path, x_train=np.array([{}], dtype=object))


@pytest.mark.parametrize("damage", [cut_off, empty, without_arrays, with_pickled_objects])
def test_a_damaged_file_is_reported_in_one_sentence(
    damage: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "digits.npz"
    damage(path)
    monkeypatch.setattr(bundled, "resource", lambda name: path)
    with pytest.raises(DataError, match=r"The bundled digits cannot be read .*install convlab"):
        bundled.BundledDigits().load()
