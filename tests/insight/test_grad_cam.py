"""Grad-CAM weighs the maps of a layer by what they mean to a class."""

import numpy as np
import pytest

from convlab.insight.activations import INPUT, activations
from convlab.insight.grad_cam import grad_cam, map_layers
from convlab.insight.receptive_field import receptive_fields
from convlab.nn import LeNet, SimpleConvNet
from convlab.nn.network_settings import NETWORKS
from convlab.nn.networks.own_network import OwnNetwork

IMAGE = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)


def test_it_is_the_equations_worked_out_by_hand():
    network = SimpleConvNet(rng=np.random.default_rng(0), dtype=np.float64)
    network.params["b1"] += 1  # so that no two positions are equally 0, where there is no slope
    found = grad_cam(network, IMAGE, 4)
    assert found.layer == "Relu1"
    maps = activations(network, IMAGE[np.newaxis])["Relu1"]

    def score_from(maps):
        out = maps
        for name in ("Pool1", "Affine1", "Relu2", "Affine2"):
            out = network.layers[name].forward(out)
        return float(out[0, 4])

    weight = 0.0
    for row, column in np.ndindex(24, 24):  # the slope with respect to every position of a map
        step = np.zeros_like(maps)
        step[0, 7, row, column] = 1e-6
        weight += (score_from(maps + step) - score_from(maps - step)) / 2e-6 / 24**2
    assert found.weights[7] == pytest.approx(weight, rel=1e-4)
    by_hand = sum(w * m for w, m in zip(found.weights, maps[0], strict=True))
    np.testing.assert_allclose(found.heat, np.maximum(by_hand, 0))


def test_another_layer_with_maps_can_be_chosen_and_any_other_name_means_the_last():
    network = LeNet()
    assert map_layers(network) == ("Sigmoid1", "Sigmoid2")
    assert grad_cam(network, IMAGE, 0, "Sigmoid1").heat.shape == (28, 28)
    assert grad_cam(network, IMAGE, 0, "Affine1").layer == "Sigmoid2"


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_gives_heat_that_is_not_negative(name):
    network = NETWORKS.get(name)().build((1, 28, 28), 10)
    heat = grad_cam(network, IMAGE, 1).enlarged(28, 28)
    assert heat.shape == (28, 28)
    assert heat.min() >= 0


def test_a_convolution_before_a_pooling_is_taken_itself():
    assert map_layers(OwnNetwork(["Convolution", "Pooling"])) == ("Conv1",)


def test_without_maps_there_is_none():
    assert grad_cam(OwnNetwork(["Affine size=5"]), IMAGE, 0) is None


@pytest.mark.parametrize(
    ("layers", "taken"),
    [
        (["Convolution", "BatchNormalization", "Relu"], ("Relu1",)),
        (["Convolution", "Dropout", "LocalResponseNormalization", "Tanh"], ("Tanh1",)),
        (["Convolution filter_size=3 pad=1", "Convolution filter_size=3 pad=1", "Relu"],
         ("Conv1", "Relu1")),
        (["Convolution", "BatchNormalization", "Pooling", "Relu"], ("Conv1",)),
    ],
)  # fmt: skip
def test_the_first_activation_behind_a_convolution_is_taken(layers, taken):
    network = OwnNetwork(layers)
    assert map_layers(network) == taken
    assert grad_cam(network, IMAGE, 0).layer == taken[-1]


def test_stretching_keeps_a_constant_and_puts_each_value_where_its_unit_looks():
    found = grad_cam(SimpleConvNet(), IMAGE, 0)
    found.heat[...] = 2.5
    np.testing.assert_allclose(found.enlarged(28, 28), 2.5)
    found.heat[...] = np.arange(24)  # windows of 5 pixels without padding begin at pixel 2
    row = found.enlarged(28, 28)[7]
    np.testing.assert_allclose(row, np.clip(np.arange(28) - 2, 0, 23))


@pytest.mark.parametrize("unit", [(3, 8), (5, 1)])
def test_heat_lies_in_the_middle_of_the_field_of_its_unit(unit):
    network = LeNet()
    found = grad_cam(network, IMAGE, 0)
    found.heat[...] = 0
    found.heat[unit] = 1
    heat = found.enlarged(28, 28)
    rows, columns = np.nonzero(heat == heat.max())
    field = receptive_fields(network, found.layer, (0, *unit))[INPUT]
    for part, at in ((field.rows, rows), (field.columns, columns)):
        assert (part.start + part.stop - 1) / 2 == at.mean()


def test_lenets_first_unit_is_where_its_field_has_its_center():
    assert grad_cam(LeNet(), IMAGE, 0).centers == (4.5, 2.0)
