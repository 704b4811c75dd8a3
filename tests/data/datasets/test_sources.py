"""Every source tells what it has, and reads tiny files in its real format."""

import bz2
import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.errors import DataError
from convlab.paths import cache_dir

NAMES = DATASETS.names()
IDX_SETS = ("mnist", "fashion-mnist", "kmnist")
Serve = Callable[[str, bytes], FetchedSource]


def idx(array: np.ndarray[Any, Any]) -> bytes:
    magic = bytes((0, 0, 8, array.ndim))
    return gzip.compress(magic + np.array(array.shape, ">u4").tobytes() + array.tobytes())


@pytest.fixture
def serve(new_mirror: Any, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Gives a source other content for its files and a mirror that has them."""
    mirror = new_mirror()

    def give(name: str, *contents: bytes) -> FetchedSource:
        source = DATASETS.get(name)()
        assert isinstance(source, FetchedSource)
        files = []
        for file, content in zip(source.files, contents, strict=True):
            mirror.files[f"/{file.name}"] = content
            unpacked = gzip.decompress(content) if file.unpacked_size else None
            digest = hashlib.sha256(content if unpacked is None else unpacked).hexdigest()
            size = None if unpacked is None else len(unpacked)
            files.append(RemoteFile(file.name, len(content), f"sha256:{digest}", size))
        monkeypatch.setattr(type(source), "files", tuple(files))
        monkeypatch.setenv("CONVLAB_MIRROR", mirror.url)
        return source

    return give  # type: ignore[return-value]


@pytest.mark.parametrize("name", NAMES)
def test_a_source_tells_what_it_has(name: str) -> None:
    source = DATASETS.get(name)()
    assert (source.name, DATASETS.name_of(type(source))) == (name, name)
    assert source.title
    assert source.license.endswith(".")
    assert len(set(source.class_names)) == len(source.class_names) >= 10
    assert source.train_images > source.test_images > 0
    assert source.size > 100_000
    assert source.is_here == (name == "bundled")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "bundled"])
def test_every_file_has_mirrors_and_a_checksum(name: str) -> None:
    source = DATASETS.get(name)()
    assert isinstance(source, FetchedSource)
    assert len(source.mirrors) >= 2
    assert all(re.fullmatch(r"https?://\S+[^/\s]", mirror) for mirror in source.mirrors)
    for file in source.files:
        assert re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", file.checksum)
    with pytest.raises(DataError, match=f"not on this computer.* convlab data fetch {name}"):
        source.load()


def test_what_comes_with_the_lab_is_as_it_says() -> None:
    source = DATASETS.get("bundled")()
    dataset = source.load()
    assert dataset.image_shape == source.image_shape
    assert (len(dataset.train), len(dataset.test)) == (source.train_images, source.test_images)
    source.fetch()


@pytest.mark.parametrize("name", IDX_SETS)
def test_sets_in_mnists_form(name: str, serve: Serve, tiny_dataset: Dataset) -> None:
    parts = (tiny_dataset.train, tiny_dataset.test)
    contents = [idx(array) for p in parts for array in (p.images[:, 0], p.labels.astype(np.uint8))]
    source = serve(name, *contents)
    source.fetch()
    dataset = source.load()
    assert (dataset.name, dataset.title) == (name, source.title)
    assert dataset.class_names == source.class_names
    np.testing.assert_array_equal(dataset.train.images, parts[0].images)
    np.testing.assert_array_equal(dataset.test.labels, parts[1].labels)
    assert source.folder == cache_dir() / "datasets" / name


def emnist(dataset: Dataset, without: str = "nothing") -> bytes:
    """An archive as EMNIST's: images transposed, letters counted from 1, more than is wanted."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gzip/emnist-byclass-train-images-idx3-ubyte.gz", b"unwanted")
        for part, first in (("digits", 0), ("letters", 1)):
            for name, images in (("train", dataset.train), ("test", dataset.test)):
                pixels = images.images[:, 0].swapaxes(1, 2).copy()
                labels = (images.labels + first).astype(np.uint8)
                stem = f"gzip/emnist-{part}-{name}"
                archive.writestr(f"{stem}-images-idx3-ubyte.gz", idx(pixels))
                if without not in f"{stem}-labels":
                    archive.writestr(f"{stem}-labels-idx1-ubyte.gz", idx(labels))
    return file.getvalue()


def test_both_parts_of_emnist_come_in_one_archive(serve: Serve, tiny_dataset: Dataset) -> None:
    letters = serve("emnist-letters", emnist(tiny_dataset))
    digits = DATASETS.get("emnist-digits")()
    letters.fetch()
    assert digits.is_here
    for source in (letters, digits):
        dataset = source.load()
        np.testing.assert_array_equal(dataset.train.images, tiny_dataset.train.images)
        np.testing.assert_array_equal(dataset.test.labels, tiny_dataset.test.labels)
    assert letters.load().class_names[0] == "A"
    kept = sorted(path.name for path in letters.folder.iterdir())
    assert kept == ["digits", "letters"]  # and not the archive


def test_an_archive_without_a_file_of_emnist_is_refused(
    serve: Serve, tiny_dataset: Dataset
) -> None:
    source = serve("emnist-digits", emnist(tiny_dataset, without="letters-test"))
    with pytest.raises(DataError, match="does not hold EMNIST's files"):
        source.fetch()
    assert not source.is_here


def cifar(images: np.ndarray[Any, Any], batches: int = 6) -> bytes:
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for number, name in enumerate(names[:batches]):
            record = bytes([number]) + images[number].tobytes()
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = 2 * len(record)
            archive.addfile(member, io.BytesIO(2 * record))
    return file.getvalue()


def test_cifar_is_read_in_color(serve: Serve) -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 3, 32, 32), np.uint8)
    source = serve("cifar-10", cifar(images))
    source.fetch()
    dataset = source.load()
    assert dataset.image_shape == (3, 32, 32)
    assert dataset.train.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    np.testing.assert_array_equal(dataset.train.images[::2], images[:5])
    np.testing.assert_array_equal(dataset.test.images[1], images[5])
    assert dataset.class_names[5] == "dog"


