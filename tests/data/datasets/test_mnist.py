import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.data import Dataset, load_dataset
from convlab.data.datasets.mnist import Mnist
from convlab.errors import DataError


def test_mnist_is_the_folder_that_the_environment_names(
    tiny_dataset: Dataset,
    write_idx_folder: Callable[[Dataset, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONVLAB_MNIST", str(write_idx_folder(tiny_dataset, "digits")))
    dataset = load_dataset("MNIST")
    assert (dataset.name, dataset.title) == ("mnist", "MNIST")
    assert len(dataset.train) == 60


def test_where_it_is_not_the_way_to_get_it_is_told() -> None:
    with pytest.raises(DataError, match=r"not on this .*convlab data fetch mnist, .*CONVLAB_MNIST"):
        load_dataset("mnist")


def test_the_checksums_are_those_of_the_official_files(shared_mnist: Path) -> None:
    for file in Mnist.files:
        content = gzip.decompress((shared_mnist / file.name).read_bytes())
        assert file.checksum == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert file.unpacked_size == len(content)


def test_the_official_files_are_read(shared_mnist: Path) -> None:
    dataset = load_dataset(str(shared_mnist))
    assert (len(dataset.train), len(dataset.test)) == (60_000, 10_000)
    assert dataset.image_shape == (1, 28, 28)
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
