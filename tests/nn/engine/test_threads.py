"""How threads share the work of an engine, and what becomes of them."""

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.errors import ConvlabError
from convlab.nn import SGD
from convlab.nn.engine import Engine, training_shards
from convlab.nn.layer import Layer, LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

IMAGE = (1, 5, 5)


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


class Refusing(LayerSettings):
    """A layer that refuses negative numbers."""

    def make(self, params: Mapping[str, Array]) -> Layer:
        return self

    def forward(self, x: Array) -> Array:
        if (x < 0).any():
            raise ConvlabError("Negative.")
        return x

    def backward(self, dout: Array) -> Array:
        return dout


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("at", [0, -1])
def test_what_fails_in_a_thread_fails_where_it_was_called(
    build: Callable[..., Network], batch: Callable[..., Any], threads: int, at: int
) -> None:
    network = build([Refusing(), AffineSettings(4)], IMAGE)
    x, t = batch(network, 200)
    x = np.abs(x)
    x[at] *= -1
    with closing(Engine(network, threads)) as engine:
        before = engine.params()
        with pytest.raises(ConvlabError, match="Negative"):
            engine.step(x, t, SGD())
        with pytest.raises(ConvlabError, match="Negative"):
            engine.predict(x)
        for name, param in engine.params().items():
            np.testing.assert_array_equal(param, before[name])
        assert np.isfinite(engine.step(np.abs(x), t, SGD()))


class Slow(LayerSettings):
    """A layer that fails at ones; with other images, it is at work at that time, and later done."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2, timeout=10)
        self.is_done = False

    def make(self, params: Mapping[str, Array]) -> Layer:
        return self

    def forward(self, x: Array) -> Array:
        self._barrier.wait()
        if (x == 1).all():
            raise ConvlabError("Ones.")
        np.linalg.svd(np.random.default_rng(0).random((300, 300)))
        self.is_done = True
        return x

    def backward(self, dout: Array) -> Array:
        return dout


def test_when_one_thread_fails_the_others_end_their_work_first(
    build: Callable[..., Network],
) -> None:
    slow = Slow()
    x = np.ones((100, *IMAGE))
    x[50:] = 0
    with closing(Engine(build([slow, AffineSettings(4)], IMAGE), threads=2)) as engine:
        with pytest.raises(ConvlabError, match="Ones"):
            engine.predict(x)
        assert slow.is_done


def test_numpys_error_state_holds_in_every_thread(
    build: Callable[..., Network], batch: Callable[..., Any], gain: LayerSettings
) -> None:
    network = build([gain, AffineSettings(4)], IMAGE)
    network.params["W1"][...] = 10
    x, _ = batch(network, 100)
    x[-1] = 1e308
    with closing(Engine(network, threads=2)) as engine:
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            engine.predict(x)
        with np.errstate(all="ignore"):
            assert np.isfinite(engine.predict(x)[:-1]).all()


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
