"""Drawings with their labels are kept, and never lost by what goes wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convlab.data import own_drawings
from convlab.data.dataset import Dataset, ImageSet
from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.data.own_drawings import OwnDrawings, with_own_drawings
from convlab.data.strokes import read_drawings, write_drawings
from convlab.errors import DataError, SettingsError

SEVEN = Drawing((Stroke(np.array([[0.2, 1 / 3], [0.8, 0.2], [0.4, 0.9]]), 0.09),))


@pytest.fixture
def kept(tmp_path: Path) -> OwnDrawings:
    return OwnDrawings(tmp_path / "mine" / "drawings.json")


def labels(kept: OwnDrawings) -> list[int | None]:
    return [drawing.label for drawing in kept.read()]


def test_they_lie_among_the_users_data(home: Path) -> None:
    assert OwnDrawings().path.is_relative_to(home)


def test_what_was_filed_is_what_predict_reads(kept: OwnDrawings) -> None:
    assert kept.read() == []
    kept.add(SEVEN, 7)
    kept.add(SEVEN, 1)
    first, second = read_drawings(kept.path)
    assert (first.label, second.label) == (7, 1)
    np.testing.assert_allclose(first.strokes[0].points, SEVEN.strokes[0].points, atol=1e-4)
    assert "0.3333]" in kept.path.read_text()  # and no digits that nobody drew


def test_some_are_deleted_and_in_the_end_all(kept: OwnDrawings) -> None:
    for label in (3, 1, 4, 1):
        kept.add(SEVEN, label)
    kept.delete({1, 2})
    assert labels(kept) == [3, 1]
    kept.delete({0, 1})
    assert kept.read() == []
    kept.add(SEVEN, 5)
    assert labels(kept) == [5]


def test_they_are_exported(kept: OwnDrawings, tmp_path: Path) -> None:
    kept.add(SEVEN, 7)
    kept.export(tmp_path / "copy.json")
    assert (tmp_path / "copy.json").read_text() == kept.path.read_text()


def test_what_the_eraser_left_is_refused(kept: OwnDrawings) -> None:
    kept.add(SEVEN, 7)
    erased = Drawing((*SEVEN.strokes, Stroke(np.zeros((1, 2)), 0.1, erases=True)))
    with pytest.raises(DataError, match="without the eraser"):
        kept.add(erased, 7)
    assert labels(kept) == [7]


def test_a_damaged_file_is_left_as_it_is(kept: OwnDrawings) -> None:
    kept.path.parent.mkdir()
    kept.path.write_text("[{")
    with pytest.raises(DataError, match=r"Your own drawings cannot be read: .*move it away"):
        kept.add(SEVEN, 7)
    assert kept.path.read_text() == "[{"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("no folder")
    with pytest.raises(DataError, match="cannot be written"):
        OwnDrawings(tmp_path / "mine" / "drawings.json").add(SEVEN, 7)


def test_there_is_an_end_to_them(kept: OwnDrawings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_drawings, "MOST", 2)
    kept.add(SEVEN, 7)
    kept.add(SEVEN, 7)
    with pytest.raises(DataError, match="export them"):
        kept.add(SEVEN, 7)


def test_each_joins_the_training_images_as_often_as_wanted(
    kept: OwnDrawings, tiny_dataset: Dataset
) -> None:
    kept.add(SEVEN, 7)
    kept.add(SEVEN, 1)
    joined = with_own_drawings(tiny_dataset, 3, kept.read())
    np.testing.assert_array_equal(joined.train.images[:60], tiny_dataset.train.images)
    assert joined.train.labels[60:].tolist() == [7, 1] * 3
    for image in joined.train.images[60:]:
        np.testing.assert_array_equal(image[0], digit_image(kept.read()[0]))
    assert joined.test is tiny_dataset.test
    assert with_own_drawings(tiny_dataset, 0, kept.read()) is tiny_dataset


def test_they_go_by_the_names_of_the_classes(kept: OwnDrawings, tiny_dataset: Dataset) -> None:
    names = ("seven", "7", *"ABCDEFGH")
    write_drawings(kept.path, [replace(SEVEN, label=label) for label in (7, 3, None)])
    joined = with_own_drawings(replace(tiny_dataset, class_names=names), 1, kept.read())
    assert joined.train.labels[60:].tolist() == [1]


@pytest.mark.parametrize(
    ("names", "size", "reason"),
    [
        (tuple("ABCDEFGHIJ"), 28, "no class of Tiny stripes is a digit"),
        (tuple("0123456789"), 32, "has images of 1×32×32"),
        (tuple("0123456789"), 28, "no drawings of your own"),
    ],
)
def test_what_cannot_join_is_refused_at_the_setting(
    kept: OwnDrawings, tiny_dataset: Dataset, names: tuple[str, ...], size: int, reason: str
) -> None:
    images = np.zeros((10, 1, size, size), np.uint8)
    part = ImageSet(images, np.arange(10))
    other = replace(tiny_dataset, train=part, test=part, class_names=names)
    with pytest.raises(SettingsError, match=reason) as refused:
        with_own_drawings(other, 2, kept.read())
    assert list(refused.value.problems) == ["own_drawings"]
