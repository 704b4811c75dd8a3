import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convlab.data import load_dataset
from convlab.data.formats import picture_cache, picture_folder, picture_stack
from convlab.data.formats.picture_folder import read_picture_folder
from convlab.data.progress import CanceledError
from convlab.errors import DataError
from convlab.paths import cache_dir


def write(folder: Path, count: int, shade: int = 10, mode: str = "L", ending: str = "png") -> None:
    """Pictures of 5×4 pixels, of which each has a shade of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture = Image.new("L", (5, 4), shade + number).convert(mode)
        picture.save(folder / f"{number:03}.{ending}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures of a 2, and ten of a 10."""
    write(tmp_path / "own" / "10", 10, shade=100)
    write(tmp_path / "own" / "2", 5)
    return tmp_path / "own"


def test_sub_folders_are_classes_and_a_fifth_is_for_the_test(folder: Path) -> None:
    dataset = load_dataset(str(folder))
    assert (dataset.name, dataset.title) == (str(folder), "own")
    assert dataset.class_names == ("2", "10")
    assert dataset.image_shape == (1, 4, 5)
    assert np.bincount(dataset.train.labels).tolist() == [4, 8]
    assert np.bincount(dataset.test.labels).tolist() == [1, 2]
    for part in (dataset.train, dataset.test):
        assert ((part.images[:, 0, 0, 0] >= 100) == (part.labels == 1)).all()
    again = load_dataset(str(folder))
    np.testing.assert_array_equal(dataset.train.images, again.train.images)


def test_train_and_test_may_lie_above_them(tmp_path: Path) -> None:
    for part, count in (("Train", 4), ("test", 2)):
        write(tmp_path / part / "cat", count)
        write(tmp_path / part / "dog", count, shade=100)
    write(tmp_path / "test" / "cow", 1, shade=200)
    dataset = load_dataset(str(tmp_path))
    assert dataset.class_names == ("cat", "cow", "dog")
    assert sorted(dataset.train.labels.tolist()) == [0] * 4 + [2] * 4
    assert sorted(dataset.test.labels.tolist()) == [0, 0, 1, 2, 2]


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    for name in ("bus", "train"):
        write(tmp_path / name, 5)
    assert load_dataset(str(tmp_path)).class_names == ("bus", "train")


def test_what_is_no_picture_is_passed_over(folder: Path) -> None:
    (folder / "readme.txt").write_text("my digits")
    (folder / "2" / "Thumbs.db").write_bytes(b"x")
    (folder / "2" / "._000.png").write_bytes(b"x")
    write(folder / ".hidden", 3)
    (folder / "empty").mkdir()
    assert load_dataset(str(folder)).class_names == ("2", "10")


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("LA", 1), ("RGB", 3), ("RGBA", 3), ("P", 3)]
)
def test_gray_stays_gray_and_color_stays_color(mode: str, channels: int, tmp_path: Path) -> None:
    write(tmp_path / "own" / "a", 5, shade=250, mode=mode)
    images = load_dataset(str(tmp_path / "own")).train.images
    assert images.shape[1:] == (channels, 4, 5)
    assert images.max() >= 250


@pytest.mark.parametrize("ending", ["png", "JPG", "bmp", "gif", "tiff", "webp", "pgm"])
def test_many_formats_are_read(ending: str, tmp_path: Path) -> None:
    write(tmp_path / "own" / "a", 5, shade=50, ending=ending)
    assert len(load_dataset(str(tmp_path / "own")).train) == 4


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    write(tmp_path / "own" / "a", 4)
    deep = np.full((4, 5), 0xABCD, np.uint16)
    Image.fromarray(deep).save(tmp_path / "own" / "a" / "deep.png")
    dataset = load_dataset(str(tmp_path / "own"))
    assert max(p.images.max() for p in (dataset.train, dataset.test)) == 0xAB


def test_one_picture_in_color_makes_all_of_three_channels(folder: Path) -> None:
    Image.new("RGB", (5, 4), "red").save(folder / "2" / "red.png")
    dataset = load_dataset(str(folder))
    assert dataset.image_shape == (3, 4, 5)
    both = np.concatenate([dataset.train.images, dataset.test.images])
    colored = (both[:, 0] != both[:, 1]).any(axis=(1, 2))
    assert colored.sum() == 1
    assert both[colored][0, :, 0, 0].tolist() == [255, 0, 0]


