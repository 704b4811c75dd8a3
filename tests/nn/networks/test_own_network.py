"""A network of one's own: any list of layers, counted, measured, run fast, and opened again."""

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from convlab.errors import ConvlabError, SettingsError, WeightsError
from convlab.nn import Adam
from convlab.nn.description import FILE_KEY
from convlab.nn.engine import Engine
from convlab.nn.layer import ShapeError
from convlab.nn.layer_line import default_lines
from convlab.nn.network_settings import open_network
from convlab.nn.networks import OwnNetwork
from convlab.nn.networks.own_network import MOST_LAYERS, OwnNetworkSettings

IMAGE = (1, 28, 28)
RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (20, *IMAGE), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 20)
EVERY_LAYER = [
    "Convolution filter_num=4 filter_size=5",
    "BatchNormalization",
    "Relu",
    "LocalResponseNormalization n=3 alpha=0.5",
    "Pooling",
    "AveragePooling pool_size=3 stride=3",
    "Subsampling",
    "Sigmoid",
    "Dropout dropout_ratio=0.25",
    "Affine size=8",
    "Tanh",
]


def names_and_shapes(lines: list[str], output_size: int = 10) -> list[tuple[str, Any]]:
    shapes = OwnNetworkSettings(lines).shapes(IMAGE, output_size)
    return [(layer.name, layer.output_shape) for layer in shapes]


def test_layers_are_counted_by_kind_and_an_affine_layer_gives_the_scores() -> None:
    lines = ["Convolution pad=2", "Relu", "Pooling", "Convolution filter_num=8", "Affine", "relu"]
    assert names_and_shapes(lines, output_size=7) == [
        ("Conv1", (30, 28, 28)),
        ("Relu1", (30, 28, 28)),
        ("Pool1", (30, 14, 14)),
        ("Conv2", (8, 10, 10)),
        ("Affine1", (100,)),
        ("Relu2", (100,)),
        ("Affine2", (7,)),
    ]


def test_every_kind_of_layer_has_a_place() -> None:
    assert [name for name, _ in names_and_shapes(EVERY_LAYER)] == [
        "Conv1", "BatchNorm1", "Relu1", "Lrn1", "Pool1", "AveragePool1", "Sub1", "Sigmoid1",
        "Dropout1", "Affine1", "Tanh1", "Affine2",
    ]  # fmt: skip
    kinds = {line.split()[0] for line in EVERY_LAYER}
    assert kinds == {line.split()[0] for line in default_lines()}


def test_without_any_layer_it_is_a_linear_classifier() -> None:
    network = OwnNetwork([])
    assert {name: array.shape for name, array in network.params.items()} == {
        "W1": (784, 10),
        "b1": (10,),
    }


