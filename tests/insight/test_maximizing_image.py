"""Climbing from noise finds images that excite a filter more than any patch does."""

import numpy as np
import pytest

from convlab.errors import ConvlabError
from convlab.insight.activations import activations
from convlab.insight.maximizing_image import maximizing_images
from convlab.nn import LeNet, SimpleConvNet
from convlab.nn.network_settings import open_network
from convlab.resources import resource

RNG_SEED = 5


def test_in_the_first_layer_it_comes_near_the_best_that_there_can_be():
    network = SimpleConvNet(rng=np.random.default_rng(0), dtype=np.float64)
    found = maximizing_images(network.copy(), "Conv1", np.random.default_rng(RNG_SEED), steps=80)
    weights = network.params["W1"]
    best = np.maximum(weights, 0).sum(axis=(1, 2, 3)) + network.params["b1"]
    assert (found.values <= best + 1e-9).all()  # white where the weights are positive
    assert (found.values > 0.97 * best).all()
    rows, columns = (slice(at, at + 5) for at in (found.row, found.column))
    bright = found.images[:, :, rows, columns] > 0.5
    strong = np.abs(weights) > 0.3 * np.abs(weights).max(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_array_equal(bright[strong], weights[strong] > 0)


def test_each_value_is_what_its_filter_makes_of_its_image():
    network = LeNet(rng=np.random.default_rng(0))
    found = maximizing_images(network.copy(), "Conv2", np.random.default_rng(RNG_SEED), steps=6)
    maps = activations(network, found.images)["Conv2"]
    own = np.arange(16)
    np.testing.assert_allclose(
        found.values, maps[own, own, found.row, found.column], rtol=1e-4, atol=1e-5
    )
    assert found.images.min() >= 0
    assert found.images.max() <= 1


def test_the_images_grow_better_and_are_seen_as_they_form():
    seen = []
    network = LeNet(rng=np.random.default_rng(0), activation="relu")
    found = maximizing_images(
        network,
        "Conv2",
        np.random.default_rng(RNG_SEED),
        lambda done, total, so_far: seen.append((done, total, so_far)),
        steps=10,
    )
    first, last = seen[0][2], seen[10][2]
    some = ~np.isnan(first.values)
    assert some.sum() == 8  # the others come later
    assert (last.values[some] > first.values[some]).all()
    assert seen[-1][:2] == (20, 20)
    np.testing.assert_array_equal(seen[-1][2].images, found.images)
    assert seen[0][2].images is not found.images


def test_only_behind_the_first_convolution_image_and_gradient_are_blurred(monkeypatch):
    network = LeNet(rng=np.random.default_rng(0), activation="relu")

    def images(layer):
        return maximizing_images(network, layer, np.random.default_rng(RNG_SEED), steps=3).images

    usual = images("Conv1"), images("Conv2")
    for name, none in {"BLUR": 0.0, "PASSES": 0, "DEEP_DECAY": 0.0}.items():
        with monkeypatch.context() as without:
            without.setattr(f"convlab.insight.maximizing_image.{name}", none)
            np.testing.assert_array_equal(images("Conv1"), usual[0])
            assert np.abs(images("Conv2") - usual[1]).max() > 0.001


def test_in_a_deep_layer_strokes_are_found_that_excite_nearly_as_much_as_noise(monkeypatch):
    network = open_network(resource("weights/deepconvnet.safetensors"))

    def climbed():
        found = maximizing_images(network, "Conv3", np.random.default_rng(RNG_SEED), steps=16)
        return np.abs(np.diff(found.images)).mean(), found.values.mean()

    roughness, value = climbed()
    for name, none in {"BLUR": 0.0, "PASSES": 0, "DEEP_DECAY": 0.002}.items():
        monkeypatch.setattr(f"convlab.insight.maximizing_image.{name}", none)
    noise_roughness, noise_value = climbed()
    assert roughness < 0.8 * noise_roughness
    assert value > 0.8 * noise_value


def test_the_same_noise_gives_the_same_images():
    network = SimpleConvNet(rng=np.random.default_rng(0))
    one, other = (
        maximizing_images(network.copy(), "Conv1", np.random.default_rng(RNG_SEED), steps=3)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.images, other.images)


def test_weights_that_are_not_finite_are_told_in_a_sentence():
    network = SimpleConvNet()
    network.params["W1"][0] = np.nan
    with pytest.raises(ConvlabError, match="no finite numbers"):
        maximizing_images(network, "Conv1", np.random.default_rng(RNG_SEED), steps=2)
