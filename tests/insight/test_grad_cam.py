"""Grad-CAM weighs the maps of a layer by what they mean to a class."""

import numpy as np
import pytest

from convlab.insight.activations import activations
from convlab.insight.grad_cam import grad_cam, map_layers
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


def test_stretching_keeps_a_constant_and_the_middle():
    network = SimpleConvNet()
    found = grad_cam(network, IMAGE, 0)
    found.heat[...] = 2.5
    np.testing.assert_allclose(found.enlarged(28, 28), 2.5)
    found.heat[...] = np.arange(24)
    np.testing.assert_allclose(np.diff(found.enlarged(48, 48)[0])[1:-1], 0.5)
