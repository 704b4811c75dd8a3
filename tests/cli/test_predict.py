import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convlab.data import load_dataset
from convlab.data.digit_image import digit_image
from convlab.data.strokes import read_drawings
from convlab.nn import SimpleConvNet
from convlab.nn.network_settings import open_network

Refused = Callable[..., str]

ONE = [[[50, 0], [50, 100]]]
SEVEN = [[[0, 0], [60, 0], [25, 100]]]
ZERO = [[[50 + 30 * np.cos(a), 50 - 50 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 30)]]


@pytest.fixture
def pictures(tmp_path: Path, weights: Path) -> list[Path]:
    """Twenty picture files: each digit light on dark, then each dark on light."""
    test = load_dataset("bundled").test
    read = open_network(weights).predict(test.images).argmax(axis=1)
    paths = []
    for ink, paper in ((255, 0), (20, 230)):
        for digit in range(10):
            index = np.flatnonzero((test.labels == digit) & (read == digit))[0]
            gray = paper + (ink - paper) * (test.images[index, 0] / 255.0)
            large = np.pad(np.kron(gray.astype(np.uint8), np.ones((8, 8), np.uint8)), 20,
                           constant_values=paper)  # fmt: skip
            paths.append(tmp_path / f"{digit} {'light' if ink > paper else 'dark'}.png")
            Image.fromarray(large).save(paths[-1])
    return paths


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """A one, a seven and a circle."""
    path = tmp_path / "drawings.json"
    labelled = [{"label": k, "strokes": s} for k, s in ((1, ONE), (7, SEVEN), (0, ZERO))]
    path.write_text(json.dumps(labelled))
    return path


def test_pictures_are_read_light_on_dark_and_dark_on_light(
    convlab: Any, weights: Path, pictures: list[Path]
) -> None:
    values = convlab("predict", weights, *pictures, "--json").json
    right = np.array(values["digits"]) == [*range(10), *range(10)]
    assert right[:10].sum() >= 9
    assert right[10:].sum() >= 9
    assert [image["file"] for image in values["images"]] == [str(path) for path in pictures]
    assert [image["digit"] for image in values["images"]] == values["digits"]
    assert all(0.1 < image["probability"] <= 1 for image in values["images"])


def test_each_picture_gets_a_line(convlab: Any, weights: Path, pictures: list[Path]) -> None:
    result = convlab("predict", weights, pictures[1], pictures[10])
    lines = result.out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{pictures[1]}: 1 (")
    assert lines[1].endswith("%)")


def test_drawings_go_the_way_of_the_canvas(convlab: Any, weights: Path, drawings: Path) -> None:
    images = np.stack([digit_image(drawing) for drawing in read_drawings(drawings)])
    expected = open_network(weights).predict(images[:, np.newaxis]).argmax(axis=1).tolist()
    values = convlab("predict", weights, "--strokes", drawings, "--json").json
    assert values["digits"] == expected
    assert values["drawings"] == 3
    right = sum(digit == label for digit, label in zip(expected, (1, 7, 0), strict=True))
    assert right >= 2
    assert values["accuracy"] == pytest.approx(right / 3)
    result = convlab("predict", weights, "--strokes", drawings)
    digits, accuracy = result.out.splitlines()
    assert digits == " ".join(map(str, expected))
    assert accuracy == f"accuracy {right / 3:.2%} ({right} of 3 right)"


def test_drawings_without_labels_have_no_accuracy(
    convlab: Any, weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "drawings.json"
    path.write_text(json.dumps([{"strokes": ONE}, {"strokes": SEVEN}]))
    values = convlab("predict", weights, "--strokes", path, "--json").json
    assert set(values) == {"digits", "drawings"}
    assert convlab("predict", weights, "--strokes", path).out.count("\n") == 1
    path.write_text(json.dumps([{"strokes": ONE}, {"strokes": ONE, "label": 8}]))
    values = convlab("predict", weights, "--strokes", path, "--json").json
    assert values["accuracy"] == 0, "of the one that has a label"


def test_a_label_that_is_no_digit_is_refused(
    refused: Refused, weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([{"strokes": ONE}, {"strokes": ONE, "label": 11}]))
    sentence = refused("predict", weights, "--strokes", path)
    assert sentence == "convlab: Drawing 2 in d.json has the label 11; expected a digit, 0 to 9.\n"


def test_more_drawings_than_a_batch_holds(convlab: Any, weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "drawings.json"
    path.write_text(json.dumps([{"strokes": ONE}, {"strokes": ZERO}] * 60))
    digits = convlab("predict", weights, "--strokes", path, "--json").json["digits"]
    assert digits == digits[:2] * 60


@pytest.mark.parametrize("both", [False, True])
def test_pictures_or_drawings_one_of_the_two(
    both: bool, refused: Refused, weights: Path, drawings: Path, pictures: list[Path]
) -> None:
    arguments = (pictures[0], "--strokes", drawings) if both else ()
    assert "one of the two" in refused("predict", weights, *arguments)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "drawings.json is not JSON"),
        (b"\xff\xfe\x00", "drawings.json is not JSON"),
        (b"[]", "expected a list of drawings"),
        (b"{}", "expected a list of drawings"),
        (b'[{"strokes": []}]', "Drawing 1 in drawings.json has"),
        (b'[{"strokes": [[[0, 0], [1, 1]]]}, {"strokes": [[]]}]', "Stroke 1 of drawing 2"),
        (b'[{"strokes": [[[0, NaN]]]}]', "no finite number"),
        (b'[{"strokes": [[[0, 1, 2]]]}]', "is not a list of points"),
        (b'[{"strokes": [[[0, 1]]], "label": "7"}]', "has a label that is a text"),
        (b"[" * 100_000, "drawings.json is not JSON of pen strokes"),
    ],
)
def test_a_file_that_holds_no_drawings_is_refused(
    content: bytes, sentence: str, refused: Refused, weights: Path, drawings: Path
) -> None:
    drawings.write_bytes(content)
    assert sentence in refused("predict", weights, "--strokes", drawings)


