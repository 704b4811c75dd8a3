from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data import Dataset, load_dataset, load_mnist
from convlab.errors import DataError
from convlab.paths import cache_dir

Write = Callable[[Dataset, str], Path]


@pytest.fixture
def folder(tiny_dataset: Dataset, write_idx_folder: Write) -> Path:
    return write_idx_folder(tiny_dataset, "digits")


def test_a_dataset_is_found_by_its_name_in_any_case() -> None:
    assert load_dataset("Bundled").name == "bundled"


def test_a_folder_is_a_dataset_called_as_the_user_called_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    assert load_dataset("digits").name == "digits"
    assert len(load_dataset(str(folder)).train) == 60
    monkeypatch.setenv("HOME", str(folder.parent))
    assert load_dataset("~/digits").title == "digits"


@pytest.mark.parametrize(
    "name", ["bundeld", "/no/such/folder", "x" * 300, "~nobody-of-that-name/digits", "a\0b"]
)
def test_what_is_neither_a_name_nor_a_folder_is_refused(name: str) -> None:
    with pytest.raises(DataError, match=r"no dataset called .*Nor is there a folder of that name"):
        load_dataset(name)


def test_a_misspelt_name_gets_a_hint() -> None:
    with pytest.raises(DataError, match="Did you mean bundled"):
        load_dataset("bundeld")


class TestLoadMnist:
    """The book's function with the book's arguments."""

    def test_its_defaults_are_the_books(self) -> None:
        (x_train, t_train), (x_test, t_test) = load_mnist()
        assert (x_train.shape, x_test.shape) == ((4000, 784), (1000, 784))
        assert (t_train.shape, t_test.shape) == ((4000,), (1000,))
        assert x_train.dtype == np.float32
        assert (x_train.min(), x_train.max()) == (0, 1)

    @pytest.mark.parametrize("normalize", [True, False])
    @pytest.mark.parametrize("flatten", [True, False])
    @pytest.mark.parametrize("one_hot_label", [True, False])
    def test_every_argument_does_what_it_says(
        self,
        normalize: bool,
        flatten: bool,
        one_hot_label: bool,
        folder: Path,
        tiny_dataset: Dataset,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("CONVLAB_MNIST", str(folder))
        loaded = load_mnist(normalize=normalize, flatten=flatten, one_hot_label=one_hot_label)
        for (x, t), part in zip(loaded, (tiny_dataset.train, tiny_dataset.test), strict=True):
            assert x.shape[1:] == ((784,) if flatten else (1, 28, 28))
            assert x.dtype == (np.float32 if normalize else np.uint8)
            pixels = x.reshape(part.images.shape) * (255 if normalize else 1)
            np.testing.assert_allclose(pixels, part.images, rtol=1e-6)
            assert t.shape == ((len(part), 10) if one_hot_label else (len(part),))
            labels: Any = t.argmax(axis=1) if one_hot_label else t
            np.testing.assert_array_equal(labels, part.labels)
            assert t.sum() == (len(part) if one_hot_label else part.labels.sum())

    def test_the_folder_in_the_environment_comes_first_and_is_named(
        self,
        folder: Path,
        tiny_dataset: Dataset,
        write_idx_folder: Write,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        shelf = cache_dir() / "datasets"
        shelf.mkdir(parents=True)
        fetched = write_idx_folder(tiny_dataset, "fetched").rename(shelf / "mnist")
        monkeypatch.setenv("CONVLAB_MNIST", str(folder))
        load_mnist()
        assert capsys.readouterr() == (
            "",
            f"MNIST in {folder}: 60 images to train, 20 to test.\n",
        )
        monkeypatch.delenv("CONVLAB_MNIST")
        load_mnist()
        assert capsys.readouterr().err == f"MNIST in {fetched}: 60 images to train, 20 to test.\n"

    def test_the_bundled_digits_come_last(self, capsys: pytest.CaptureFixture[str]) -> None:
        load_mnist()
        expected = "Bundled digits: 4,000 images to train, 1,000 to test.\n"
        assert capsys.readouterr() == ("", expected)

    def test_a_wrong_folder_in_the_environment_is_told_and_not_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CONVLAB_MNIST", str(tmp_path / "nothing"))
        with pytest.raises(DataError, match="nothing cannot be opened: there is no such folder"):
            load_mnist()
