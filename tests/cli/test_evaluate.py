from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from convlab.data import Dataset, ImageSet, load_dataset
from convlab.nn import SimpleConvNet
from convlab.nn.network_settings import open_network

Refused = Callable[..., str]
Write = Callable[[Dataset, str], Path]


def test_the_accuracy_is_that_of_all_test_images(convlab: Any, weights: Path) -> None:
    test = load_dataset("bundled").test
    accuracy = open_network(weights).accuracy(test.images, test.labels)
    result = convlab("evaluate", weights)
    assert result.code == 0
    expected = f"accuracy {accuracy:.2%} on the 1,000 test images of Bundled digits\n"
    assert result.out == expected
    assert convlab("evaluate", weights, "--json").json == {
        "accuracy": accuracy,
        "images": 1000,
        "dataset": "bundled",
    }


def test_a_folder_or_a_name_says_on_which_images(
    convlab: Any, weights: Path, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert convlab("evaluate", weights, "--dataset", digits, "--json").json["images"] == 20
    monkeypatch.setenv("CONVLAB_MNIST", str(digits))
    values = convlab("evaluate", weights, "--dataset", "MNIST", "--json").json
    assert (values["dataset"], values["images"]) == ("mnist", 20)


def test_the_books_pickle_can_be_evaluated(convlab: Any, weights: Path, tmp_path: Path) -> None:
    open_network(weights).save_params(tmp_path / "params.pkl")
    by_pickle = convlab("evaluate", tmp_path / "params.pkl", "--json").json
    assert by_pickle == convlab("evaluate", weights, "--json").json


def test_numpys_own_file_can_be_evaluated(convlab: Any, weights: Path, tmp_path: Path) -> None:
    open_network(weights).save_params(tmp_path / "params.npz")
    by_npz = convlab("evaluate", tmp_path / "params.npz", "--json").json
    assert by_npz == convlab("evaluate", weights, "--json").json


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.safetensors", None, "there is no such file; open weights that convlab saved"),
        ("w.safetensors", b"", "w.safetensors is not a safetensors file, or it is damaged"),
        ("w.npz", b"PK", "w.npz is not an npz file of weights (NumPy's savez), or it is damaged"),
        ("w.pkl", b"cos\nsystem\n(S'exit 1'\ntR.", "asks for os.system"),
        ("w.pkl", b"\x80\x04", "is not the book's params.pkl"),
    ],
)
def test_what_is_no_file_of_weights_is_refused(
    name: str, content: bytes | None, sentence: str, refused: Refused, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert sentence in refused("evaluate", tmp_path / name)


def test_weights_with_nan_are_refused(refused: Refused, tmp_path: Path) -> None:
    network = SimpleConvNet()
    network.params["W3"][0, 0] = np.nan
    network.save_params(tmp_path / "w.safetensors")
    sentence = refused("evaluate", tmp_path / "w.safetensors")
    assert "1 number of W3 in w.safetensors cannot be used (infinite, too large" in sentence


def test_weights_of_no_network_are_refused(refused: Refused, tmp_path: Path) -> None:
    save_file({"weight": np.ones(3)}, tmp_path / "w.safetensors")
    assert "does not say which network it belongs to" in refused(
        "evaluate", tmp_path / "w.safetensors"
    )


def test_images_that_the_network_cannot_read_are_refused(
    refused: Refused, weights: Path, tiny_dataset: Dataset, write_idx_folder: Write
) -> None:
    def halved(part: ImageSet) -> ImageSet:
        return ImageSet(part.images[:, :, ::2, ::2], part.labels)

    small = replace(tiny_dataset, train=halved(tiny_dataset.train), test=halved(tiny_dataset.test))
    sentence = refused("evaluate", weights, "--dataset", write_idx_folder(small, "small"))
    assert "reads images of (1, 28, 28) in 10 classes, but small has images of (1, 14, 14)" in (
        sentence
    )


def test_an_unknown_dataset_is_refused(refused: Refused, weights: Path) -> None:
    assert "Did you mean bundled?" in refused("evaluate", weights, "--dataset", "bundle")


def test_weights_that_are_finite_and_far_too_large_are_refused(
    refused: Refused, tmp_path: Path
) -> None:
    network = SimpleConvNet()
    for name in ("W1", "W2", "W3"):
        network.params[name] *= 1e30
    weights, drawings = tmp_path / "large.safetensors", tmp_path / "drawings.json"
    network.save_params(weights)
    drawings.write_text('[{"strokes": [[[0, 0], [0, 9]]]}]')
    assert "out of range" in refused("evaluate", weights)
    assert "out of range" in refused("predict", weights, "--strokes", drawings)


def test_labels_of_classes_that_are_never_shown_are_refused(
    refused: Refused, weights: Path, tiny_dataset: Dataset, write_idx_folder: Write
) -> None:
    labels = tiny_dataset.test.labels.copy()
    labels[3] = 77
    names = tuple(map(str, range(78)))
    test = ImageSet(tiny_dataset.test.images, labels)
    folder = write_idx_folder(replace(tiny_dataset, test=test, class_names=names), "damaged")
    assert "is 77, but no training image" in refused("evaluate", weights, "--dataset", folder)
