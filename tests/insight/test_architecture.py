from types import SimpleNamespace

import numpy as np
import pytest

from convlab.insight.architecture import BATCH, batch_size, held_bytes, measure, multiply_adds
from convlab.nn.description import NetworkDescription
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network_settings import NETWORKS, build_network

OWN = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=3 filter_size=3 pad=1 stride=2", "BatchNormalization",
                "Relu", "Subsampling pool_size=2", "Affine size=4"]},
    (2, 8, 8),
)  # fmt: skip


class Counted:
    """A number that counts how often it is multiplied."""

    products = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Counted.products += 1
        return Counted(self.value * getattr(other, "value", other))

    __rmul__ = __mul__

    def __add__(self, other):
        return Counted(self.value + getattr(other, "value", other))

    __radd__ = __add__


def counted(array):
    return np.array([Counted(float(value)) for value in array.flat]).reshape(array.shape)


@pytest.mark.parametrize("name", ["Conv1", "Sub1", "Affine1", "Affine2"])
def test_multiply_adds_are_those_that_the_layer_itself_does(name):
    network = build_network(OWN)
    shapes = {layer.name: layer for layer in network.layer_shapes}
    settings = dict(network.layer_settings)[name]
    params = {key: counted(np.ones(shapes[name].parameter_shapes[key])) for key in ("W", "b")}
    Counted.products = 0
    settings.make(params).forward(counted(np.ones((1, *shapes[name].input_shape))))
    assert multiply_adds(shapes[name]) == Counted.products > 0


def test_layers_without_weights_multiply_nothing():
    shapes = {layer.name: layer for layer in build_network(OWN).layer_shapes}
    assert multiply_adds(shapes["Relu1"]) == 0
    assert multiply_adds(shapes["BatchNorm1"]) == 3 * 4 * 4  # gamma times each number


def test_every_layer_is_measured_and_the_network_stays_as_it_is():
    network = build_network(OWN)
    before = {name: array.copy() for name, array in network.params.items()}
    images = np.random.default_rng(0).integers(0, 256, (4, 2, 8, 8), dtype=np.uint8)
    measured = measure(network, images)
    assert list(measured) == list(network.layers)
    assert all(each.forward > 0 and each.backward > 0 for each in measured.values())
    for name, array in network.params.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_convolution_holds_output_windows_weights_and_gradients():
    rng = np.random.default_rng(0)
    settings = ConvolutionSettings(filter_num=3, filter_size=3)
    layer = settings.make({"W": rng.random((3, 2, 3, 3)), "b": np.zeros(3)})
    x = rng.random((5, 2, 6, 6))
    out = layer.forward(x)
    layer.backward(out)
    windows, weights = 5 * 4 * 4 * 2 * 3 * 3, 3 * 2 * 3 * 3 + 3
    assert held_bytes(layer, x, out) == 8 * (5 * 3 * 4 * 4 + windows + 2 * weights)


def test_what_the_layer_before_holds_is_not_counted_again():
    x = np.ones((2, 6))
    layer = ReluSettings().make({})
    assert held_bytes(layer, x, layer.forward(x)) == x.nbytes + x.size  # output and mask
    assert held_bytes(SimpleNamespace(kept=x.reshape(-1)), x, x[:1]) == 0


def test_large_networks_are_measured_on_fewer_images():
    small = NETWORKS.get("SimpleConvNet")().shapes((1, 28, 28), 10)
    large = NETWORKS.get("AlexNet")(geometry="original").shapes((3, 227, 227), 1000)
    assert batch_size(small) == BATCH
    assert 1 <= batch_size(large) < BATCH
