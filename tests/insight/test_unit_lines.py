import numpy as np

from convlab.insight.activations import activations
from convlab.insight.unit_lines import lines_with_numbers
from convlab.insight.unit_sum import unit_sum
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network


def told(layer, unit):
    network = build_network(NetworkDescription("SimpleConvNet"), dtype=np.float64)
    network.params["W1"][...] = 1.0
    network.params["b1"][...] = -20.0
    images = np.full((1, 1, 28, 28), 0.5)
    outputs = {name: out[0] for name, out in activations(network, images).items()}
    return unit_sum(network, outputs, layer, unit)


def test_a_convolution_is_told_step_by_step_with_its_numbers():
    assert lines_with_numbers(told("Conv1", (3, 10, 12))) == (
        "patch = x[:, 10:15, 12:17]  # shape (1, 5, 5)",
        "products = patch * W1[3]    # 25 numbers",
        "y = products.sum() + b1[3]  # 12.5 - 20 = -7.5",
        "relu1 = np.maximum(y, 0)    # 0",
    )


def test_pooling_is_told_by_its_window():
    assert lines_with_numbers(told("Pool1", (3, 1, 2))) == (
        "window = x[3, 2:4, 4:6]  # shape (2, 2)",
        "y = window.max()         # 0",
    )


def test_one_number_is_told_as_one():
    settings = {"layers": ["Convolution filter_num=2 filter_size=1"]}
    network = build_network(NetworkDescription("OwnNetwork", settings, (1, 4, 4), 3))
    image = np.full((1, 4, 4), 100, np.uint8)
    outputs = {name: out[0] for name, out in activations(network, image[np.newaxis]).items()}
    lines = lines_with_numbers(unit_sum(network, outputs, "Conv1", (1, 2, 3)))
    assert lines[1].endswith("# 1 number")
