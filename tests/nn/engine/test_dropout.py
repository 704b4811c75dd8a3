"""Dropout in the engine: what is dropped, what decides it, and what becomes of the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from convlab.nn import SGD, numerical_gradient
from convlab.nn.engine import Engine
from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

RATIO = 0.3
DROPOUT = DropoutSettings(RATIO)
HEADS: list[list[LayerSettings]] = [
    [],
    [AffineSettings(60)],
    [ConvolutionSettings(4, 3), ReluSettings()],
]


@dataclass
class Masked:
    """Dropout that draws nothing."""

    mask: Array | float

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        return x * self.mask

    def backward(self, dout: Array) -> Array:
        return dout * self.mask


@pytest.mark.parametrize("size", [None, 1])
@pytest.mark.parametrize("n", [9, 40])
@pytest.mark.parametrize("head", HEADS, ids=["first", "affine", "convolution"])
def test_what_it_keeps_it_scales_and_the_gradient_goes_the_same_way(
    build: Callable[..., Network],
    batch: Callable[..., Any],
    assert_close: Callable[..., None],
    blocks_of: Callable[[int | None], Any],
    recorder: Any,
    head: Sequence[LayerSettings],
    n: int,
    size: int | None,
) -> None:
    network = build([*head, DROPOUT, recorder, AffineSettings(4)], (2, 9, 8))
    x, t = batch(network, n)
    plain, name = network.copy(), f"Layer{len(head) + 1}"
    plain.layers[name] = Masked(1.0)
    plain.predict(x, train_flg=True)
    whole = recorder.made[-1].inputs[-1]

    recorder.made.clear()
    with blocks_of(size):
        loss, grads = Engine(network).loss_and_gradient(x, t)
    left = np.concatenate([layer.inputs[-1] for layer in recorder.made])
    mask = np.divide(left, whole, where=whole != 0, out=np.zeros_like(whole))
    kept, possible = mask != 0, int((whole != 0).sum())
    assert_close(mask[kept], np.full(int(kept.sum()), 1 / (1 - RATIO)))
    assert kept.sum() / possible == pytest.approx(1 - RATIO, abs=4 * 0.5 / possible**0.5)

    plain.layers[name] = Masked(mask)
    expected_loss, expected = plain.loss_and_gradient(x, t)
    assert loss == pytest.approx(expected_loss, rel=1e-10)
    for key, grad in expected.items():
        assert_close(grads[key], grad, what=key)


@pytest.mark.parametrize("size", [None, 1, 2_000])
@pytest.mark.parametrize("pool", [PoolingSettings(), AveragePoolingSettings()])
@pytest.mark.parametrize("before", [[DROPOUT], [ReluSettings(), DROPOUT]], ids=["alone", "ReLU"])
def test_before_a_pool_its_gradient_is_that_of_finite_differences(
    build: Callable[..., Network],
    batch: Callable[..., Any],
    blocks_of: Callable[[int | None], Any],
    before: Sequence[LayerSettings],
    pool: LayerSettings,
    size: int | None,
) -> None:
    layers = [ConvolutionSettings(2, 3, pad=1), *before, pool, AffineSettings(4)]
    network = build(layers, (1, 10, 6))
    x, t = batch(network, 3)
    engine = Engine(network)

    def loss(_: Any) -> float:
        engine.load()
        return engine.loss_and_gradient(x, t)[0]

    with blocks_of(size):
        _, grads = engine.loss_and_gradient(x, t)
        for name in ("W1", "b1"):
            expected = numerical_gradient(loss, network.params[name])
            assert relative_error(grads[name], expected) < 1e-6, name


@pytest.fixture
def masks(build: Callable[..., Network], recorder: Any) -> Callable[..., list[Array]]:
    """What dropout leaves of images of ones, at each of a few steps."""

    def run(seed: int = 0, steps: int = 1, iterations: int = 0, n: int = 40) -> list[Array]:
        network = build([DROPOUT, recorder, AffineSettings(4)], (1, 6, 6))
        engine, optimizer = Engine(network, seed=seed), SGD()
        optimizer.iterations = iterations
        recorder.made.clear()
        for _ in range(steps):
            engine.step(np.ones((n, 1, 6, 6)), np.zeros(n, int), optimizer)
        shards = [layer.inputs for layer in recorder.made]
        return [np.concatenate([inputs[i] for inputs in shards]) for i in range(steps)]

    return run


def test_a_run_can_be_repeated_and_every_step_drops_something_else(
    masks: Callable[..., list[Array]],
) -> None:
    first, second, third = masks(seed=3, steps=3)
    for again, once in zip(masks(seed=3, steps=3), (first, second, third), strict=True):
        np.testing.assert_array_equal(again, once)
    shares = [np.mean(a == b) for a, b in ((first, second), (second, third), (first, third))]
    assert max(shares) < 0.7  # two independent masks agree in 0.3² + 0.7² = 0.58 of their numbers


def test_another_seed_drops_something_else(masks: Callable[..., list[Array]]) -> None:
    assert np.mean(masks(seed=1)[0] == masks(seed=2)[0]) < 0.7


def test_a_run_that_goes_on_later_drops_what_it_would_have_dropped(
    masks: Callable[..., list[Array]],
) -> None:
    np.testing.assert_array_equal(masks(iterations=2)[0], masks(steps=3)[2])


def test_no_two_shards_drop_the_same(masks: Callable[..., list[Array]]) -> None:
    [mask] = masks(n=40)
    assert np.mean(mask[:20] == mask[20:]) < 0.7


def test_no_two_layers_drop_the_same(build: Callable[..., Network], recorder: Any) -> None:
    network = build([DROPOUT, recorder, DROPOUT, recorder, AffineSettings(4)], (1, 20, 20))
    recorder.made.clear()
    Engine(network).loss_and_gradient(np.ones((4, 1, 20, 20)), np.zeros(4, int))
    one, both = (layer.inputs[0] for layer in recorder.made)
    assert np.mean(both != 0) == pytest.approx((1 - RATIO) ** 2, abs=0.05)
    assert (one[both != 0] != 0).all()


def test_a_prediction_drops_nothing(
    build: Callable[..., Network], batch: Callable[..., Any], assert_close: Callable[..., None]
) -> None:
    layers = [DROPOUT, ConvolutionSettings(3, 3), DROPOUT, PoolingSettings(), DROPOUT]
    network = build([*layers, AffineSettings(5), DROPOUT, AffineSettings(4)], (1, 8, 8))
    x, t = batch(network, 60)
    engine = Engine(network, threads=2)
    engine.loss_and_gradient(x, t)
    assert_close(engine.predict(x), network.predict(x))
    engine.close()