@pytest.mark.parametrize(
    ("initializer", "deviation"), [("he", 0.05), ("xavier", 0.05 / 2**0.5), ("std", 0.3)]
)
def test_weights_start_by_the_rule_that_is_named(initializer: Any, deviation: float) -> None:
    network = OwnNetwork(["Affine size=800"], (1, 1, 800), 10, initializer, 0.3, RNG)
    assert network.params["W1"].std() == pytest.approx(deviation, rel=0.02)
    assert not network.params["b1"].any()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["Relu", "Poolng stride=2"], "Layer 2 ('Poolng stride=2'): There is no layer called"),
        (["Pooling size=2"], "Layer 1 ('Pooling size=2'): Pooling has no setting called 'size'"),
        (["Relu", "", "Relu"], "Layer 2 (''): The line is empty"),
        (["Affine size=0"], "Layer 1 ('Affine size=0'): Units must be a whole number"),
        (["x" * 5000], "…'): A line has at most 200 characters; this has 5,000."),
        (["Relu"] * (MOST_LAYERS + 1), "Layers must be lines of text (at most 100 lines); rec"),
        ("Relu", "Layers must be lines of text (at most 100 lines); received 'Relu'."),
        ([5], "Layers must be lines of text (at most 100 lines); received [5]."),
        (None, "received nothing."),
    ],
)
def test_a_line_that_is_no_layer_is_named(lines: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        OwnNetworkSettings(lines)
    assert list(refused.value.problems) == ["layers"]
    assert sentence in refused.value.problems["layers"]
    assert len(refused.value.problems["layers"]) < 300


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["Pooling", "Pooling", "Pooling"], "Pool3: 2×2 pooling with stride 2 does not cover"),
        (["Affine", "Relu", "Convolution"], "Conv1: A convolution needs images, but gets (100,)"),
        (["Convolution filter_size=29"], "Conv1: A 29×29 filter is larger than its 28×28 input"),
        (["LocalResponseNormalization n=4"], "Lrn1: The number of neighbors must be odd; rec"),
        (["Affine size=8192"] * 4, "Affine3: up to this layer the network has 140,664,832 weig"),
        (["Convolution filter_num=512 pad=64"] * 2, "Conv2: up to this layer the network has "),
    ],
)
def test_a_layer_that_does_not_fit_is_named(lines: list[str], sentence: str) -> None:
    with pytest.raises(ShapeError) as refused:
        OwnNetwork(lines)
    assert refused.value.setting == "layers"
    assert sentence in str(refused.value)


def test_the_same_network_is_found_in_a_file(tmp_path: Path) -> None:
    network = OwnNetwork(EVERY_LAYER, initializer="xavier")
    for ending in ("safetensors", "npz"):
        network.save_params(tmp_path / f"own.{ending}")
        opened = open_network(tmp_path / f"own.{ending}")
        assert opened.description == network.description
        assert list(opened.layers) == list(network.layers)
        np.testing.assert_array_equal(opened.predict(PIXELS), network.predict(PIXELS))


def described(layers: Any, input_dim: tuple[int, int, int] = IMAGE) -> str:
    """A description as it stands in a file."""
    settings = {"layers": layers, "initializer": "he", "weight_init_std": 0.01}
    return json.dumps(
        {"name": "OwnNetwork", "settings": settings, "input_dim": input_dim, "output_size": 10}
    )


@pytest.mark.parametrize(
    ("layers", "input_dim"),
    [
        pytest.param(["Relu"] * 100_000, IMAGE, id="too many layers"),
        pytest.param(["Convolution filter_num=" + "9" * 1_000_000], IMAGE, id="a long line"),
        pytest.param(["Affine size=8192"] * 100, IMAGE, id="gigabytes of weights"),
        pytest.param(["Convolution filter_num=1 filter_size=1 pad=64"] * 99, IMAGE, id="pads"),
        pytest.param(["Pooling pool_size=64 stride=64"], (4096, 4096, 4096), id="a huge image"),
        pytest.param(
            ["Convolution filter_num=1 filter_size=64 pad=63", "Pooling pool_size=1 stride=6"],
            (1, 4031, 4031),
            id="windows that overlap",
        ),
        pytest.param({"a": 1}, IMAGE, id="no list"),
        pytest.param([["Relu"]], IMAGE, id="a list of lists"),
        pytest.param(["__import__('os').abort()"], IMAGE, id="code"),
    ],
)
def test_a_malicious_description_costs_a_sentence_and_nothing_else(
    layers: Any, input_dim: tuple[int, int, int], tmp_path: Path
) -> None:
    params = {"W1": np.zeros((3, 10), np.float32), "b1": np.zeros(10, np.float32)}
    path = tmp_path / "w.safetensors"
    save_file(params, path, {FILE_KEY: described(layers, input_dim)})
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(WeightsError) as refused:
        open_network(path)
    seconds = time.perf_counter() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "cannot be built: " in str(refused.value)
    assert len(str(refused.value)) < 450
    assert peak < 10 * len(described(layers, input_dim)) + 1_000_000
    assert seconds < 5


