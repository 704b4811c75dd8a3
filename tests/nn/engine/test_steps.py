"""Learning on an engine, and what becomes of the weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.nn import SGD, Adam, Momentum
from convlab.nn.engine import Engine
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import Network
from convlab.nn.optimizer import OPTIMIZERS

IMAGE = (2, 8, 8)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_a_step_is_the_optimizers_update_by_the_networks_gradient(
    network: Network, batch: Callable[..., Any], assert_close: Callable[..., None], name: str
) -> None:
    plain, engine = network.copy(), Engine(network)
    ours, theirs = OPTIMIZERS.get(name)(), OPTIMIZERS.get(name)()
    for step in range(5):
        x, t = batch(network, 20, step)
        loss, grads = plain.loss_and_gradient(x, t)
        theirs.update(plain.params, grads)
        assert engine.step(x, t, ours) == pytest.approx(loss, rel=1e-9)
        assert ours.iterations == step + 1
        for key, param in engine.params().items():
            assert_close(param, plain.params[key], 1e-9, key)


def test_more_weights_than_an_optimizer_changes_at_a_time(
    build: Callable[..., Network], batch: Callable[..., Any], assert_close: Callable[..., None]
) -> None:
    network = build([AffineSettings(1500), ReluSettings(), AffineSettings(4)], IMAGE)
    plain, engine = network.copy(), Engine(network)
    ours, theirs = Adam(), Adam()
    for step in range(3):
        x, t = batch(network, 17, step)
        engine.step(x, t, ours)
        theirs.update(plain.params, plain.gradient(x, t))
    for key, param in engine.params().items():
        assert_close(param, plain.params[key], 1e-9, key)


def test_what_is_nearly_zero_in_an_optimizers_memory_becomes_zero_now_and_then(
    network: Network, batch: Callable[..., Any]
) -> None:
    engine, optimizer = Engine(network), Momentum()
    x, t = batch(network, 5)
    engine.step(x, t, optimizer)
    for kept in optimizer.state["v"].values():
        kept[:3] = 1e-35
    optimizer.iterations = 98
    dead = np.zeros_like(x)  # without light the filters get no gradient
    engine.step(dead, t, optimizer)
    assert all((kept[:3] != 0).all() for kept in optimizer.state["v"].values())
    engine.step(dead, t, optimizer)
    assert all((kept[:3] == 0).all() for kept in optimizer.state["v"].values())
    assert any((kept != 0).any() for kept in optimizer.state["v"].values())


@pytest.mark.parametrize("behind", [[], [BatchNormalizationSettings()]])
def test_a_loss_that_is_not_finite_changes_nothing(
    build: Callable[..., Network], batch: Callable[..., Any], behind: list[LayerSettings]
) -> None:
    network = build([AffineSettings(6), *behind, ReluSettings(), AffineSettings(4)], IMAGE)
    engine, optimizer = Engine(network), Momentum()
    x, t = batch(network, 20)
    engine.step(x, t, optimizer)
    before = {name: param.copy() for name, param in engine.params().items()}
    memory = {name: kept.copy() for name, kept in optimizer.state["v"].items()}
    x[3] = np.nan
    with np.errstate(all="ignore"):
        assert not np.isfinite(engine.step(x, t, optimizer))
    assert optimizer.iterations == 1
    for name, kept in optimizer.state["v"].items():
        np.testing.assert_array_equal(kept, memory[name])
    for name, param in engine.params().items():
        np.testing.assert_array_equal(param, before[name], name)


def test_the_weights_come_out_as_they_went_in(network: Network) -> None:
    engine = Engine(network)
    for name, param in engine.params().items():
        np.testing.assert_array_equal(param, network.params[name])
        assert param.dtype == network.dtype
        assert param.flags.c_contiguous


def test_the_network_learns_of_steps_when_it_is_told(
    network: Network, batch: Callable[..., Any]
) -> None:
    engine, before = Engine(network), network.copy()
    arrays = dict(network.params)
    x, t = batch(network, 9)
    engine.step(x, t, SGD(lr=0.1))
    for name, param in engine.params().items():
        np.testing.assert_array_equal(network.params[name], before.params[name])
        assert (param != before.params[name]).any(), name
    engine.sync()
    for name, param in engine.params().items():
        np.testing.assert_array_equal(network.params[name], param)
        assert network.params[name] is arrays[name]  # which the layers share


def test_the_engine_learns_of_other_weights_when_it_is_told(
    network: Network, batch: Callable[..., Any], assert_close: Callable[..., None]
) -> None:
    engine = Engine(network)
    x, t = batch(network, 9)
    old = engine.predict(x)
    engine.loss_and_gradient(x, t)
    for array in network.params.values():
        array += 0.1
    np.testing.assert_array_equal(engine.predict(x), old)
    engine.load()
    assert_close(engine.predict(x), network.predict(x))
    assert engine.loss_and_gradient(x, t)[0] == pytest.approx(network.loss(x, t), rel=1e-10)


def test_what_it_hands_out_is_its_callers_own(network: Network, batch: Callable[..., Any]) -> None:
    engine = Engine(network)
    x, t = batch(network, 9)
    kept_x, scores, params = x.copy(), engine.predict(x), engine.params()
    _, grads = engine.loss_and_gradient(x, t)
    kept = [scores.copy(), *(array.copy() for array in (*params.values(), *grads.values()))]
    engine.step(x[::-1], t, SGD(lr=1.0))
    engine.predict(x[::-1])
    now = [scores, *params.values(), *grads.values()]
    for array, copy in zip(now, kept, strict=True):
        np.testing.assert_array_equal(array, copy)
    params["W1"][...] = np.nan
    assert np.isfinite(engine.loss_and_gradient(x, t)[0])
    np.testing.assert_array_equal(x, kept_x)
