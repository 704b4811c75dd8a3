import numpy as np
import pytest

from convlab.insight.activations import INPUT, activations
from convlab.insight.unit_sum import parameter_names, unit_sum
from convlab.nn.description import NetworkDescription
from convlab.nn.layer import LAYERS
from convlab.nn.network_settings import build_network

OWN = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=4 filter_size=3 pad=1", "Tanh",
                "LocalResponseNormalization n=3 alpha=1.0", "AveragePooling",
                "Convolution filter_num=3 filter_size=3 stride=2 pad=1", "BatchNormalization",
                "Sigmoid", "Subsampling", "Dropout", "Affine size=5", "BatchNormalization"]},
    (2, 16, 16),
)  # fmt: skip
NO_CONVOLUTION = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]}, (3, 6, 6))
WIDE_PAD = NetworkDescription(
    "OwnNetwork", {"layers": ["Convolution filter_num=4 filter_size=3 pad=4", "Relu"]}, (1, 8, 8)
)
NETWORKS = {
    "own": OWN,
    "more padding than the filter is wide": WIDE_PAD,
    "no convolution": NO_CONVOLUTION,
    "SimpleConvNet": NetworkDescription("SimpleConvNet"),
    "LeNet": NetworkDescription("LeNet"),
    "LeNet with ReLU": NetworkDescription("LeNet", {"activation": "relu", "pooling": "max"}),
    "DeepConvNet": NetworkDescription("DeepConvNet"),
    "AlexNet": NetworkDescription("AlexNet"),
}


def run(description, dtype=np.float64):
    """A network whose every parameter matters, and its outputs for one image."""
    rng = np.random.default_rng(0)
    network = build_network(description, dtype=dtype)
    for array in network.params.values():
        array += rng.uniform(0.01, 0.2, array.shape)
    image = rng.random((1, *network.input_dim))
    outputs = {name: out[0] for name, out in activations(network, image).items()}
    return network, outputs


def some_units(output):
    rng = np.random.default_rng(1)
    corners = [(0,) * output.ndim, tuple(size - 1 for size in output.shape)]
    return corners + [tuple(rng.integers(0, output.shape).tolist()) for _ in range(3)]


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS.keys())
def ran(request):
    return run(request.param)


def test_inputs_products_and_bias_add_up_to_the_layers_own_output(ran):
    network, outputs = ran
    for layer in network.layers:
        for unit in some_units(outputs[layer]):
            told = unit_sum(network, outputs, layer, unit)
            assert told.value == outputs[layer][unit]
            if told.products is not None:
                total = told.products.sum() + (told.bias or 0.0)
                assert total == pytest.approx(told.value, rel=1e-12, abs=1e-12)


def test_the_lines_of_numpy_compute_the_very_value(ran):
    network, outputs = ran
    for layer in network.layers:
        for unit in some_units(outputs[layer]):
            told = unit_sum(network, outputs, layer, unit)
            names = {"np": np, "x": outputs[told.source], **network.params}
            exec("\n".join(told.lines), names)
            assert names["y"] == pytest.approx(told.value, rel=1e-12, abs=1e-12)
            if told.after is not None:
                assert names[told.after[0].lower()] == pytest.approx(told.after[1], rel=1e-12)


def test_the_networks_above_have_every_kind_of_layer():
    kinds = {shape.kind for d in NETWORKS.values() for shape in build_network(d).layer_shapes}
    assert kinds == {LAYERS.name_of(cls) for cls in LAYERS}


def test_in_single_precision_they_agree_up_to_rounding():
    network, outputs = run(NetworkDescription("SimpleConvNet"), np.float32)
    for layer in ("Conv1", "Affine1"):
        told = unit_sum(network, outputs, layer, some_units(outputs[layer])[2])
        assert told.products.sum() + told.bias == pytest.approx(told.value, rel=1e-5)


def test_the_padding_is_zeros_of_the_patch():
    network, outputs = run(OWN)
    told = unit_sum(network, outputs, "Conv1", (0, 0, 0))
    assert told.inputs.shape == told.weights.shape == (2, 3, 3)
    assert (told.inputs[:, 0] == 0).all()
    assert (told.inputs[:, :, 0] == 0).all()
    np.testing.assert_array_equal(told.inputs[:, 1:, 1:], outputs[INPUT][:, :2, :2])


def test_max_pooling_tells_which_element_won():
    network, outputs = run(NetworkDescription("SimpleConvNet"))
    told = unit_sum(network, outputs, "Pool1", (3, 4, 5))
    assert told.inputs.shape == (1, 2, 2)
    assert told.inputs[told.winner] == told.value
    assert unit_sum(network, outputs, "Conv1", (0, 0, 0)).winner is None


def test_relu_comes_with_the_sum_that_it_bends():
    network, outputs = run(NetworkDescription("SimpleConvNet"))
    name, value = unit_sum(network, outputs, "Conv1", (1, 2, 3)).after
    assert (name, value) == ("Relu1", max(outputs["Conv1"][1, 2, 3], 0))
    assert unit_sum(network, outputs, "Affine2", (0,)).after is None


def test_parameters_are_called_as_in_params():
    names = parameter_names(build_network(NetworkDescription("LeNet")))
    assert names["Sub1"] == {"W": "W2", "b": "b2"}
    assert names["Conv2"] == {"W": "W3", "b": "b3"}
    assert names["Sigmoid1"] == {}


def test_what_is_not_there_is_refused():
    network, outputs = run(NO_CONVOLUTION)
    with pytest.raises(KeyError):
        unit_sum(network, outputs, "Conv1", (0,))
    with pytest.raises(IndexError):
        unit_sum(network, outputs, "Affine1", (5,))
