from pathlib import Path

import numpy as np
import pytest

from convlab.data import load_dataset
from convlab.data.formats import csv_table
from convlab.data.formats.csv_table import read_csv
from convlab.data.progress import CanceledError
from convlab.errors import DataError

X = np.random.default_rng(0).integers(0, 256, (20, 9), np.uint8)
T = np.arange(20) % 2
ROWS = [",".join(map(str, [t, *x])) for t, x in zip(T.tolist(), X.tolist(), strict=True)]
HEADER = "label," + ",".join(f"pixel{number}" for number in range(9))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.csv"


def images(path: Path) -> set[tuple[int, bytes]]:
    """Label and pixels of every image of both parts, whose order is mixed."""
    dataset = load_dataset(str(path))
    assert np.bincount(dataset.test.labels).tolist() == [2, 2]
    return {
        (int(label), image.tobytes())
        for part in (dataset.train, dataset.test)
        for label, image in zip(part.labels, part.images, strict=True)
    }


EXPECTED = {(int(t), x.tobytes()) for t, x in zip(T, X, strict=True)}


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ROWS),
        "\n".join([HEADER, *ROWS, ""]),
        "\r\n".join([HEADER, *ROWS, "", ""]),
        "\ufeff" + "\n".join([HEADER, *ROWS]),
        "\n".join([HEADER, *ROWS]).replace(",", ";"),
        "\n".join([HEADER, *ROWS]).replace(",", "\t"),
        "\n".join([HEADER, *ROWS]).replace(",", ", "),
        "\n".join(",".join([*line.split(",")[1:], line.split(",")[0]]) for line in [HEADER, *ROWS]),
        "\n".join(",".join(f"{float(v)}" for v in row.split(",")) for row in ROWS),
    ],
)
def test_a_line_is_a_label_and_its_pixels(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="")
    assert images(path) == EXPECTED
    assert load_dataset(str(path)).image_shape == (1, 3, 3)


def test_blocks_of_lines_are_put_together(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "_LINES_AT_ONCE", 7)
    path.write_text("\n".join([HEADER, *ROWS]))
    assert images(path) == EXPECTED
    told: list[tuple[int, int]] = []
    read_csv(path, progress=lambda *values: told.append(values))
    size = path.stat().st_size
    assert len(told) == 4
    assert told[-1] == (size, size)


def test_shares_of_one_become_bytes(path: Path) -> None:
    path.write_text("\n".join(f"{t}," + ",".join(map(str, x / 255)) for t, x in zip(T, X)))  # noqa: B905
    assert images(path) == EXPECTED


def test_labels_may_be_texts(path: Path) -> None:
    path.write_text("\n".join(f'"{"AB"[int(row[0])]}"{row[1:]}' for row in ROWS))
    assert load_dataset(str(path)).class_names == ("A", "B")


def test_three_planes_are_a_color_image(path: Path) -> None:
    path.write_text("\n".join(row + row[1:] + row[1:] for row in ROWS))
    assert load_dataset(str(path)).image_shape == (3, 3, 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "own.csv holds no images"),
        (HEADER, "own.csv holds no images"),
        ("1\n2\n3", "own.csv holds no images"),
        ("\n".join([*ROWS, "1,2,3"]), "Line 21 of own.csv has 3 values, and the first has 10"),
        ("\n".join([*ROWS, ROWS[0][:-1] + "x"]), "no number among the pixels of lines 1 to 21"),
        ("\n".join([*ROWS, ROWS[0] + "000"]), "values from 0 to .*; 0 to 255 or 0 to 1 were"),
        ("\n".join(f"{row},1" for row in ROWS), "has 10 pixels, which is no square"),
        ("\n".join(f"0.5{row}" for row in ROWS), "holds numbers that are not whole"),
        ("x" * (csv_table.LONGEST_LINE + 5), "a line of more than"),
        ("1,2\x00,3", "no number|holds no images|no square"),
    ],
)
def test_what_is_no_table_of_images_is_refused(text: str, sentence: str, path: Path) -> None:
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        load_dataset(str(path))


def test_what_is_no_text_is_refused(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00\x01" * 100)
    with pytest.raises(DataError, match=r"own.csv is not a text"):
        load_dataset(str(path))


def test_an_absurdly_large_file_is_refused_unread(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(DataError, match="more than the lab opens"):
        load_dataset(str(path))


def test_it_can_be_canceled(path: Path) -> None:
    path.write_text("\n".join(ROWS))
    with pytest.raises(CanceledError, match=r"reading of own.csv was canceled"):
        read_csv(path, cancel=lambda: True)
