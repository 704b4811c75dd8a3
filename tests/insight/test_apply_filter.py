import numpy as np
import pytest

from convlab.insight.apply_filter import activation_behind, apply_filter, response
from convlab.nn.description import NetworkDescription
from convlab.nn.layers.convolution import Convolution
from convlab.nn.network_settings import build_network

RNG = np.random.default_rng(3)


def by_loops(picture, kernel, bias):
    _, filter_h, filter_w = kernel.shape
    height, width = picture.shape[1] - filter_h + 1, picture.shape[2] - filter_w + 1
    out = np.empty((height, width))
    for y in range(height):
        for x in range(width):
            out[y, x] = (picture[:, y : y + filter_h, x : x + filter_w] * kernel).sum() + bias
    return out


def test_it_is_what_loops_give():
    picture, kernel = RNG.normal(size=(3, 9, 12)), RNG.normal(size=(3, 4, 5))
    assert np.allclose(response(picture, kernel, 0.7), by_loops(picture, kernel, 0.7))


def test_it_is_numpys_correlation_row_by_row():
    picture, kernel = RNG.normal(size=(1, 6, 20)), RNG.normal(size=(1, 1, 5))
    rows = [np.correlate(row, kernel[0, 0], "valid") for row in picture[0]]
    assert np.allclose(response(picture, kernel), rows)


def test_it_is_what_the_layer_gives_for_pixels():
    image = RNG.integers(0, 256, (1, 28, 28), dtype=np.uint8)
    W, b = RNG.normal(size=(1, 1, 5, 5)), np.array([0.2])
    out = Convolution(W, b).forward(image[np.newaxis] / 255)[0, 0]
    assert np.allclose(response(image, W[0], 0.2), out)


def test_a_gray_picture_stands_for_every_channel():
    picture, kernel = RNG.normal(size=(1, 8, 8)), RNG.normal(size=(3, 3, 3))
    assert np.allclose(response(picture, kernel), by_loops(np.repeat(picture, 3, 0), kernel, 0))


def test_a_gray_filter_takes_the_mean_of_colors():
    picture, kernel = RNG.normal(size=(3, 8, 8)), RNG.normal(size=(1, 3, 3))
    mean = picture.mean(axis=0, keepdims=True)
    assert np.allclose(response(picture, kernel), by_loops(mean, kernel, 0))


def test_relu_leaves_what_is_positive():
    applied = apply_filter(RNG.integers(0, 256, (1, 9, 9), dtype=np.uint8), -np.ones((1, 3, 3)))
    assert applied.response.max() < 0
    assert not applied.after.any()


@pytest.mark.parametrize("shape", [(1, 4, 9), (1, 9, 4), (1, 2, 2)])
def test_nothing_comes_of_a_picture_smaller_than_the_filter(shape):
    assert response(np.zeros(shape), np.ones((1, 5, 5))).size == 0


def test_the_activation_is_the_one_behind_the_filters():
    lenet = build_network(NetworkDescription("LeNet", {"activation": "sigmoid"}))
    first = lenet.layer_settings[0][0]
    assert activation_behind(lenet, first) == "Sigmoid"
    assert activation_behind(build_network(NetworkDescription("SimpleConvNet", {})), "Conv1") == (
        "ReLU"
    )
    layers = ["Convolution filter_num=2 filter_size=3", "BatchNormalization", "Relu"]
    own = build_network(NetworkDescription("OwnNetwork", {"layers": layers}))
    assert activation_behind(own, own.layer_settings[0][0]) == ""
    applied = apply_filter(np.zeros((1, 4, 4), np.uint8), np.ones((1, 3, 3)), 1.0, "Sigmoid")
    assert np.allclose(applied.after, 1 / (1 + np.exp(-1.0)))
