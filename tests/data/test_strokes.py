"""Drawings as JSON come in whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from convlab.data.digit_image import Drawing, Stroke
from convlab.data.strokes import read_drawings, write_drawings
from convlab.errors import DataError

GOOD = '{"label": 7, "strokes": [[[0, 0], [40, 0.5], [15, 70]]]}'


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    seven = Drawing((Stroke(np.array([[0, 0], [4.5, 0], [1, 7]])),), label=7, writer="w01")
    two_strokes = Drawing((Stroke(np.array([[1.0, 2.0]])), Stroke(np.array([[3.0, 4.0]]))))
    write_drawings(tmp_path / "d.json", [seven, two_strokes])
    first, second = read_drawings(tmp_path / "d.json")
    assert (first.label, first.writer) == (7, "w01")
    assert (second.label, second.writer) == (None, None)
    assert [len(drawing.strokes) for drawing in (first, second)] == [1, 2]
    np.testing.assert_array_equal(first.strokes[0].points, seven.strokes[0].points)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\xff\xfe", "not JSON"),
        ("9" * 5_000, "not JSON"),
        ("[]", "holds an empty list"),
        ('{"strokes": []}', "holds an object"),
        (f"[{GOOD}, 5]", "Drawing 2 in d.json is a number"),
        (f'[{GOOD}, {{"label": 1}}]', "Drawing 2 in d.json has nothing as its strokes"),
        ('[{"strokes": []}]', "Drawing 1 in d.json has an empty list as its strokes"),
        ('[{"strokes": "abc"}]', "Drawing 1 in d.json has a text as its strokes"),
        ('[{"strokes": [[]]}]', "Stroke 1 of drawing 1 in d.json is not a list of points"),
        ('[{"strokes": [[[1, 2]], [[1]]]}]', "Stroke 2 of drawing 1 .* is not a list of points"),
        ('[{"strokes": [[[1, 2], [1]]]}]', "is not a list of points"),
        ('[{"strokes": [[1, 2]]}]', "is not a list of points"),
        ('[{"strokes": [[[1, 2, 3]]]}]', "is not a list of points"),
        ('[{"strokes": [[[[1], 2]]]}]', "is not a list of points"),
        ('[{"strokes": [[["1", "2"]]]}]', "no finite number"),
        ('[{"strokes": [[[null, 2]]]}]', "no finite number"),
        ('[{"strokes": [[[NaN, 2]]]}]', "no finite number"),
        ('[{"strokes": [[[1, Infinity]]]}]', "no finite number"),
        ('[{"strokes": [[[1, 1e30]]]}]', r"reaches 1e\+30"),
        ('[{"strokes": [[[1, 1000000000000000000000000000000]]]}]', "no finite number"),
        ('[{"label": "7", "strokes": [[[1, 2]]]}]', "label that is a text"),
        ('[{"label": true, "strokes": [[[1, 2]]]}]', "label that is true"),
        ('[{"label": -1, "strokes": [[[1, 2]]]}]', "label that is a negative number"),
        (
            '[{"label": 11, "strokes": [[[1, 2]]]}]',
            "Drawing 1 in d.json has the label 11; expected",
        ),
        ('[{"label": 1' + "0" * 99 + ', "strokes": [[[1, 2]]]}]', "has the label of many digits;"),
        ('[{"writer": 5, "strokes": [[[1, 2]]]}]', "writer that is a number"),
    ],
)
def test_a_wrong_file_is_explained_in_one_sentence(
    text: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "d.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=sentence) as caught:
        read_drawings(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*gone\.json"):
        read_drawings(tmp_path / "gone.json")
    with pytest.raises(DataError, match=f"{tmp_path} is a folder; give a JSON file"):
        read_drawings(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.json"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)  # sparse: takes no room on the disk
    monkeypatch.setattr(json, "loads", pytest.fail)
    with pytest.raises(DataError, match=r"2,048 MB, more than the 32 MB"):
        read_drawings(path)


def test_a_partly_erased_drawing_is_not_written(tmp_path: Path) -> None:
    points = np.array([[0.0, 0.0]])
    with pytest.raises(DataError, match="Drawing 2 was partly erased"):
        write_drawings(
            tmp_path / "d.json",
            [Drawing((Stroke(points),)), Drawing((Stroke(points), Stroke(points, 1, erases=True)))],
        )
    assert not (tmp_path / "d.json").exists()


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        write_drawings(tmp_path / "file" / "d.json", [])
