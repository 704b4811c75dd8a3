"""Every network of the lab gives the same numbers on the engine as by itself."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab.nn.engine import Engine
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.network import Network
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.nn.networks.lenet import LeNetSettings
from convlab.nn.networks.own_network import OwnNetworkSettings
from convlab.nn.networks.simple_convnet import SimpleConvNetSettings

IMAGE = (1, 28, 28)
EVERY_KIND = OwnNetworkSettings(
    [
        "Convolution filter_num=8 filter_size=5 stride=2 pad=2",
        "LocalResponseNormalization",
        "Pooling pool_size=2 stride=1",
        "BatchNormalization",
        "Tanh",
        "Convolution filter_num=5 filter_size=3 pad=3",
        "Convolution filter_num=4 filter_size=4 pad=3",
        "AveragePooling pool_size=2 stride=2",
        "Sigmoid",
        "Subsampling pool_size=5",
        "Affine size=30",
        "BatchNormalization",
        "Relu",
    ]
)
CASES: dict[str, NetworkSettings] = {
    **{name: NETWORKS.get(name)() for name in NETWORKS.names()},
    "LeNet with ReLU": LeNetSettings(activation="relu"),
    "LeNet with max pooling": LeNetSettings(pooling="max"),
    "LeNet of today": LeNetSettings(activation="relu", pooling="max"),
    "SimpleConvNet with stride and pad": SimpleConvNetSettings(
        filter_num=7, filter_size=6, pad=2, stride=2, hidden_size=12
    ),
    "every kind of layer": EVERY_KIND,
}
cases = pytest.mark.parametrize("case", CASES)


def without_dropout(case: str, dtype: type[np.floating[Any]]) -> Network:
    """The network of that name; what it drops, it would draw otherwise than its twin."""
    network = CASES[case].build(IMAGE, 10, np.random.default_rng(1), dtype)
    layers = [
        (name, DropoutSettings(0.0) if isinstance(settings, DropoutSettings) else settings)
        for name, settings in network.layer_settings
    ]
    same = Network(layers, network.description, CASES[case].weight_init, dtype=dtype)
    same.set_params(network.params)
    return same


def digits(n: int, channels: int = 1) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Pixels as in a dataset, many of them black, and labels."""
    rng = np.random.default_rng(n)
    x = rng.integers(0, 256, (n, channels, 28, 28)) * rng.integers(0, 2, (n, channels, 28, 28))
    return x.astype(np.uint8), rng.integers(0, 10, n)


@cases
def test_in_float64_up_to_rounding(case: str, assert_agrees: Callable[..., None]) -> None:
    assert_agrees(without_dropout(case, np.float64), *digits(17))


@cases
def test_in_float32_up_to_its_rounding(case: str, assert_close: Callable[..., None]) -> None:
    network = without_dropout(case, np.float32)
    x, t = digits(18)
    plain, engine = network.copy(), Engine(network)
    assert_close(engine.predict(x), plain.predict(x), 1e-5)
    loss, grads = engine.loss_and_gradient(x, t)
    plain_loss, plain_grads = plain.loss_and_gradient(x, t)
    assert loss == pytest.approx(plain_loss, rel=1e-5)
    # Where two numbers in a window are nearly equal, rounding may choose another winner; and what
    # cancels out in float64 leaves some noise in float32.
    noise = 1e-4 * sum(float(np.linalg.norm(grad)) for grad in plain_grads.values())
    for name, grad in plain_grads.items():
        assert grads[name].dtype == np.float32
        assert np.linalg.norm(grads[name] - grad) < 0.02 * np.linalg.norm(grad) + noise, name


@pytest.mark.parametrize("name", NETWORKS.names())
def test_what_a_network_drops_it_drops_while_it_learns_only(
    name: str, assert_close: Callable[..., None]
) -> None:
    network = NETWORKS.get(name)().build(IMAGE, 10, np.random.default_rng(2), np.float64)
    engine = Engine(network)
    x, t = digits(3)
    engine.loss_and_gradient(x, t)
    if not any(isinstance(layer, DropoutSettings) for _, layer in network.layer_settings):
        plain_loss, _ = network.copy().loss_and_gradient(x, t)
        assert engine.loss_and_gradient(x, t)[0] == pytest.approx(plain_loss, rel=1e-10)
    assert_close(Engine(network).predict(x), network.predict(x))


def test_a_batch_of_a_hundred_as_in_training(assert_agrees: Callable[..., None]) -> None:
    network = SimpleConvNetSettings().build(IMAGE, 10, np.random.default_rng(3), np.float64)
    assert_agrees(network, *digits(100))
