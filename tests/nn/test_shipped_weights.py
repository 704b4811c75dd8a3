"""The weights that come with the lab read digits as well as their README says."""

from pathlib import Path

import numpy as np
import pytest

from convlab.data import load_dataset
from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.data.strokes import read_drawings
from convlab.nn.engine import Engine
from convlab.nn.network_settings import NETWORKS, open_network
from convlab.resources import resource

# The lowest accuracies on MNIST's test set and on what is bundled, which was learned.
SHIPPED = {"SimpleConvNet": (0.992, 0.993), "DeepConvNet": (0.995, 0.993)}

SHAPES = {
    1: [[(20, 25), (50, 0), (50, 100)]],
    4: [[(40, 0), (5, 60), (85, 60)], [(60, 30), (58, 100)]],
    7: [[(0, 0), (70, 0), (25, 100)], [(15, 50), (65, 46)]],
}


@pytest.fixture(params=SHIPPED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(name: str) -> Engine:
    return Engine(open_network(path_of(name)))


def path_of(name: str) -> Path:
    return resource(f"weights/{name.lower()}.safetensors")


def test_they_are_those_of_a_network_with_default_settings(name: str) -> None:
    network = open_network(path_of(name))
    assert network.description == NETWORKS.get(name)().describe((1, 28, 28), 10)
    assert network.dtype == np.float32
    assert path_of(name).stat().st_size < 2_000_000


def test_they_read_the_bundled_digits(name: str, engine: Engine) -> None:
    test = load_dataset("bundled").test
    assert engine.accuracy(test.images, test.labels) >= SHIPPED[name][1]


def test_they_read_the_test_set_of_mnist(name: str, engine: Engine, shared_mnist: Path) -> None:
    test = load_dataset(str(shared_mnist)).test
    assert engine.accuracy(test.images, test.labels) >= SHIPPED[name][0]


def test_they_read_drawings_by_many_hands(engine: Engine, shared_mnist: Path) -> None:
    path = shared_mnist.parent / "pen-strokes" / "pendigits-30-writers.json"
    drawings = read_drawings(path)
    images = np.stack([digit_image(drawing) for drawing in drawings])[:, np.newaxis]
    labels = np.array([drawing.label for drawing in drawings])
    is_right = engine.predict(images).argmax(axis=1) == labels
    assert is_right.mean() >= 0.96
    assert min(is_right[labels == digit].mean() for digit in range(10)) >= 0.88


@pytest.mark.parametrize("width", [0.5, 8.0, 25.0])
def test_they_read_european_digits_whatever_the_pen(engine: Engine, width: float) -> None:
    for digit, paths in SHAPES.items():
        strokes = tuple(Stroke(np.array(path, float), width) for path in paths)
        image = digit_image(Drawing(strokes)).reshape(1, 1, 28, 28)
        probabilities = engine.probabilities(image)[0]
        assert probabilities.argmax() == digit
        assert probabilities.max() > 0.8
