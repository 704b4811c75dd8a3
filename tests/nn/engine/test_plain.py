"""Layers without a fast kernel: the engine runs them as they are written."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn import SGD
from convlab.nn.engine import Engine
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.tanh import TanhSettings
from convlab.nn.network import Network

randomly = settings(deadline=None, max_examples=15, database=None)
seeds = st.integers(0, 2**32)
sides = st.integers(1, 5)
BEHIND: list[list[LayerSettings]] = [
    [],
    [ReluSettings()],
    [ConvolutionSettings(2, 1)],
    [AffineSettings(5), TanhSettings()],
    [AveragePoolingSettings(1, 1)],
]


@randomly
@given(st.tuples(sides, sides, sides), st.integers(1, 20), st.sampled_from(BEHIND), seeds)
def test_a_new_layer_works_at_once_wherever_it_stands(
    compare: Callable[..., None],
    before: list[LayerSettings],
    gain: LayerSettings,
    input_dim: tuple[int, int, int],
    n: int,
    behind: list[LayerSettings],
    seed: int,
) -> None:
    compare([*before, gain, *behind, gain], input_dim, n, seed)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("behind", BEHIND)
def test_a_layer_may_return_the_very_array_that_it_was_given(
    compare: Callable[..., None],
    before: list[LayerSettings],
    recorder: LayerSettings,
    behind: list[LayerSettings],
    n: int,
) -> None:
    compare([*before, recorder, *behind, recorder, *behind], (1, 1, 6), n)


def test_it_sees_the_batch_first_and_each_shard_apart(
    build: Callable[..., Network], batch: Callable[..., Any], recorder: Any
) -> None:
    network = build([recorder, AffineSettings(4)], (3, 5, 2))
    x, t = batch(network, 41)
    recorder.made.clear()
    Engine(network).loss_and_gradient(x, t)
    first, second = (layer.inputs for layer in recorder.made)
    np.testing.assert_array_equal(first, [x[:21]])
    np.testing.assert_array_equal(second, [x[21:]])


def test_only_while_learning_it_is_told_that_it_learns(
    build: Callable[..., Network], batch: Callable[..., Any], recorder: Any
) -> None:
    network = build([recorder, AffineSettings(4)], (1, 3, 3))
    x, t = batch(network, 5)
    engine = Engine(network)

    def flags_after(work: Callable[..., Any], *arguments: Any) -> set[bool]:
        for layer in recorder.made:
            layer.flags.clear()
        work(*arguments)
        return {flag for layer in recorder.made for flag in layer.flags}

    assert flags_after(engine.step, x, t, SGD()) == {True}
    assert flags_after(engine.loss_and_gradient, x, t) == {True}
    assert flags_after(engine.predict, x) == {False}
    assert flags_after(engine.probabilities, x) == {False}
    assert flags_after(engine.accuracy, x, t) == {False}


@randomly
@given(st.tuples(sides, sides, sides), st.integers(2, 130), seeds)
def test_batch_normalization_sees_the_whole_batch_and_keeps_its_averages(
    compare: Callable[..., None],
    before: list[LayerSettings],
    input_dim: tuple[int, int, int],
    n: int,
    seed: int,
) -> None:
    normalized = BatchNormalizationSettings()
    layers = [*before, normalized, ReluSettings(), AffineSettings(6), normalized, TanhSettings()]
    # Where the deviation of a small batch is nearly zero, dividing by it magnifies rounding.
    compare(layers, input_dim, n, seed, tolerance=1e-6)


def test_batch_normalization_predicts_with_the_averages_of_all_steps(
    build: Callable[..., Network], batch: Callable[..., Any], assert_close: Callable[..., None]
) -> None:
    layers = [ConvolutionSettings(3, 3), BatchNormalizationSettings(), ReluSettings()]
    network = build([*layers, PoolingSettings(), AffineSettings(4)], (1, 8, 8))
    plain, engine = network.copy(), Engine(network, threads=2)
    ours, theirs = SGD(), SGD()
    for seed in range(4):
        x, t = batch(network, 20, seed)
        engine.step(x, t, ours)
        theirs.update(plain.params, plain.gradient(x, t))
    x, _ = batch(network, 120)
    assert_close(engine.predict(x), plain.predict(x))
    engine.sync()
    assert_close(network.predict(x), plain.predict(x))
    engine.close()
