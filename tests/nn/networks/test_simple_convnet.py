from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.errors import ConvlabError, SettingsError, WeightsError
from convlab.nn import Affine, Convolution, Pooling, Relu, SimpleConvNet, SoftmaxWithLoss
from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import ShapeError
from convlab.nn.network import Network

CONV_PARAM = {"filter_num": 3, "filter_size": 3, "pad": 0, "stride": 1}


def small(seed: int = 0, **arguments: Any) -> SimpleConvNet:
    """Three filters on images of 6x6, four classes, with weights large enough to matter."""
    defaults: dict[str, Any] = {
        "input_dim": (1, 6, 6),
        "conv_param": CONV_PARAM,
        "hidden_size": 5,
        "output_size": 4,
        "weight_init_std": 0.5,
    }
    return SimpleConvNet(**(defaults | arguments), rng=np.random.default_rng(seed))


def distance_to_a_kink(network: Network, x: NDArray[Any]) -> float:
    """How far the nearest value is from a bend of Relu or a change of a pool's winner."""
    layers = network.layers
    maps = layers["Conv1"].forward(x)
    positive = layers["Relu1"].forward(maps)
    n, c, h, w = positive.shape
    windows = positive.reshape(n, c, h // 2, 2, w // 2, 2).swapaxes(3, 4).reshape(-1, 4)
    second, first = np.sort(windows, axis=1)[:, 2:].T
    lead = (first - second)[first > 0]
    hidden = layers["Affine1"].forward(layers["Pool1"].forward(positive))
    return float(min(np.abs(maps).min(), lead.min(initial=1), np.abs(hidden).min()))


def test_its_parameters_have_the_books_names_and_shapes() -> None:
    params = SimpleConvNet().params
    assert {name: array.shape for name, array in params.items()} == {
        "W1": (30, 1, 5, 5),
        "b1": (30,),
        "W2": (4320, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }
    assert list(params) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert all(array.dtype == np.float32 for array in params.values())


def test_weights_start_random_with_the_wanted_deviation_and_biases_at_zero() -> None:
    params = SimpleConvNet(weight_init_std=0.02, rng=np.random.default_rng(0)).params
    assert params["W2"].std() == pytest.approx(0.02, rel=0.01)
    assert abs(params["W2"].mean()) < 1e-3
    assert not any(params[name].any() for name in ("b1", "b2", "b3"))
    again = SimpleConvNet(weight_init_std=0.02, rng=np.random.default_rng(0)).params
    np.testing.assert_array_equal(params["W1"], again["W1"])
    assert (SimpleConvNet().params["W1"] != SimpleConvNet().params["W1"]).any()


def test_its_layers_have_the_books_names_in_order_and_share_the_parameters() -> None:
    network = SimpleConvNet()
    kinds = [(name, type(layer)) for name, layer in network.layers.items()]
    assert kinds == [
        ("Conv1", Convolution),
        ("Relu1", Relu),
        ("Pool1", Pooling),
        ("Affine1", Affine),
        ("Relu2", Relu),
        ("Affine2", Affine),
    ]
    assert isinstance(network.last_layer, SoftmaxWithLoss)
    first, last = network.layers["Conv1"], network.layers["Affine2"]
    assert isinstance(first, Convolution)
    assert isinstance(last, Affine)
    assert first.W is network.params["W1"]
    assert last.b is network.params["b3"]


def test_it_describes_itself() -> None:
    description = small().description
    assert description.name == "SimpleConvNet"
    assert description.input_dim == (1, 6, 6)
    assert description.output_size == 4
    assert description.settings["filter_size"] == 3
    assert description.settings["hidden_size"] == 5


@settings(deadline=None, max_examples=15, database=None)
@given(
    channels=st.integers(1, 2),
    maps=st.sampled_from([2, 4]),
    filter_size=st.integers(1, 3),
    stride=st.integers(1, 2),
    pad=st.integers(0, 1),
    classes=st.integers(2, 4),
    one_hot=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_its_gradient_is_that_of_finite_differences(
    channels: int,
    maps: int,
    filter_size: int,
    stride: int,
    pad: int,
    classes: int,
    one_hot: bool,
    seed: int,
) -> None:
    edge = (maps - 1) * stride + filter_size - 2 * pad
    assume(edge > 0)
    network = small(
        seed,
        input_dim=(channels, edge, edge),
        conv_param={"filter_num": 2, "filter_size": filter_size, "pad": pad, "stride": stride},
        output_size=classes,
        dtype=np.float64,
    )
    rng = np.random.default_rng(seed)
    for name in ("b1", "b2", "b3"):
        network.params[name][...] = rng.standard_normal(network.params[name].shape)
    x = rng.standard_normal((3, channels, edge, edge))
    t = np.eye(classes)[[0, 1, 1]] if one_hot else np.array([0, 1, 1])
    assume(distance_to_a_kink(network, x) > 1e-3)
    by_back_propagation = network.gradient(x, t)
    by_differences = network.numerical_gradient(x, t)
    assert list(by_back_propagation) == list(by_differences) == list(network.params)
    for name, expected in by_differences.items():
        assert relative_error(by_back_propagation[name], expected) < 1e-6, name


def test_the_numerical_gradient_of_a_float32_network_is_computed_in_float64() -> None:
    network = small()
    kept = {name: array.copy() for name, array in network.params.items()}
    x, t = np.random.default_rng(0).random((2, 1, 6, 6)), np.array([0, 3])
    numerical, exact = network.numerical_gradient(x, t), network.gradient(x, t)
    for name, array in network.params.items():
        assert relative_error(numerical[name], exact[name]) < 1e-3
        np.testing.assert_array_equal(array, kept[name])


def test_flat_images_bytes_and_one_hot_labels_mean_the_same() -> None:
    network = small()
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (7, 1, 6, 6), dtype=np.uint8)
    x = pixels.astype(np.float32) / np.float32(255)
    t = rng.integers(0, 4, 7)
    expected = network.predict(x)
    for same in (pixels, x.reshape(7, -1), pixels.reshape(7, -1)):
        np.testing.assert_array_equal(network.predict(same), expected)
    np.testing.assert_allclose(network.predict(x.astype(np.float64)), expected, rtol=1e-6)
    for labels in (np.eye(4)[t], t.reshape(-1, 1)):
        assert network.loss(x, labels) == network.loss(x, t)
        assert network.accuracy(x, labels) == network.accuracy(x, t)


def test_probabilities_are_the_softmax_of_the_scores() -> None:
    network = small()
    x = np.random.default_rng(0).random((3, 1, 6, 6))
    y = network.probabilities(x)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(y.argmax(axis=1), network.predict(x).argmax(axis=1))


def test_accuracy_counts_the_last_partial_batch() -> None:
    """The book divides by all images but leaves out those after the last whole batch."""
    network = small()
    x = np.random.default_rng(0).random((25, 1, 6, 6))
    t = network.predict(x).argmax(axis=1)
    assert network.accuracy(x, t, batch_size=10) == 1
    t[24] = (t[24] + 1) % 4
    for batch_size in (1, 10, 24, 25, 100):
        assert network.accuracy(x, t, batch_size=batch_size) == pytest.approx(24 / 25)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_is_computed_in_the_type_of_the_parameters(dtype: str) -> None:
    network = small()
    network.astype(dtype)
    assert network.dtype == dtype
    x = np.random.default_rng(0).integers(0, 256, (2, 1, 6, 6), dtype=np.uint8)
    assert network.predict(x).dtype == dtype
    assert all(g.dtype == dtype for g in network.gradient(x, np.array([0, 1])).values())


def test_a_copy_is_the_same_network_with_arrays_of_its_own() -> None:
    network = small()
    twin = network.copy()
    x = np.random.default_rng(0).random((3, 1, 6, 6))
    np.testing.assert_array_equal(twin.predict(x), network.predict(x))
    assert twin.description == network.description
    twin.params["b3"] += 1
    assert not network.params["b3"].any()
    assert (twin.predict(x) != network.predict(x)).any()
    assert network.copy(np.float64).dtype == np.float64


def test_set_params_copies_into_the_network() -> None:
    network, other = small(0), small(1)
    layer = network.layers["Affine2"]
    network.set_params(other.params)
    x = np.random.default_rng(0).random((3, 1, 6, 6))
    np.testing.assert_array_equal(network.predict(x), other.predict(x))
    other.params["W3"][...] = 0
    assert network.params["W3"].any()
    assert network.layers["Affine2"] is layer


@pytest.mark.parametrize("file_name", ["weights.safetensors", "params.pkl", "params"])
def test_parameters_come_back_from_a_file_to_the_bit(file_name: str, tmp_path: Path) -> None:
    network, other = small(0), small(1)
    network.save_params(tmp_path / file_name)
    other.load_params(str(tmp_path / file_name))
    for name, array in network.params.items():
        np.testing.assert_array_equal(other.params[name], array)
        assert other.params[name].dtype == array.dtype


def test_parameters_of_another_network_are_refused_and_change_nothing(tmp_path: Path) -> None:
    network, wider = small(), small(hidden_size=6)
    kept = {name: array.copy() for name, array in network.params.items()}
    wider.save_params(tmp_path / "wider.safetensors")
    with pytest.raises(WeightsError, match=r"another network: W2 has the shape \(12, 6\)"):
        network.load_params(tmp_path / "wider.safetensors")
    with pytest.raises(WeightsError, match=r"they are called W1, and W1, W2, W3, b1, b2, b3 were"):
        network.set_params({"W1": network.params["W1"]})
    for name, array in network.params.items():
        np.testing.assert_array_equal(array, kept[name])


@pytest.mark.parametrize("shape", [(3, 6, 6), (3, 1, 6, 7), (3, 35), (3, 2, 6, 6), (36,), ()])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConvlabError, match=r"images of shape \(N, 1, 6, 6\); received"):
        small().predict(np.zeros(shape))


@pytest.mark.parametrize(
    ("conv_param", "setting", "reason"),
    [
        ({"filter_size": 7}, "filter_size", r"^Conv1: A 7×7 filter is larger than its 6×6 input"),
        ({"filter_size": 4}, "filter_size", r"leaves maps of 3×3, which 2×2 pooling cannot halve"),
        ({"filter_size": 6}, "filter_size", r"leaves maps of 1×1"),
        ({"filter_size": 4, "pad": 2}, "pad", r"leaves maps of 7×7"),
        ({"filter_size": 4, "pad": 1, "stride": 2}, "stride", r"leaves maps of 3×3"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_the_reason(
    conv_param: dict[str, int], setting: str, reason: str
) -> None:
    with pytest.raises(ShapeError, match=reason) as refused:
        small(conv_param=CONV_PARAM | conv_param)
    assert refused.value.setting == setting


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"conv_param": CONV_PARAM | {"stride": 0}}, r"Stride must be a whole number \(1 to 32\)"),
        ({"conv_param": CONV_PARAM | {"pad": -1}}, r"Pad must be .*; received -1"),
        ({"conv_param": CONV_PARAM | {"filter_num": "3"}}, r"Filters must be .*; received '3'"),
        ({"hidden_size": 0}, "Hidden units must be"),
        ({"weight_init_std": float("nan")}, "Initial weights must be .*; received nan"),
    ],
)
def test_values_that_are_not_allowed_are_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        small(**arguments)
