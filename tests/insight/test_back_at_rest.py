"""The way back through a network at rest agrees with finite differences."""

import numpy as np
import pytest

from convlab.insight.activations import activations
from convlab.insight.back_at_rest import gradients_at_rest, one_score
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.networks.own_network import OwnNetwork

LINES = [
    "Convolution filter_num=3 filter_size=3",
    "BatchNormalization",
    "Sigmoid",
    "Pooling",
    "Affine size=6",
    "BatchNormalization",
    "Dropout",
]


@pytest.fixture
def network():
    network = OwnNetwork(LINES, (1, 8, 8), 4, rng=np.random.default_rng(0), dtype=np.float64)
    rng = np.random.default_rng(1)
    for name, values in network.params.items():
        if name.startswith(("running", "gamma", "beta")):
            values += rng.uniform(0.2, 0.9, values.shape)
    return network


def test_with_batch_normalization_standing_still_it_is_the_slope_of_predicting(network):
    x = np.random.default_rng(2).random((2, 1, 8, 8))
    scores = activations(network, x)["Affine2"]
    *_, (name, gradient) = gradients_at_rest(network, one_score(scores, 1))
    assert name == "Input"
    slope = numerical_gradient(lambda each: network.predict(each)[:, 1].sum(), x)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-9)


def test_the_way_may_begin_within_the_network(network):
    x = np.random.default_rng(2).random((1, 1, 8, 8))
    maps = activations(network, x)["Conv1"]
    dout = np.zeros_like(maps)
    dout[0, 2, 3, 4] = 1
    (first, _), (last, gradient) = gradients_at_rest(network, dout, "Conv1")
    assert (first, last) == ("Conv1", "Input")
    np.testing.assert_allclose(gradient[0, 0, 3:6, 4:7], network.params["W1"][2, 0])
    assert np.count_nonzero(gradient) == 9