def test_pictures_of_no_digit_are_refused(refused: Refused, weights: Path, tmp_path: Path) -> None:
    Image.new("L", (50, 50), 128).save(tmp_path / "gray.png")
    assert "There is no digit to be seen in gray.png" in refused(
        "predict", weights, tmp_path / "gray.png"
    )
    (tmp_path / "text.png").write_text("no picture")
    assert "text.png" in refused("predict", weights, tmp_path / "text.png")
    assert "nothing.png" in refused("predict", weights, tmp_path / "nothing.png")
    assert f"{tmp_path} is a folder; give a picture" in refused("predict", weights, tmp_path)


def test_one_bad_picture_does_not_keep_the_good_ones_from_being_read(
    convlab: Any, weights: Path, pictures: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(pictures[0].read_bytes()[:60])
    result = convlab("predict", weights, pictures[1], bad, pictures[7])
    assert result.code == 2
    assert [line.split(": ")[0] for line in result.out.splitlines()] == [
        str(pictures[1]), str(pictures[7]),
    ]  # fmt: skip
    assert result.err == f"convlab: {bad.name} is damaged and cannot be read as a picture; save " \
        "it anew.\n"  # fmt: skip
    result = convlab("predict", weights, pictures[1], bad, pictures[7], "--json")
    assert result.code == 2
    assert "bad.png is damaged" in result.err
    first, unread, last = result.json["images"]
    assert result.json["digits"] == [first["digit"], None, last["digit"]] == [1, None, 7]
    assert set(unread) == {"file", "error"}
    assert "bad.png is damaged" in unread["error"]


def test_weights_of_a_network_for_other_images_are_refused(
    refused: Refused, drawings: Path, tmp_path: Path
) -> None:
    conv_param = {"filter_num": 2, "filter_size": 3, "pad": 0, "stride": 1}
    network = SimpleConvNet((3, 8, 8), conv_param, hidden_size=4)
    network.save_params(tmp_path / "color.safetensors")
    sentence = refused("predict", tmp_path / "color.safetensors", "--strokes", drawings)
    assert "color.safetensors reads images of (3, 8, 8), and digits are (1, 28, 28)" in sentence


def test_a_file_that_is_no_weights_is_refused(refused: Refused, drawings: Path) -> None:
    assert "is not a safetensors file" in refused("predict", drawings, "--strokes", drawings)