@pytest.mark.parametrize("content", [b"no archive", cifar(np.zeros((6, 3, 32, 32), np.uint8), 5)])
def test_an_archive_that_is_not_cifar_is_refused(content: bytes, serve: Serve) -> None:
    source = serve("cifar-10", content)
    source.fetch()
    with pytest.raises(DataError, match=r"cifar-10-binary.tar.gz .* delete the folder"):
        source.load()


def usps(values: np.ndarray[Any, Any], labels: list[int]) -> bytes:
    lines = (
        f"{label} " + " ".join(f"{number}:{value}" for number, value in enumerate(row, 1)) + " \n"
        for label, row in zip(labels, values.tolist(), strict=True)
    )
    return bz2.compress("".join(lines).encode())


def test_usps_is_read_from_its_lines(serve: Serve) -> None:
    values = np.stack([np.full(256, -1.0), np.linspace(-1, 1, 256)])
    source = serve("usps", usps(values, [1, 10]), usps(values[:1], [4]))
    source.fetch()
    dataset = source.load()
    assert dataset.train.labels.tolist() == [0, 9]
    np.testing.assert_array_equal(dataset.train.images[1].ravel(), np.arange(256))
    assert (dataset.test.labels[0], dataset.test.images.max()) == (3, 0)


@pytest.mark.parametrize("lines", [b"1 1:0.5\n", b"1 2:0\n2", b"", b"x" * 100, None])
def test_lines_that_are_not_uspss_are_refused(lines: bytes | None, serve: Serve) -> None:
    content = b"no bzip2" if lines is None else bz2.compress(lines)
    source = serve("usps", content, content)
    source.fetch()
    with pytest.raises(DataError, match=r"usps.bz2 cannot be read .* delete the folder"):
        source.load()


def test_the_folders_of_sources_differ() -> None:
    folders: dict[Path, set[str]] = {}
    for cls in DATASETS:
        if isinstance(source := cls(), FetchedSource):
            folders.setdefault(source.folder, set()).add(source.name)
    shared = [names for names in folders.values() if len(names) > 1]
    assert shared == [{"emnist-digits", "emnist-letters"}]
