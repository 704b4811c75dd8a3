import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data import load_dataset
from convlab.data.formats.npz import read_npz
from convlab.data.progress import CanceledError
from convlab.errors import DataError

X = np.random.default_rng(0).integers(0, 256, (20, 6, 6), np.uint8)
T = np.arange(20) % 2
X_TEST, T_TEST = X[:4], T[:4]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.npz"


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("X_train", "Y_train", "X_test", "Y_test"),
        ("x_train", "t_train", "x_test", "t_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("arr_0", "arr_1", "arr_2", "arr_3"),
    ],
)
def test_both_parts_are_read_under_the_usual_names(names: tuple[str, ...], path: Path) -> None:
    np.savez(path, **dict(zip(names, (X, T, X_TEST, T_TEST), strict=True)))
    dataset = load_dataset(str(path))
    assert (dataset.name, dataset.title) == (str(path), "own")
    np.testing.assert_array_equal(dataset.train.images[:, 0], X)
    np.testing.assert_array_equal(dataset.train.labels, T)
    np.testing.assert_array_equal(dataset.test.images[:, 0], X_TEST)
    assert dataset.class_names == ("0", "1")


@pytest.mark.parametrize(
    "names", [("x", "y"), ("X", "y"), ("images", "labels"), ("data", "target"), ("arr_0", "arr_1")]
)
def test_without_a_test_part_a_fixed_fifth_of_every_class_becomes_one(
    names: tuple[str, str], path: Path
) -> None:
    np.savez_compressed(path, **dict(zip(names, (X, T), strict=True)))
    dataset, again = load_dataset(str(path)), load_dataset(str(path))
    assert np.bincount(dataset.train.labels).tolist() == [8, 8]
    assert np.bincount(dataset.test.labels).tolist() == [2, 2]
    np.testing.assert_array_equal(dataset.test.images, again.test.images)
    both = [image.tobytes() for p in (dataset.train, dataset.test) for image in p.images]
    assert sorted(both) == sorted(image.tobytes() for image in X)


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (X.reshape(20, 36), (1, 6, 6)),
        (X[:, np.newaxis], (1, 6, 6)),
        (X[..., np.newaxis], (1, 6, 6)),
        (np.stack([X, X, X], axis=1), (3, 6, 6)),
        (np.stack([X, X, X], axis=3), (3, 6, 6)),
        (X.astype(np.float64), (1, 6, 6)),
        (X / np.float32(255), (1, 6, 6)),
        (X.astype(np.int64), (1, 6, 6)),
    ],
)
def test_images_come_in_many_shapes_and_numbers(x: Any, shape: Any, path: Path) -> None:
    np.savez(path, x_train=x, y_train=T, x_test=x, y_test=T)
    dataset = load_dataset(str(path))
    assert dataset.image_shape == shape
    np.testing.assert_array_equal(dataset.train.images[:, 0], X)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (T[:, np.newaxis], ("0", "1")),
        (np.eye(2)[T], ("0", "1")),
        (T.astype(np.float32), ("0", "1")),
        (T * 5 - 2, ("-2", "3")),
        (np.array(["cat", "dog"])[T], ("cat", "dog")),
        (np.array([b"cat", b"dog"])[T], ("cat", "dog")),
        (T == 1, ("0", "1")),
    ],
)
def test_labels_come_in_many_forms(labels: Any, names: tuple[str, ...], path: Path) -> None:
    np.savez(path, x_train=X, y_train=labels, x_test=X, y_test=labels)
    dataset = load_dataset(str(path))
    assert dataset.class_names == names
    np.testing.assert_array_equal(dataset.train.labels, T)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"weights": X, "bias": T}, "own.npz holds weights, bias; images and labels are expected"),
        ({}, "own.npz holds nothing; images and labels"),
        ({"x": X, "y": T[:5]}, "own has 20 images but 5 labels"),
        ({"x": X[:, :, :5].reshape(20, -1), "y": T}, r"x in own.npz has the shape \(20, 30\)"),
        ({"x": np.zeros((5, 2, 6, 7)), "y": T[:5]}, r"has the shape \(5, 2, 6, 7\); images"),
        ({"x": X * 2.0, "y": T}, "values from 0 to 510; 0 to 255 or 0 to 1"),
        ({"x": X * np.nan, "y": T}, "values from nan to nan"),
        ({"x": X - 300.0, "y": T}, "holds values from -"),
        ({"x": X, "y": T + 0.5}, "y in own.npz holds numbers that are not whole"),
        ({"x": X, "y": X}, r"y in own.npz has the shape \(20, 6, 6\); one label for each"),
        ({"x": X.astype(str), "y": T}, "x in own.npz holds <U.*; numbers are expected"),
        ({"x": X[:0], "y": T[:0]}, "x in own.npz is empty"),
        ({"x": X[:2], "y": T[:2]}, "three images of a class are needed"),
        ({"x": np.zeros((2000, 1)), "y": np.arange(2000)}, "2,000 different labels"),
        ({"x": np.array([{}]), "y": T}, "is not an npz file of images"),
    ],
)
def test_what_is_no_dataset_is_refused(arrays: Any, sentence: str, path: Path) -> None:
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=sentence):
        load_dataset(str(path))


def member(shape: str, content: bytes) -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (64 - (len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + content


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (member("(10, 5, 5)", bytes(5)), "is damaged; open another file"),
        (member("(100000, 1000, 1000)", bytes(5)), "is damaged; open another file"),
        (member("(-1, 5, 5)", bytes(5)), "is damaged; open another file"),
        (b"nothing", "is damaged; open another file"),
    ],
)
def test_an_array_that_announces_more_than_it_holds_is_refused(
    x: bytes, sentence: str, path: Path
) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", x)
        archive.writestr("y.npy", member("(5,)", bytes(5)))
    with pytest.raises(DataError, match=sentence):
        load_dataset(str(path))


def test_a_zip_bomb_is_refused_unopened(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(1000))
    content = path.read_bytes().replace((1000).to_bytes(4, "little"), b"\xf0\xff\xff\xff")
    path.write_bytes(content)
    with pytest.raises(DataError, match="more than the lab opens"):
        load_dataset(str(path))


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 1000])
def test_what_is_no_archive_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"own.npz is not an npz file of images"):
        load_dataset(str(path))


def test_a_cut_off_archive_is_refused(path: Path) -> None:
    file = io.BytesIO()
    np.savez(file, x=X, y=T)
    path.write_bytes(file.getvalue()[:-200])
    with pytest.raises(DataError, match="or it is damaged"):
        load_dataset(str(path))


def test_reading_tells_how_far_it_is_and_can_be_canceled(path: Path) -> None:
    np.savez(path, x=X, y=T)
    told: list[tuple[int, int]] = []
    read_npz(path, progress=lambda *values: told.append(values))
    assert told[-1][0] == told[-1][1] == X.nbytes + T.nbytes
    with pytest.raises(CanceledError, match=r"reading of own.npz was canceled"):
        read_npz(path, cancel=lambda: True)
