"""A score is split into parts that add up to it, for every network and every kind of layer."""

import numpy as np
import pytest

from convlab.insight.contributions import (
    bent_layers,
    contributions,
    patch_sums,
    stage_layers,
)
from convlab.nn import LeNet, SimpleConvNet
from convlab.nn.layer import LAYERS
from convlab.nn.network_settings import NETWORKS
from convlab.nn.networks.own_network import OwnNetwork

IMAGE = np.random.default_rng(3).integers(0, 256, (1, 28, 28), dtype=np.uint8)
COLORS = np.random.default_rng(4).integers(0, 256, (3, 12, 12), dtype=np.uint8)


def unsettled(network, seed=0):
    """Give a network biases, and running averages, that are not zero, as training does."""
    rng = np.random.default_rng(seed)
    for values in network.params.values():
        if values.ndim == 1:
            values += rng.uniform(0.1, 0.5, values.shape)
    return network


def small(name):
    own = {"AlexNet": {"geometry": "small"}}
    return unsettled(
        NETWORKS.get(name)(**own.get(name, {})).build(
            (1, 28, 28), 10, np.random.default_rng(0), np.float64
        )
    )


def assert_adds_up(split):
    for stage in split.stages:
        size = max(abs(stage.total), np.abs(stage.parts).sum(), 1e-12)
        assert abs(stage.parts.sum() + stage.constant - stage.total) <= 1e-6 * size


@pytest.mark.parametrize("name", NETWORKS.names())
def test_at_every_stage_the_parts_and_the_biases_add_up_to_the_score(name):
    network = small(name)
    split = contributions(network, IMAGE, 3)
    scores = network.predict(IMAGE[np.newaxis])[0]
    assert split.score == pytest.approx(scores[3], rel=1e-12)
    assert [stage.layer for stage in split.stages][-1] == "Input"
    for stage in split.stages:
        assert stage.total == split.score
        added = stage.parts.sum() + stage.constant
        assert added == pytest.approx(split.score, rel=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("pooling", ["subsampling", "max"])
def test_both_forms_of_lenet_add_up(activation, pooling):
    network = unsettled(LeNet(activation=activation, pooling=pooling, dtype=np.float64))
    for stage in contributions(network, IMAGE).stages:
        assert stage.parts.sum() + stage.constant == pytest.approx(stage.total, rel=1e-6)


@pytest.mark.parametrize("kind", LAYERS.names())
def test_every_kind_of_layer_adds_up_in_a_network_of_colors(kind):
    convolution = "Convolution filter_num=4 filter_size=3 pad=1"
    lines = [convolution, kind, "Relu", "Affine size=7", "Tanh"]
    if kind == "Affine":
        lines = ["Affine size=9", "Sigmoid", "Affine size=7"]
    network = unsettled(OwnNetwork(lines, (3, 12, 12), 5, dtype=np.float64))
    assert_adds_up(contributions(network, COLORS))


def test_the_answer_is_split_unless_a_class_is_named():
    network = small("SimpleConvNet")
    scores = network.predict(IMAGE[np.newaxis])[0]
    assert contributions(network, IMAGE).class_number == scores.argmax()
    assert contributions(network, IMAGE, 7).score == pytest.approx(scores[7])


def test_a_hidden_unit_adds_its_value_times_its_weight():
    network = small("SimpleConvNet")
    units = contributions(network, IMAGE, 2).stages[0]
    assert units.layer == "Relu2"
    np.testing.assert_allclose(units.parts, units.values * network.params["W3"][:, 2])
    assert units.constant == pytest.approx(network.params["b3"][2])


def test_without_bends_a_pixel_adds_its_value_times_the_gradient():
    network = small("SimpleConvNet")
    pixels = contributions(network, IMAGE, 2).stages[-1]
    image = IMAGE / 255
    row, column = 11, 14
    step = np.zeros_like(image)
    step[0, row, column] = 1e-6
    ahead, behind = (network.predict((image + sign * step)[np.newaxis])[0, 2] for sign in (1, -1))
    slope = (ahead - behind) / 2e-6
    assert pixels.parts[0, row, column] == pytest.approx(image[0, row, column] * slope, rel=1e-5)


def test_taking_a_part_away_takes_just_that_from_the_score():
    network = small("SimpleConvNet")
    before = contributions(network, IMAGE, 2)
    unit = int(before.stages[0].parts.argmax())
    network.params["W3"][unit] = 0
    after = contributions(network, IMAGE, 2)
    assert before.score - after.score == pytest.approx(before.stages[0].parts[unit])


def test_what_goes_through_chosen_units_adds_up_to_their_parts():
    network = small("SimpleConvNet")
    whole = contributions(network, IMAGE, 2)
    unit = int(whole.stages[0].parts.argmax())
    units, maps, pixels = contributions(network, IMAGE, 2, {"Relu2": unit, "Pool1": 4}).stages
    assert units.total == whole.score
    assert maps.total == pytest.approx(whole.stages[0].parts[unit])
    assert pixels.total == pytest.approx(maps.parts[4].sum())
    for stage in (units, maps, pixels):
        assert stage.parts.sum() + stage.constant == pytest.approx(stage.total, rel=1e-6)


def test_the_shares_of_all_maps_of_a_unit_are_the_unit():
    network = small("SimpleConvNet")
    unit = int(contributions(network, IMAGE, 2).stages[0].parts.argmax())
    pixels = [
        contributions(network, IMAGE, 2, {"Relu2": unit, "Pool1": number}).stages[2]
        for number in range(30)
    ]
    maps = contributions(network, IMAGE, 2, {"Relu2": unit}).stages[1]
    by_maps = sum(stage.parts.sum() + stage.constant for stage in pixels)
    assert by_maps + maps.constant == pytest.approx(maps.total)


def test_stages_follow_the_network():
    assert stage_layers(SimpleConvNet()) == ("Relu2", "Pool1", "Input")
    assert stage_layers(small("DeepConvNet")) == ("Relu7", "Pool3", "Input")
    assert stage_layers(OwnNetwork([])) == ("Input",)
    assert stage_layers(OwnNetwork(["Affine size=5", "Relu"])) == ("Relu1", "Input")
    assert stage_layers(OwnNetwork(["Convolution", "Relu"])) == ("Relu1", "Input")


def test_what_bends_is_named():
    assert bent_layers(SimpleConvNet()) == ()
    assert bent_layers(small("AlexNet")) == ("Lrn1", "Lrn2")


def test_patches_add_up_their_pixels_also_at_the_edges():
    parts = np.arange(2 * 5 * 7, dtype=float).reshape(2, 5, 7)
    sums = patch_sums(parts, 3)
    assert sums.shape == (2, 3)
    assert sums[0, 1] == parts[:, :3, 3:6].sum()
    assert sums[1, 2] == parts[:, 3:, 6:].sum()