def test_what_is_transparent_shows_white(tmp_path: Path) -> None:
    write(tmp_path / "own" / "a", 4, mode="RGBA")
    Image.new("RGBA", (5, 4), (0, 0, 0, 0)).save(tmp_path / "own" / "a" / "clear.png")
    dataset = load_dataset(str(tmp_path / "own"))
    assert max(p.images.max() for p in (dataset.train, dataset.test)) == 255


def test_pictures_of_another_size_are_refused(folder: Path) -> None:
    Image.new("L", (28, 30)).save(folder / "2" / "large.png")
    with pytest.raises(DataError, match=r"2/large.png has 28×30 pixels and 10/000.png 5×4; all"):
        load_dataset(str(folder))


def test_a_damaged_picture_is_named(folder: Path) -> None:
    (folder / "10" / "005.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    with pytest.raises(DataError, match=r"10/005.png is damaged or no picture"):
        load_dataset(str(folder))


def test_a_picture_of_absurd_size_is_refused_undecoded(folder: Path) -> None:
    Image.new("1", (60_000, 2)).save(folder / "10" / "000.png")
    with pytest.raises(DataError, match=r"10/000.png has 60000×2 pixels; at most 1024 a side"):
        load_dataset(str(folder))


def test_more_than_fits_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_stack, "LARGEST", 100)
    with pytest.raises(DataError, match=r"15 pictures like 10/000.png \(5×4\) are more than"):
        load_dataset(str(folder))


def test_more_than_can_be_counted_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_folder, "MOST_PICTURES", 3)
    with pytest.raises(DataError, match="own holds more than 3 pictures"):
        load_dataset(str(folder))


def test_a_folder_of_nothing_known_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    with pytest.raises(DataError, match="holds neither the four MNIST files nor sub-folders of"):
        load_dataset(str(tmp_path / "own"))


def test_a_file_of_another_kind_says_what_is_read(folder: Path) -> None:
    with pytest.raises(DataError, match=r"000.png is no dataset that the lab reads"):
        load_dataset(str(folder / "2" / "000.png"))


def test_reading_tells_how_far_it_is_and_can_be_canceled(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    read_picture_folder(folder, progress=lambda *values: told.append(values))
    assert (told[0], told[-1]) == ((0, 15), (15, 15))
    with pytest.raises(CanceledError, match="was canceled"):
        read_picture_folder(folder, cancel=lambda: True)


class TestCache:
    """Many pictures are opened once."""

    @pytest.fixture(autouse=True)
    def _few_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture_cache, "FEWEST", 10)

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The pictures that were opened."""
        paths: list[str] = []
        pixels = picture_stack._pixels

        def remember(path: str) -> Any:
            paths.append(path)
            return pixels(path)

        monkeypatch.setattr(picture_stack, "_pixels", remember)
        return paths

    def test_the_second_time_none_is_opened(self, folder: Path, opened: list[str]) -> None:
        first = load_dataset(str(folder))
        assert len(opened) == 15
        second = load_dataset(str(folder))
        assert len(opened) == 15
        np.testing.assert_array_equal(first.train.images, second.train.images)
        np.testing.assert_array_equal(first.test.labels, second.test.labels)

    @pytest.mark.parametrize("change", ["content", "more", "fewer", "moved", "renamed"])
    def test_a_change_is_seen_and_the_old_copy_goes(
        self, change: str, folder: Path, opened: list[str]
    ) -> None:
        load_dataset(str(folder))
        picture = folder / "2" / "000.png"
        if change == "content":
            picture.write_bytes((folder / "10" / "000.png").read_bytes())
            os.utime(picture, ns=(1, 1))
        elif change == "more":
            Image.new("L", (5, 4)).save(folder / "2" / "new.png")
        elif change == "fewer":
            picture.unlink()
        elif change == "moved":
            picture.rename(folder / "10" / "moved.png")
        else:
            (folder / "2").rename(folder / "two")
        load_dataset(str(folder))
        assert len(opened) > 25
        assert len(list((cache_dir() / "pictures").rglob("*.npz"))) == 1

    def test_a_damaged_copy_is_made_anew(self, folder: Path, opened: list[str]) -> None:
        load_dataset(str(folder))
        (copy,) = (cache_dir() / "pictures").rglob("*.npz")
        copy.write_bytes(b"damaged")
        load_dataset(str(folder))
        assert len(opened) == 30

    def test_it_goes_without_where_nothing_can_be_kept(
        self, folder: Path, opened: list[str]
    ) -> None:
        cache_dir().mkdir(parents=True)
        (cache_dir() / "pictures").write_text("in the way")
        load_dataset(str(folder))
        assert len(load_dataset(str(folder)).train) == 12
        assert len(opened) == 30
