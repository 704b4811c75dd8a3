"""Occlusion covers squares one after another and measures what the score loses."""

import numpy as np
import pytest

from convlab.insight.occlusion import Squares, occlusion
from convlab.nn import SimpleConvNet
from convlab.nn.engine import Engine

IMAGE = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)


def brute_force(network, image, class_number, side, step):
    size = image.shape[1]
    starts = sorted({*range(0, size - side, step), size - side})
    falls = [[[] for _ in range(size)] for _ in range(size)]
    whole = network.predict(image[np.newaxis])[0, class_number]
    for top in starts:
        for left in starts:
            covered = image.copy()
            covered[:, top : top + side, left : left + side] = 0
            fall = whole - network.predict(covered[np.newaxis])[0, class_number]
            for row in range(top, top + side):
                for column in range(left, left + side):
                    falls[row][column].append(fall)
    return np.array([[np.mean(cell) for cell in row] for row in falls])


@pytest.mark.parametrize(("side", "step"), [(5, 2), (7, 7), (4, 3)])
def test_it_agrees_with_covering_by_hand_in_any_batch(side, step):
    network = SimpleConvNet(rng=np.random.default_rng(0), dtype=np.float64)
    found = occlusion(network.predict, IMAGE, 6, Squares(side, step))
    np.testing.assert_allclose(found, brute_force(network, IMAGE, 6, side, step), rtol=1e-9)


def test_the_engine_gives_the_same():
    network = SimpleConvNet(rng=np.random.default_rng(0))
    squares = Squares.for_network(network)
    plain = occlusion(network.predict, IMAGE, 6, squares)
    fast = occlusion(Engine(network).predict, IMAGE, 6, squares)
    np.testing.assert_allclose(fast, plain, rtol=1e-3, atol=1e-5)


def test_covering_what_is_black_anyway_loses_nothing():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 14, 14] = 255
    network = SimpleConvNet(weight_init_std=0.1, dtype=np.float64)
    found = occlusion(network.predict, image, 0, Squares(4, 4))
    np.testing.assert_allclose(found[:8], 0, atol=1e-12)
    assert found[13, 13] == found[14, 14]
    assert abs(found[14, 14]) > 1e-6


def test_colors_are_covered_with_their_mean():
    seen = []

    def scores(images):
        seen.append(images)
        return np.zeros((len(images), 2))

    image = np.zeros((3, 8, 8), np.uint8)
    image[1, ::2] = 100
    occlusion(scores, image, 0, Squares(4, 4))
    first = seen[1][0]
    assert first[:, :4, :4].reshape(3, -1).tolist() == [[0] * 16, [50] * 16, [0] * 16]
    np.testing.assert_array_equal(first[:, 4:], image[:, 4:])


def test_a_larger_network_gets_fewer_squares_that_still_cover_everything(monkeypatch):
    network = SimpleConvNet()
    usual = Squares.for_network(network)
    assert (usual.side, usual.step) == (5, 2)
    monkeypatch.setattr("convlab.insight.occlusion.MOST_WORK", 3e7)
    fewer = Squares.for_network(network)
    assert usual.step < fewer.step <= fewer.side == 5
    for squares in (usual, fewer):
        covered = {at + n for at in squares.starts(28) for n in range(squares.side)}
        assert covered == set(range(28))
