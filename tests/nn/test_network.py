"""Networks that have their parameters to themselves, and networks that share them."""

import numpy as np
import pytest

from convlab.errors import WeightsError
from convlab.nn import SimpleConvNet
from convlab.nn.network import Network
from convlab.nn.network_settings import network_over
from convlab.nn.networks.own_network import OwnNetwork


@pytest.fixture
def network() -> SimpleConvNet:
    return SimpleConvNet(rng=np.random.default_rng(0))


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (2, 1, 28, 28), dtype=np.uint8)


def test_a_copy_is_not_changed_with_the_original(network: Network, images: np.ndarray) -> None:
    copy, before = network.copy(), network.predict(images)
    network.params["W1"][...] = 0
    np.testing.assert_array_equal(copy.predict(images), before)
    assert copy.copy(np.float64).predict(images).dtype == np.float64


def test_running_averages_are_stored_but_not_learned() -> None:
    network = OwnNetwork(["Convolution filter_num=5 filter_size=3", "BatchNormalization"])
    normalization = network.layer_shapes[1]
    assert normalization.parameter_count == 10  # gamma and beta
    assert normalization.average_count == 10
    stored = sum(layer.stored_count for layer in network.layer_shapes)
    assert stored == sum(array.size for array in network.params.values())


def test_a_twin_reads_the_same_arrays_with_layers_of_its_own(
    network: Network, images: np.ndarray
) -> None:
    twin = network.twin()
    assert all(twin.params[name] is array for name, array in network.params.items())
    assert all(twin.layers[name] is not layer for name, layer in network.layers.items())
    np.testing.assert_array_equal(twin.predict(images), network.predict(images))


def test_a_twin_keeps_its_weights_when_the_other_gets_new_ones(
    network: Network, images: np.ndarray
) -> None:
    twin, before = network.twin(), network.predict(images)
    new = SimpleConvNet(rng=np.random.default_rng(2))
    network.adopt(new.params)
    assert network.params["W1"] is new.params["W1"]
    np.testing.assert_array_equal(network.predict(images), new.predict(images))
    np.testing.assert_array_equal(twin.predict(images), before)


def test_weights_of_another_type_are_converted(network: Network) -> None:
    network.adopt(network.copy(np.float64).params)
    assert network.dtype == np.float32


def test_a_network_can_be_made_around_weights(network: Network, images: np.ndarray) -> None:
    shuffled = dict(reversed(network.params.items()))
    around = network_over(network.description, shuffled)
    assert list(around.params) == list(network.params)
    np.testing.assert_array_equal(around.predict(images), network.predict(images))


def test_weights_of_another_network_are_refused(network: Network) -> None:
    smaller = SimpleConvNet(hidden_size=20).params
    with pytest.raises(WeightsError):
        network.adopt(smaller)
    with pytest.raises(WeightsError):
        network_over(network.description, smaller)
