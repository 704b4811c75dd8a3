"""The search finds the very patches that a look at every output finds."""

import numpy as np
import pytest

from convlab.errors import ConvlabError
from convlab.insight import exciting_patches as module
from convlab.insight.activations import INPUT, activations
from convlab.insight.exciting_patches import chunk_size, exciting_patches, multiply_adds
from convlab.insight.receptive_field import receptive_fields
from convlab.nn import DeepConvNet, LeNet, SimpleConvNet

IMAGES = np.random.default_rng(0).integers(0, 256, (37, 1, 28, 28), dtype=np.uint8)


def brute_force(network, layer, images, count):
    """Look at all outputs of all images at once."""
    out = activations(network, images)[layer]
    n, filters, _, width = out.shape
    flat = out.transpose(1, 0, 2, 3).reshape(filters, n, -1)
    best = flat.max(axis=2)
    order = np.argsort(-best, axis=1)[:, :count]
    places = np.take_along_axis(flat.argmax(axis=2), order, axis=1)
    return np.take_along_axis(best, order, axis=1), order, places // width, places % width


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        (SimpleConvNet(rng=np.random.default_rng(1)), "Conv1"),
        (LeNet(rng=np.random.default_rng(1)), "Conv2"),
        (DeepConvNet(rng=np.random.default_rng(1)), "Conv4"),
    ],
)
def test_it_agrees_with_brute_force(network, layer, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_CHUNK", 10)  # so that several chunks are merged
    found = exciting_patches(network.copy(), layer, IMAGES, 5)
    values, images, rows, columns = brute_force(network.copy(), layer, IMAGES, 5)
    np.testing.assert_allclose(found.values, values, rtol=1e-5)
    np.testing.assert_array_equal(found.images, images)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.columns, columns)


def test_the_patch_alone_gives_the_value():
    network = SimpleConvNet(rng=np.random.default_rng(1), dtype=np.float64)
    found = exciting_patches(network.copy(), "Conv1", IMAGES, 3)
    unit = (4, int(found.rows[4, 2]), int(found.columns[4, 2]))
    region = receptive_fields(network, "Conv1", unit)[INPUT]
    rows, columns = (slice(part.start, part.stop) for part in (region.rows, region.columns))
    patch = IMAGES[found.images[4, 2]][:, rows, columns] / 255
    value = (patch * network.params["W1"][4]).sum() + network.params["b1"][4]
    assert found.values[4, 2] == pytest.approx(value)


def test_what_is_best_so_far_is_told_and_the_end_can_be_asked_for():
    heard = []

    class StoppedError(Exception):
        pass

    def report(done, total, best):
        heard.append((done, total, best))
        if len(heard) == 2:
            raise StoppedError

    images = np.repeat(IMAGES, 20, axis=0)
    size = chunk_size(SimpleConvNet(), "Conv1")
    with pytest.raises(StoppedError):
        exciting_patches(SimpleConvNet(), "Conv1", images, 4, report)
    assert [(done, total) for done, total, _ in heard] == [(size, 740), (2 * size, 740)]
    assert heard[0][2].count == 4
    assert (heard[1][2].values >= heard[0][2].values).all()


def test_of_fewer_images_than_wanted_all_are_there():
    found = exciting_patches(SimpleConvNet(), "Conv1", IMAGES[:2], 9)
    assert found.values.shape == (30, 2)
    assert {*found.images[0]} == {0, 1}


def test_weights_that_are_not_finite_are_told_in_a_sentence():
    network = SimpleConvNet()
    network.params["W1"][0] = np.nan
    with pytest.raises(ConvlabError, match="no finite numbers"):
        exciting_patches(network, "Conv1", IMAGES, 3)


def test_the_work_of_a_search_is_that_of_the_convolutions():
    assert multiply_adds(SimpleConvNet(), "Conv1") == 30 * 24 * 24 * 25
    assert multiply_adds(LeNet(), "Conv2") == 6 * 28 * 28 * 25 + 16 * 10 * 10 * 150
