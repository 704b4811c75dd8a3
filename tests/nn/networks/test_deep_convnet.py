"""DeepConvNet of chapter 8, and the file of weights that comes with the book."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convlab.nn.network_settings import open_network
from convlab.nn.networks import DeepConvNet

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 1, 28, 28), dtype=np.uint8)
BOOK = {
    "W1": (16, 1, 3, 3), "W2": (16, 16, 3, 3), "W3": (32, 16, 3, 3), "W4": (32, 32, 3, 3),
    "W5": (64, 32, 3, 3), "W6": (64, 64, 3, 3), "W7": (1024, 50), "W8": (50, 10),
}  # fmt: skip
PRINT_PARAMS = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    params = pickle.load(file)
assert not any("convlab" in name for name in sys.modules)
found = [(key, type(value).__name__, value.shape) for key, value in params.items()]
print(type(params).__name__, found)
"""


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    """The book's file: plain arrays of float64, all W before all b as dict() was filled there."""
    rng = np.random.default_rng(1)
    params = {name: 0.1 * rng.standard_normal(shape) for name, shape in BOOK.items()}
    for number, (name, shape) in enumerate(BOOK.items(), start=1):
        params[f"b{number}"] = np.zeros(shape[0] if len(shape) == 4 else shape[1])
        assert name == f"W{number}"
    path = tmp_path / "deep_convnet_params.pkl"
    with path.open("wb") as file:
        pickle.dump(params, file)
    return path


def test_its_parameters_are_called_and_shaped_as_in_the_book() -> None:
    network = DeepConvNet()
    shapes = {name: array.shape for name, array in network.params.items()}
    assert {name: shapes[name] for name in BOOK} == BOOK
    assert set(shapes) - set(BOOK) == {f"b{number}" for number in range(1, 9)}


def test_the_books_pickle_opens_as_what_it_is(pickled: Path) -> None:
    opened = open_network(pickled)
    assert opened.description.name == "DeepConvNet"
    assert opened.description.settings["hidden_size"] == 50
    own = DeepConvNet()
    own.load_params(pickled)
    np.testing.assert_array_equal(opened.predict(IMAGES), own.predict(IMAGES))
    with pickled.open("rb") as file:
        np.testing.assert_allclose(opened.params["W8"], pickle.load(file)["W8"], rtol=1e-6)


def test_a_program_without_convlab_reads_what_it_saves(tmp_path: Path) -> None:
    """As the book's load_params does: pickle.load alone, and NumPy."""
    network = DeepConvNet()
    network.save_params(tmp_path / "params.pkl")
    command = [sys.executable, "-c", PRINT_PARAMS, str(tmp_path / "params.pkl")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    shapes = [(name, "ndarray", array.shape) for name, array in network.params.items()]
    assert said.stdout.strip() == f"dict {shapes}"
