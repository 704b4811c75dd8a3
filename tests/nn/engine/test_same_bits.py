"""The number of threads changes no bit."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import numpy as np
import pytest

from convlab.nn import Adam
from convlab.nn.engine import Engine
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import Network
from convlab.nn.optimizer import OPTIMIZERS, Optimizer

IMAGE = (1, 14, 14)
THREADS = (1, 2, 3)
LAYERS: list[LayerSettings] = [
    ConvolutionSettings(8, 3, pad=1),
    ReluSettings(),
    LocalResponseNormalizationSettings(),
    PoolingSettings(),
    ConvolutionSettings(6, 3),
    ReluSettings(),
    PoolingSettings(3, 2),
    AffineSettings(20),
    DropoutSettings(0.4),
    AffineSettings(10),
]
MANY_WEIGHTS: list[LayerSettings] = [  # more than an optimizer changes at a time
    PoolingSettings(),
    AffineSettings(500),
    ReluSettings(),
    AffineSettings(600),
    DropoutSettings(),
    AffineSettings(10),
]


@pytest.fixture
def engines(build: Callable[..., Network]) -> Iterator[Callable[..., list[Engine]]]:
    """Makes engines that differ in their number of threads only."""
    with ExitStack() as stack:

        def make(layers: list[LayerSettings]) -> list[Engine]:
            networks = [build(layers, IMAGE, np.float32, classes=10) for _ in THREADS]
            pairs = zip(networks, THREADS, strict=True)
            made = [Engine(network, threads, seed=4) for network, threads in pairs]
            return [stack.enter_context(closing(engine)) for engine in made]

        yield make


def learn(engine: Engine, optimizer: Optimizer, n: int, steps: int) -> dict[str, Any]:
    """Return the losses of a few steps, and the weights behind them."""
    rng = np.random.default_rng(n)
    losses = []
    for _ in range(steps):
        x = rng.integers(0, 256, (n, *IMAGE), dtype=np.uint8)
        losses.append(engine.step(x, rng.integers(0, 10, n), optimizer))
    return {"losses": np.array(losses), **engine.params()}


def assert_same_bits(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.tobytes() == other[name].tobytes(), name
        assert np.isfinite(array).all()


@pytest.mark.parametrize("n", [1, 7, 15, 16, 33, 100, 129])
def test_a_batch_of_any_size(engines: Callable[..., list[Engine]], n: int) -> None:
    one, two, three = (learn(engine, Adam(), n, steps=3) for engine in engines(LAYERS))
    assert_same_bits(one, two)
    assert_same_bits(one, three)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_any_optimizer(engines: Callable[..., list[Engine]], name: str) -> None:
    cls = OPTIMIZERS.get(name)
    one, two, three = (learn(engine, cls(), 40, steps=3) for engine in engines(MANY_WEIGHTS))
    assert_same_bits(one, two)
    assert_same_bits(one, three)


def test_batch_normalization(engines: Callable[..., list[Engine]]) -> None:
    layers = [ConvolutionSettings(4, 3), BatchNormalizationSettings(), AffineSettings(10)]
    one, two, three = (learn(engine, Adam(), 50, steps=3) for engine in engines(layers))
    assert_same_bits(one, two)
    assert_same_bits(one, three)


@pytest.mark.parametrize("n", [1, 49, 50, 51, 129, 260])
def test_predictions(engines: Callable[..., list[Engine]], n: int) -> None:
    x = np.random.default_rng(n).integers(0, 256, (n, *IMAGE), dtype=np.uint8)
    one, two, three = (engine.predict(x) for engine in engines(LAYERS))
    assert one.tobytes() == two.tobytes() == three.tobytes()


def test_gradients(engines: Callable[..., list[Engine]]) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.random((129, *IMAGE), np.float32), rng.integers(0, 10, 129)
    (loss, one), *others = (engine.loss_and_gradient(x, t) for engine in engines(LAYERS))
    for other_loss, other in others:
        assert other_loss == loss
        assert_same_bits(one, other)
