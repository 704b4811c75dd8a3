"""Saliency is the slope of a score, pixel by pixel."""

import numpy as np
import pytest

from convlab.insight.saliency import saliency, strongest_channel
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.networks.own_network import OwnNetwork

LINES = ["Convolution filter_num=4 filter_size=3", "Tanh", "Pooling", "Affine size=6", "Relu"]


@pytest.mark.parametrize("class_number", [0, 3])
def test_it_agrees_with_finite_differences(class_number):
    network = OwnNetwork(LINES, (3, 8, 8), 5, rng=np.random.default_rng(0), dtype=np.float64)
    x = np.random.default_rng(1).random((3, 8, 8))
    gradient = saliency(network, x, class_number)

    def score(image):
        return float(network.predict(image[np.newaxis])[0, class_number])

    np.testing.assert_allclose(gradient, numerical_gradient(score, x), rtol=1e-5, atol=1e-9)


def test_of_several_channels_the_strongest_counts_with_its_sign():
    gradient = np.array([[[1.0, 2.0]], [[-3.0, 1.0]], [[0.0, -1.0]]])
    np.testing.assert_array_equal(strongest_channel(gradient), [[-3.0, 2.0]])
