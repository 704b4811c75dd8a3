"""The lines of NumPy beside every array are run, and must make just that array."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from convlab.errors import ConvlabError
from convlab.insight.layer_lines import UNKNOWN, lines_of
from convlab.insight.one_step import OneStep, Stage, check_size, step_bytes, take_step
from convlab.nn.functions import col2im, im2col
from convlab.nn.layer import LAYERS
from convlab.nn.network import Network
from convlab.nn.network_settings import NETWORKS
from convlab.nn.networks.own_network import OwnNetworkSettings
from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.optimizers import SGD, Adam

EVERY_LAYER = (
    "Convolution filter_num=4 filter_size=3 pad=1",
    "BatchNormalization",
    "LocalResponseNormalization n=3 alpha=0.1",
    "Relu",
    "Pooling pool_size=3 stride=1",
    "Convolution filter_num=3 filter_size=2 stride=2",
    "Sigmoid",
    "AveragePooling pool_size=2 stride=1",
    "Subsampling",
    "Tanh",
    "Affine size=7",
    "BatchNormalization",
    "Dropout dropout_ratio=0.25",
)


def network_of(lines: Sequence[str] = EVERY_LAYER, channels: int = 2) -> Network:
    rng = np.random.default_rng(4)
    settings = OwnNetworkSettings(layers=list(lines))
    return settings.build((channels, 12, 12), 5, rng, np.float64)


def step_of(network: Network, optimizer: Optimizer, images: int = 3) -> OneStep:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 256, (images, *network.input_dim), np.uint8)
    return take_step(network, optimizer, x, rng.integers(0, 5, images))


def run(stage: Stage) -> dict[str, Any]:
    """Run the lines of a stage on what it is given."""
    tools = {
        "np": np,
        "im2col": im2col,
        "col2im": col2im,
        "sliding_window_view": sliding_window_view,
    }
    names = tools | {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in stage.given.items()
    }
    exec(stage.code, names)
    return names


def test_the_lines_of_every_layer_make_the_arrays_beside_them() -> None:
    step = step_of(network_of(), SGD())
    assert len([stage for stage in step.stages if stage.code]) > 2 * len(EVERY_LAYER)
    for stage in step.stages:
        if not stage.code:
            continue
        names = run(stage)
        for name, made in stage.made.items():
            message = f"{name} of {stage.title}"
            assert np.shape(names[name]) == made.shape, message
            np.testing.assert_allclose(names[name], made, rtol=1e-9, atol=1e-12, err_msg=message)


def test_every_layer_of_the_lab_has_lines_of_its_own() -> None:
    used = {line.split()[0] for line in EVERY_LAYER}
    assert used == set(LAYERS.names())
    layers = network_of().layers.values()
    assert not [layer for layer in layers if lines_of(layer) is UNKNOWN]


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_the_lines_of_every_optimizer_make_the_new_weights(name: str) -> None:
    network, optimizer = network_of(["Affine size=3"]), OPTIMIZERS.get(name)()
    first = step_of(network, optimizer)
    second = step_of(first.network.copy(), first.optimizer)  # which remembers something
    updates = [stage for stage in second.stages if stage.phase == "Update"]
    assert [stage.name for stage in updates] == ["W1", "b1", "W2", "b2"]
    for stage in updates:
        names = run(stage)
        for key, made in stage.made.items():
            np.testing.assert_allclose(names[key], made, rtol=1e-9, atol=1e-15, err_msg=key)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_a_step_is_that_of_the_network_and_the_optimizer(name: str) -> None:
    """The second way to the same weights: loss_and_gradient, then update."""
    settings = NETWORKS.get(name)()
    network = settings.build((1, 28, 28), 10, np.random.default_rng(0), np.float64)
    rng = np.random.default_rng(2)
    x, t = rng.integers(0, 256, (2, 1, 28, 28), np.uint8), np.array([3, 8])
    if any("Dropout" in shape.kind for shape in network.layer_shapes):
        pytest.skip("what dropout leaves out is drawn anew")
    other, optimizer = network.copy(), Adam()
    _, gradients = other.loss_and_gradient(x, t)
    optimizer.update(other.params, gradients)
    step = take_step(network.copy(), Adam(), x, t)
    for key, expected in other.params.items():
        np.testing.assert_allclose(step.network.params[key], expected, rtol=1e-9, err_msg=key)


def test_neither_the_given_optimizer_nor_the_weights_change() -> None:
    network, optimizer = network_of(["Affine size=3"]), Adam()
    before = {name: array.copy() for name, array in network.params.items()}
    step = step_of(network, optimizer)
    assert (optimizer.iterations, optimizer.state) == (0, {})
    assert step.optimizer.iterations == 1
    for name, array in before.items():
        np.testing.assert_array_equal(network.params[name], array)
        assert not np.array_equal(step.network.params[name], array)


def test_a_small_step_against_the_gradient_lessens_the_loss() -> None:
    step = step_of(network_of(["Affine size=6", "Tanh"]), SGD(lr=0.01), images=8)
    assert step.loss_after < step.loss_before


def test_a_single_image_and_a_network_without_convolution_do_too() -> None:
    stages = step_of(network_of([]), SGD(), images=1).stages
    titles = [stage.title for stage in stages]
    assert titles[0] == "Batch"
    assert titles[-1] == "Result"
    assert "Backward: Softmax" in titles


def test_arrays_that_would_not_fit_are_refused_with_advice() -> None:
    network = network_of(["Convolution filter_num=512 filter_size=9 pad=4"])
    check_size(network, SGD(), 10)
    with pytest.raises(ConvlabError, match="use at most") as raised:
        check_size(network, SGD(), 5000)
    most = int(str(raised.value).rsplit(" ", 1)[1].rstrip("."))
    check_size(network, SGD(), most)
    with pytest.raises(ConvlabError):
        check_size(network, SGD(), most + 1)


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
def test_the_parameters_count_in_what_a_step_takes(optimizer: Optimizer) -> None:
    network = network_of(["Affine size=2000"])
    tracemalloc.start()
    step = step_of(network, optimizer, images=1)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert step_bytes(network, optimizer, 1) == pytest.approx(kept, rel=0.3)
    assert step.stages


def test_more_parameters_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    network = network_of(["Affine size=2000"])
    monkeypatch.setattr("convlab.insight.one_step.MOST_BYTES", 4 * network.params["W1"].nbytes)
    with pytest.raises(ConvlabError, match="choose a smaller network"):
        check_size(network, SGD(), 1)


def test_the_loss_is_told_as_in_training_and_as_in_tests() -> None:
    step = step_of(network_of(["Affine size=40", "Dropout dropout_ratio=0.5"]), SGD())
    assert step.in_training == "dropout"
    assert step.loss_learned == float(
        next(s for s in step.stages if s.phase == "Loss").made["loss"]
    )
    assert step.loss_learned != step.loss_before
    plain = step_of(network_of(["Affine size=6"]), SGD())
    assert plain.in_training == ""
    assert plain.loss_learned == pytest.approx(plain.loss_before)
    assert "without" not in plain.stages[-1].about
