import numpy as np
import pytest

from convlab.data.dataset import ImageSet
from convlab.insight.filter_edit import (
    PRESETS,
    SMALLEST_PRESET,
    Filter,
    blob,
    change_by,
    class_accuracy,
    edited,
    first_layer,
    images_to_test,
    laplacian,
    sobel_x,
    sobel_y,
)
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 8})


def noise(n):
    images = np.random.default_rng(1).integers(0, 256, (n, 1, 28, 28), dtype=np.uint8)
    return ImageSet(images, np.arange(n) % 10)


@pytest.fixture
def network():
    network = build_network(SMALL)
    network.params["b1"][...] = 0.5
    return network


@pytest.fixture
def each():
    return Filter(np.random.default_rng(0).normal(size=(1, 5, 5)).astype(np.float32), 0.25)


def test_edits_change_a_copy_and_leave_the_rest_alone(network, each):
    before = {key: array.copy() for key, array in network.params.items()}
    changed = edited(network, {2: each, 0: each.muted()})
    assert np.array_equal(changed.params["W1"][2], each.kernel)
    assert changed.params["b1"][2] == 0.25
    assert not changed.params["W1"][0].any()
    assert changed.params["b1"][0] == 0.0
    assert np.array_equal(changed.params["W1"][[1, 3]], before["W1"][[1, 3]])
    assert all(np.array_equal(array, before[key]) for key, array in network.params.items())


def test_a_muted_filter_gives_zero_everywhere(network):
    own = first_layer(network).filters(network)[1]
    changed = edited(network, {1: own.muted()})
    out = changed.layers["Conv1"].forward(noise(2).images / np.float32(255))
    assert not out[:, 1].any()
    assert out[:, 0].any()


def test_strength_can_be_matched(each):
    assert each.scaled_to(3.0).strength == pytest.approx(3.0, rel=1e-6)
    assert each.muted().scaled_to(3.0).strength == 0.0


def test_a_number_is_written_in_one_channel_or_all():
    each = Filter(np.zeros((3, 3, 3), np.float32), 0.0)
    assert each.with_weight(1, 0, 2, 5.0).kernel[:, 0, 2].tolist() == [0, 5, 0]
    assert each.with_weight(None, 0, 2, 5.0).kernel[:, 0, 2].tolist() == [5, 5, 5]
    assert not each.kernel.any()


def test_a_pattern_is_shared_out_among_channels():
    each = Filter(np.zeros((3, 5, 5), np.float32), 1.0).with_pattern(sobel_x(5))
    assert np.allclose(each.kernel.sum(axis=0), sobel_x(5))
    assert each.bias == 0.0


def test_sobel_finds_the_slope_of_a_ramp():
    ramp = np.tile(np.arange(5.0), (5, 1))
    assert (sobel_x(5) * ramp).sum() == 8.0  # eight times the slope
    assert (sobel_y(5) * ramp).sum() == 0.0
    assert (laplacian(5) * ramp).sum() == 0.0


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 11])
def test_presets_fill_filters_of_any_size_that_they_fit(name, size):
    if size < SMALLEST_PRESET.get(name, 1):
        with pytest.raises(ValueError, match="does not fit"):
            PRESETS[name](size)
        return
    pattern = PRESETS[name](size)
    assert pattern.shape == (size, size)
    assert pattern.any()
    total = pattern.sum()
    assert total == pytest.approx(1.0 if name == "Average" else 0.0, abs=1e-9)


def test_a_blob_is_round_and_light_in_the_middle():
    spot = blob(7)
    assert spot[3, 3] == 1.0
    assert np.allclose(spot, spot.T)
    assert spot[0, 0] < 0


def test_accuracy_by_class_is_what_counting_gives(network):
    images = noise(57)
    found = class_accuracy(network, images)
    answers = network.predict(images.images).argmax(axis=1)
    for number in range(10):
        own = images.labels == number
        assert found.count[number] == own.sum()
        assert found.right[number] == (answers[own] == number).sum()
    assert found.total == pytest.approx((answers == images.labels).mean())
    assert np.isnan(class_accuracy(network, noise(5)).shares[5:]).all()


def test_scores_that_are_not_finite_are_no_right_answers(network):
    images = noise(50)
    edits = {0: Filter(np.full((1, 5, 5), 1e38), 0.0)}
    change = change_by(network, edits, images)
    assert change.before.unread == 0
    assert change.after.unread == 50
    assert change.after.right.sum() == 0


def test_no_edits_change_nothing_and_all_muted_leave_a_guess(network):
    images = noise(50)
    same = change_by(network, {}, images)
    assert same.before is same.after
    muted = {n: each.muted() for n, each in enumerate(first_layer(network).filters(network))}
    changed = change_by(network, muted, images, same.before)
    assert changed.before is same.before
    assert (changed.after.shares > 0).sum() == 1  # the same answer for every image


def test_a_network_that_begins_otherwise_has_no_first_filters():
    assert first_layer(build_network(NetworkDescription("OwnNetwork", {"layers": []}))) is None
    later = {"layers": ["Tanh", "Convolution filter_num=2"]}
    assert first_layer(build_network(NetworkDescription("OwnNetwork", later))) is None
    assert first_layer(build_network(NetworkDescription("LeNet"))).weights == "W1"


def test_the_images_to_test_are_spread_over_the_test_set(network):
    assert len(images_to_test(noise(40), network)) == 40
    many = noise(3_000)
    chosen = images_to_test(many, network)
    assert len(chosen) == 1_000
    assert np.array_equal(chosen.images[-1], many.images[-1])