def test_a_small_file_whose_network_would_make_a_huge_picture_is_refused(tmp_path: Path) -> None:
    """Its weights fit its description; only its activations would take gigabytes."""
    lines = ["Convolution filter_num=1 filter_size=1 pad=64"] * 60
    lines += ["Pooling pool_size=47 stride=47", "Pooling pool_size=41 stride=41"]
    params: dict[str, Any] = {}
    for number in range(1, 61):
        params |= {f"W{number}": np.ones((1, 1, 1, 1)), f"b{number}": np.zeros(1)}
    params |= {"W61": np.zeros((16, 10)), "b61": np.zeros(10)}
    path = tmp_path / "w.safetensors"
    save_file(params, path, {FILE_KEY: described(lines)})
    with pytest.raises(WeightsError, match=r"Conv11: up to this layer .* numbers of one image"):
        open_network(path)


def check_engine(lines: list[str], input_dim: tuple[int, int, int], images: int) -> None:
    """The engine and the plain layers must give the same scores, loss and gradients."""
    rng = np.random.default_rng(1)
    network = OwnNetwork(lines, input_dim, 3, rng=rng, dtype=np.float64)
    plain = network.copy()
    x = rng.integers(0, 256, (images, *input_dim), dtype=np.uint8)
    t = rng.integers(0, 3, images)
    engine = Engine(network, threads=2)
    np.testing.assert_allclose(engine.predict(x), plain.predict(x), atol=1e-9)
    loss, grads = engine.loss_and_gradient(x, t)
    engine.close()
    expected_loss, expected = plain.loss_and_gradient(x, t)
    assert loss == pytest.approx(expected_loss, abs=1e-9)
    assert set(grads) == set(expected)
    for name, grad in expected.items():
        scale = 1 + np.abs(grad).max()
        np.testing.assert_allclose(grads[name] / scale, grad / scale, atol=1e-9)


def integers(name: str, low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda value: f"{name}={value}")


def line(kind: str, *values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.just(kind), *values).map(" ".join)


ANY_LINE = st.one_of(
    line(
        "Convolution",
        integers("filter_num", 1, 5),
        integers("filter_size", 1, 4),
        integers("stride", 1, 3),
        integers("pad", 0, 4),
    ),
    line("Pooling", integers("pool_size", 1, 3), integers("stride", 1, 3)),
    line("AveragePooling", integers("pool_size", 1, 3), integers("stride", 1, 3)),
    line("Subsampling", integers("pool_size", 1, 3)),
    line("LocalResponseNormalization", st.sampled_from(["n=1", "n=5"]), st.just("alpha=0.3")),
    line("Affine", integers("size", 1, 9)),
    *(st.just(kind) for kind in ("Relu", "Sigmoid", "Tanh", "BatchNormalization")),
)


@settings(deadline=None, max_examples=60, database=None)
@given(
    lines=st.lists(ANY_LINE, max_size=6),
    input_dim=st.tuples(st.integers(1, 3), st.integers(4, 10), st.integers(4, 10)),
    images=st.sampled_from([1, 3, 17]),
)
def test_the_engine_runs_any_layers_in_any_order(
    lines: list[str], input_dim: tuple[int, int, int], images: int
) -> None:
    try:
        OwnNetworkSettings(lines).shapes(input_dim, 3)
    except ConvlabError:
        return  # does not fit
    check_engine(lines, input_dim, images)


def test_every_layer_learns_on_the_engine() -> None:
    network = OwnNetwork(EVERY_LAYER, rng=np.random.default_rng(2))
    engine, optimizer = Engine(network, threads=2), Adam(lr=0.01)
    losses = [engine.step(PIXELS, LABELS, optimizer) for _ in range(60)]
    engine.sync()
    engine.close()
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert all(np.isfinite(array).all() for array in network.params.values())
    assert network.params["running_mean2"].any()
