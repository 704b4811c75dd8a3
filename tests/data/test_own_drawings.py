"""Drawings with their labels are kept, and never lost by what goes wrong."""

from pathlib import Path

import numpy as np
import pytest

from convlab.data import own_drawings
from convlab.data.digit_image import Drawing, Stroke
from convlab.data.own_drawings import OwnDrawings
from convlab.data.strokes import read_drawings
from convlab.errors import DataError

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
