import numpy as np
import pytest

from convlab.data.dataset import ImageSet
from convlab.insight.activations import activations
from convlab.insight.health import (
    LEVELS,
    Step,
    dead_share,
    histogram,
    measure,
    probe,
    quantiles,
    saturated_share,
    update_ratio,
)
from convlab.nn.description import NetworkDescription
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.network_settings import NETWORKS, build_network

DEEP = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=3", "BatchNormalization", "Relu", "Affine size=6", "Tanh"]},
)


def noise(n):
    images = np.random.default_rng(1).integers(0, 256, (n, 1, 28, 28), dtype=np.uint8)
    return ImageSet(images, np.arange(n) % 10)


def measured(description, **changes):
    network = build_network(description, np.float64)
    for key, value in changes.items():
        network.params[key][...] = value
    images = noise(12)
    return network, images, measure(network.copy(), images, 7)


def test_a_layer_is_told_by_the_activation_behind_it():
    _, _, health = measured(DEEP)
    told = [(layer.name, layer.activation) for layer in health.layers]
    assert told == [("Conv1", "Relu"), ("Affine1", "Tanh"), ("Affine2", "")]
    assert health.iteration == 7
    assert health.images == 12


def test_gradient_norms_are_those_of_finite_differences():
    network, images, health = measured(DEEP)
    double = network.copy()
    gradient = numerical_gradient(
        lambda _: double.loss(images.images, images.labels), double.params["W4"]
    )
    assert health.layer("Affine2").gradient_norm == pytest.approx(
        np.sqrt((gradient**2).sum()), rel=1e-5
    )


def test_the_loss_is_that_of_a_network_that_predicts():
    network, images, health = measured(DEEP)
    probabilities = network.probabilities(images.images)
    right = probabilities[np.arange(12), images.labels]
    assert health.loss == pytest.approx(-np.log(right).mean())


def test_activations_are_taken_behind_the_activation():
    network, images, health = measured(DEEP)
    out = activations(network, images.images)["Relu1"]
    assert health.layer("Conv1").activations[0] == 0.0
    assert health.layer("Conv1").activations[-1] == pytest.approx(out.max(), rel=1e-6)


@pytest.mark.parametrize("name", ["SimpleConvNet", "LeNet", "AlexNet", "DeepConvNet", "OwnNetwork"])
def test_every_network_can_be_measured(name):
    network = NETWORKS.get(name)().build((1, 28, 28), 10, np.random.default_rng(0))
    health = measure(network, noise(8))
    assert len(health.layers) >= 3
    assert all(layer.is_finite and layer.gradient_norm > 0 for layer in health.layers)


def test_weights_that_are_not_finite_are_no_error():
    _, _, health = measured(DEEP, W1=np.nan)
    assert not health.layer("Conv1").is_finite
    assert np.isnan(health.layer("Conv1").weights).all()


def test_the_update_is_a_share_of_the_weights_an_iteration():
    before, after = np.array([[3.0, 4.0]]), np.array([[6.0, 8.0]])
    assert update_ratio(before, after, 1) == pytest.approx(0.5)
    assert update_ratio(before, after, 10) == pytest.approx(0.05)
    assert update_ratio(before, np.zeros((1, 2)), 1) == 0.0


def test_a_step_before_gives_the_ratio_of_every_layer():
    network = build_network(DEEP)
    before = {key: array / 2 for key, array in network.params.items()}
    health = measure(network.copy(), noise(8), 10, Step(before, 5))
    assert [layer.update_ratio for layer in health.layers] == pytest.approx([0.1] * 3, rel=1e-5)


def test_relus_behind_a_convolution_count_as_one_a_filter():
    outputs = np.zeros((2, 4, 3, 3))
    outputs[1, 2, 0, 0] = 0.1  # one image, one place: this filter is alive
    assert dead_share(outputs) == 0.75
    assert dead_share(np.array([[0.0, 1.0], [0.0, 0.0]])) == 0.5


def test_saturation_is_counted_near_both_ends():
    assert saturated_share(np.array([0.0, 0.04, 0.5, 0.96]), "Sigmoid") == 0.75
    assert saturated_share(np.array([-0.99, -0.5, 0.0, 0.95]), "Tanh") == 0.5


def test_a_histogram_from_quantiles_is_that_of_the_values():
    values = np.random.default_rng(0).normal(0.0, 2.0, 15_000)
    edges = np.linspace(-9.0, 9.0, 40)
    counted = np.histogram(values, edges)[0] / len(values)
    assert np.abs(histogram(quantiles(values), edges) - counted).max() < 0.006
    assert histogram(quantiles(values), edges).sum() == pytest.approx(1.0)


def test_many_zeros_fall_into_the_row_of_zero():
    values = np.concatenate([np.zeros(700), np.linspace(0.5, 10.0, 300)])
    shares = histogram(quantiles(values), np.array([-1.0, -0.1, 0.1, 5.0, 11.0]))
    assert shares[0] == 0.0
    assert shares[1] == pytest.approx(0.7, abs=0.03)
    assert shares.sum() == pytest.approx(1.0)


def test_quantiles_keep_the_ends_of_large_layers():
    values = np.zeros(100_000)
    values[77_777] = 5.0
    found = quantiles(values)
    assert len(found) == len(LEVELS)
    assert found[-1] == 5.0
    assert found[-3] == 0.0


@pytest.mark.parametrize("filters", [13, 24, 26, 30])
def test_quantiles_of_maps_are_of_all_their_columns(filters):
    maps = np.random.default_rng(0).normal(size=(64, filters, 24, 24))
    maps *= np.arange(24)  # every column has a spread of its own
    found = np.interp([0.05, 0.5, 0.9, 0.99], LEVELS, quantiles(maps))
    np.testing.assert_allclose(found, np.quantile(maps, [0.05, 0.5, 0.9, 0.99]), atol=2.0)


def test_quantiles_are_not_those_of_the_first_values():
    values = np.linspace(0.0, 1.0, 300_000)  # so the first 20,000 are the smallest
    np.testing.assert_allclose(quantiles(values), LEVELS, atol=0.001)


def test_probe_images_are_spread_over_the_set_and_always_the_same():
    network = build_network(DEEP)
    images = noise(640)
    first, second = probe(images, network), probe(images, network)
    assert len(first) == 64
    assert len(set(first.labels.tolist())) == 10
    assert np.array_equal(first.images, second.images)
    assert len(probe(noise(5), network)) == 5
