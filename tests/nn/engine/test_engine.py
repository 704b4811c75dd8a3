"""The images and labels that an engine takes, and what it says of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConvlabError
from convlab.nn import SGD, softmax
from convlab.nn.engine import PREDICTED_SHARD, Engine
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.network import Network

IMAGE = (2, 8, 8)  # of the network that the fixture makes


@pytest.mark.parametrize("n", [1, 2, PREDICTED_SHARD, PREDICTED_SHARD + 1, 3 * PREDICTED_SHARD + 7])
def test_it_predicts_one_image_or_many(
    network: Network, batch: Callable[..., Any], assert_close: Callable[..., None], n: int
) -> None:
    engine = Engine(network)
    x, t = batch(network, n)
    assert_close(engine.predict(x), network.predict(x))
    assert_close(engine.probabilities(x), softmax(network.predict(x)))
    assert engine.accuracy(x, t) == network.accuracy(x, t)
    assert engine.accuracy(x, network.predict(x).argmax(axis=1)) == 1.0


def test_it_predicts_no_image(network: Network) -> None:
    assert Engine(network).predict(np.zeros((0, *IMAGE))).shape == (0, 4)


def test_the_order_of_images_is_kept(network: Network, batch: Callable[..., Any]) -> None:
    x, _ = batch(network, 120)
    engine = Engine(network)
    np.testing.assert_allclose(engine.predict(x[::-1]), engine.predict(x)[::-1], rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float16, bool])
@pytest.mark.parametrize("flat", [False, True])
def test_images_come_in_every_form_that_the_network_admits(
    network: Network, assert_agrees: Callable[..., None], dtype: type, flat: bool
) -> None:
    rng = np.random.default_rng(0)
    x = (
        rng.integers(0, 256, (18, *IMAGE))
        if dtype is np.uint8
        else rng.integers(0, 2, (18, *IMAGE))
    )
    x = x.astype(dtype)
    assert_agrees(network, x.reshape(18, -1) if flat else x, rng.integers(0, 4, 18))


def test_images_need_not_lie_in_one_piece(
    network: Network, batch: Callable[..., Any], assert_agrees: Callable[..., None]
) -> None:
    x, t = batch(network, 40)
    x.flags.writeable = False
    assert_agrees(network, x[::2, :, ::-1], t[::2])


def test_labels_may_be_one_hot(network: Network, batch: Callable[..., Any]) -> None:
    x, t = batch(network, 18)
    engine = Engine(network)
    assert engine.loss_and_gradient(x, np.eye(4)[t])[0] == engine.loss_and_gradient(x, t)[0]
    assert engine.accuracy(x, np.eye(4)[t]) == engine.accuracy(x, t)


def test_images_of_another_shape_are_refused(network: Network) -> None:
    engine = Engine(network)
    with pytest.raises(ConvlabError, match=r"images of shape \(N, 2, 8, 8\)"):
        engine.predict(np.zeros((3, 1, 8, 8)))
    with pytest.raises(ConvlabError, match=r"received an array of shape \(3, 9\)"):
        engine.step(np.zeros((3, 9)), np.zeros(3, int), SGD())


@pytest.mark.parametrize("labels", [[0, 1, 4], [0, 1, -1]])
def test_classes_that_do_not_exist_are_refused(network: Network, labels: list[int]) -> None:
    with pytest.raises(ConvlabError, match="Labels must be from 0 to 3"):
        Engine(network).step(np.zeros((3, *IMAGE)), np.array(labels), SGD())


@pytest.mark.parametrize(("images", "labels"), [(20, 19), (20, 21), (3, 2), (3, 4)])
def test_as_many_labels_as_images_are_needed(network: Network, images: int, labels: int) -> None:
    with pytest.raises(ConvlabError, match=f"{images} images but {labels} labels"):
        Engine(network).step(np.zeros((images, *IMAGE)), np.zeros(labels, int), SGD())


def test_after_a_batch_of_another_size_the_first_size_gives_the_same_again(
    network: Network, batch: Callable[..., Any]
) -> None:
    engine = Engine(network)
    found = {n: engine.loss_and_gradient(*batch(network, n)) for n in (33, 16, 15, 2)}
    for n, (loss, grads) in found.items():
        again_loss, again = engine.loss_and_gradient(*batch(network, n))
        assert again_loss == loss
        for name, grad in grads.items():
            np.testing.assert_array_equal(again[name], grad)


def test_large_scores_do_not_overflow(
    build: Callable[..., Network], batch: Callable[..., Any], assert_agrees: Callable[..., None]
) -> None:
    network = build([AffineSettings(4)], IMAGE)
    x, t = batch(network, 18)
    assert_agrees(network, 1e4 * x, t)
