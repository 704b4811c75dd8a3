"""What the engine's tests share: small networks, their plain twins and layers that look on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from convlab.nn.description import NetworkDescription
from convlab.nn.engine import Engine, blocks, convolution, overlapping_pooling, winograd
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.network import Network
from convlab.nn.types import Array, Shape

CLASSES = 4


class Gain:
    """y = x·W, one W for each number of a sample: a wrong dx behind it makes a wrong dW."""

    def __init__(self, W: Array) -> None:
        self.W = W
        self.dW = np.zeros_like(W)
        self._x = W[:0]

    def forward(self, x: Array) -> Array:
        self._x = x
        return x * self.W

    def backward(self, dout: Array) -> Array:
        self.dW = (dout * self._x).sum(axis=0)
        return dout * self.W


class GainSettings(LayerSettings):
    parameters = ("W",)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"W": input_shape}

    def make(self, params: Mapping[str, Array]) -> Gain:
        return Gain(params["W"])


class Recorder:
    """Passes everything on and remembers what came by."""

    def __init__(self) -> None:
        self.inputs: list[Array] = []
        self.flags: list[bool] = []

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        self.inputs.append(x.copy())
        self.flags.append(train_flg)
        return x

    def backward(self, dout: Array) -> Array:
        return dout


class RecorderSettings(LayerSettings):
    """Keeps the layers that it made; the plain network's is the first, then one a plan."""

    has_train_flg = True

    def __init__(self) -> None:
        self.made: list[Recorder] = []

    def make(self, params: Mapping[str, Array]) -> Recorder:
        self.made.append(Recorder())
        return self.made[-1]


@pytest.fixture(scope="session")
def gain() -> LayerSettings:
    """A layer without a fast kernel and with as many weights as a sample has numbers."""
    return GainSettings()


@pytest.fixture(scope="session", params=["nothing", "a plain layer", "a convolution", "ReLU"])
def before(request: pytest.FixtureRequest) -> list[LayerSettings]:
    """What may stand before the layer that a test is about; none changes the size of images."""
    convolution, relu = ConvolutionSettings(3, 3, pad=1), ReluSettings()
    places: dict[str, list[LayerSettings]] = {
        "nothing": [],
        "a plain layer": [GainSettings()],
        "a convolution": [GainSettings(), convolution],
        "ReLU": [convolution, relu],
    }
    return places[request.param]


@pytest.fixture
def recorder() -> RecorderSettings:
    """A layer without a fast kernel, which remembers what came by."""
    return RecorderSettings()


def _build(
    layers: Sequence[LayerSettings],
    input_dim: tuple[int, int, int],
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    classes: int = CLASSES,
) -> Network:
    named = [(f"Layer{number}", layer) for number, layer in enumerate(layers, start=1)]
    rng = np.random.default_rng(seed)
    description = NetworkDescription("Test", {}, input_dim, classes)
    network = Network(named, description, "he", rng, dtype)
    # A bias that is zero, or a gain that is one, would hide that it is not applied.
    for name, array in network.params.items():
        if array.ndim == 1:
            change = 0.3 * rng.standard_normal(array.shape)
            array += np.abs(change) if name.startswith("running_var") else change
    return network


@pytest.fixture(scope="session")
def build() -> Callable[..., Network]:
    """Makes a network of random weights and biases: ``(layers, input_dim)``, in float64 if no
    ``dtype`` is given.
    """
    return _build


@pytest.fixture
def network() -> Network:
    """A network of several kinds of layers for images of (2, 8, 8) and 4 classes, in float64."""
    layers: list[LayerSettings] = [
        ConvolutionSettings(3, 3, pad=1),
        ReluSettings(),
        PoolingSettings(),
        SubsamplingSettings(),
        ConvolutionSettings(9, 2),
        AffineSettings(7),
        ReluSettings(),
        AffineSettings(CLASSES),
    ]
    return _build(layers, (2, 8, 8))


def _batch(network: Network, n: int, seed: int = 0) -> tuple[Array, NDArray[Any]]:
    rng = np.random.default_rng((seed, n))
    x = rng.standard_normal((n, *network.input_dim)).astype(network.dtype)
    return x, rng.integers(0, network.output_size, n)


@pytest.fixture(scope="session")
def batch() -> Callable[..., tuple[Array, NDArray[Any]]]:
    """Draws n random images and labels for a network: ``(network, n)``."""
    return _batch


def _assert_close(found: Any, expected: Any, tolerance: float = 1e-10, what: str = "") -> None:
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype), what
    # Where all is nearly zero, it is by sums that cancel out, and their rounding remains.
    scale = max(float(np.abs(expected).max(initial=0)), 1e-3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale, err_msg=what)


@pytest.fixture(scope="session")
def assert_close() -> Callable[..., None]:
    """Compares two arrays; the tolerance is a share of the largest number."""
    return _assert_close


def _assert_agrees(
    network: Network, x: NDArray[Any], t: NDArray[Any], tolerance: float = 1e-10
) -> None:
    plain, engine = network.copy(), Engine(network)
    _assert_close(engine.predict(x), plain.predict(x), tolerance, "scores")
    loss, grads = engine.loss_and_gradient(x, t)
    plain_loss, plain_grads = plain.loss_and_gradient(x, t)
    assert loss == pytest.approx(plain_loss, rel=tolerance)
    assert grads.keys() == plain_grads.keys()
    for name, grad in plain_grads.items():
        _assert_close(grads[name], grad, tolerance, f"d{name}")
    for name, param in engine.params().items():
        _assert_close(param, plain.params[name], tolerance, name)


@pytest.fixture(scope="session")
def assert_agrees() -> Callable[..., None]:
    """Compares scores, loss, gradients and what a forward pass leaves behind.

    ``(network, x, t, tolerance)``; the engine must give what the network gives.
    """
    return _assert_agrees


@contextmanager
def _blocks_of(size: int | None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if size is not None:
            patch.setattr(blocks, "BLOCK_BYTES", size)
            patch.setattr(winograd, "CHUNK_BYTES", size)
            patch.setattr(overlapping_pooling, "CHANNEL_BYTES", size)
            patch.setattr(convolution, "SMALL_PRODUCT", size)
            patch.setattr(winograd, "SMALL_PRODUCT", size)
            patch.setattr(convolution, "SHORTEST_PIECE", 1)
            patch.setattr(convolution, "WIDE_WINDOW", 10)
        yield


@pytest.fixture(scope="session")
def blocks_of() -> Callable[[int | None], AbstractContextManager[None]]:
    """Cuts the work of plans made inside the ``with`` into blocks of so many bytes, about.

    Small arrays then go the ways of large ones. None leaves everything as it is.
    """
    return _blocks_of


@pytest.fixture(scope="session")
def compare() -> Callable[..., None]:
    """Compares a few layers and an affine one behind them with their plain twins.

    ``(layers, input_dim, n)`` for a batch of n; ``seed`` draws numbers, ``size`` is that of blocks.
    """

    def compare(
        layers: Sequence[LayerSettings],
        input_dim: tuple[int, int, int],
        n: int,
        seed: int = 0,
        size: int | None = None,
        tolerance: float = 1e-10,
    ) -> None:
        network = _build([*layers, AffineSettings(CLASSES)], input_dim, seed=seed)
        with _blocks_of(size):
            _assert_agrees(network, *_batch(network, n, seed), tolerance)

    return compare
