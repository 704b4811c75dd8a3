"""The number of threads changes no bit, and the threads do share the work."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn import Adam
from convlab.nn.engine import Engine, training_shards
from convlab.nn.layer import Layer, LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import Network
from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.types import Array

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


class Meeting(LayerSettings):
    """A layer that goes on when so many threads are in it at the same time."""

    def __init__(self, threads: int) -> None:
        self._barrier = threading.Barrier(threads, timeout=10)

    def make(self, params: Mapping[str, Array]) -> Layer:
        return self

    def forward(self, x: Array) -> Array:
        self._barrier.wait()
        return x

    def backward(self, dout: Array) -> Array:
        self._barrier.wait()
        return dout


@pytest.mark.parametrize("threads", [2, 4])
def test_the_threads_work_at_the_same_time(
    build: Callable[..., Network], batch: Callable[..., Any], threads: int
) -> None:
    network = build([Meeting(threads), AffineSettings(4)], IMAGE)
    x, t = batch(network, 50 * threads)
    with closing(Engine(network, threads)) as engine:
        engine.loss_and_gradient(x, t)
        engine.predict(x)


@given(st.integers(1, 3000))
@settings(database=None)
def test_shards_are_a_batch_in_its_order_in_nearly_equal_parts(n: int) -> None:
    shards = training_shards(n)
    assert [i for shard in shards for i in range(shard.start, shard.stop)] == list(range(n))
    sizes = [shard.stop - shard.start for shard in shards]
    assert max(sizes) - min(sizes) <= 1
    assert len(shards) == 1 if n < 16 else len(shards) in (2, 4, 6, 8)


def test_what_fails_in_a_thread_fails_where_it_was_called(
    build: Callable[..., Network], batch: Callable[..., Any]
) -> None:
    network = build([AffineSettings(5), AffineSettings(4)], IMAGE)
    x, t = batch(network, 100)
    x[-1] = 1e300
    with closing(Engine(network, threads=2)) as engine:
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            engine.loss_and_gradient(1e10 * x, t)
        assert np.isfinite(engine.loss_and_gradient(x[:50], t[:50])[0])


def test_close_ends_the_threads_and_the_next_call_starts_them_again(
    build: Callable[..., Network], batch: Callable[..., Any]
) -> None:
    network = build([AffineSettings(4)], IMAGE)
    x, t = batch(network, 100)
    engine = Engine(network, threads=3)
    before = threading.active_count()
    engine.close()
    for _ in range(2):
        engine.loss_and_gradient(x, t)
        assert threading.active_count() > before
        engine.close()
        assert threading.active_count() == before
    engine.close()
