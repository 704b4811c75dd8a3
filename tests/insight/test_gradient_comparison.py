"""Right gradients pass, wrong ones are found, and kinks are told from mistakes."""

import numpy as np
import pytest

from convlab.data.progress import CanceledError
from convlab.insight.gradient_comparison import Comparison, Verdict, compare_gradients
from convlab.nn.layers.affine import Affine
from convlab.nn.layers.relu import Relu
from convlab.nn.network import Network
from convlab.nn.networks.own_network import OwnNetworkSettings

RNG = np.random.default_rng(8)
IMAGES = RNG.integers(0, 256, (3, 1, 8, 8), np.uint8)
LABELS = np.array([0, 3, 1])


def network_of(*lines: str) -> Network:
    settings = OwnNetworkSettings(layers=list(lines))
    return settings.build((1, 8, 8), 4, np.random.default_rng(0), np.float32)


def compared(
    network: Network, most: int = 12, names: tuple[str, ...] = ()
) -> dict[str, Comparison]:
    entries = dict.fromkeys(names or network.params, most)
    found = compare_gradients(network, IMAGES, LABELS, entries, np.random.default_rng(1))
    return {one.name: one for one in found}


def test_every_layer_of_a_network_agrees() -> None:
    network = network_of(
        "Convolution filter_num=3 filter_size=3",
        "BatchNormalization",
        "Tanh",
        "AveragePooling",
        "Subsampling pool_size=3",
        "Affine size=6",
        "Sigmoid",
        "Dropout dropout_ratio=0.5",  # which would make every pass another function
    )
    found = compared(network)
    assert list(found) == list(network.params)
    no_effect = found.pop("b1")  # the normalization takes every bias away again
    assert no_effect.verdict is Verdict.TINY
    for one in found.values():
        assert one.verdict is Verdict.AGREE, one
        assert one.error < 1e-6


def test_the_numbers_are_those_of_the_networks_own_two_ways() -> None:
    network = network_of("Affine size=5", "Tanh")
    double = network.copy(np.float64)
    gradient, numerical = double.gradient(IMAGES, LABELS), double.numerical_gradient(IMAGES, LABELS)
    one = compared(network, most=10_000)["W1"]
    assert one.total == len(one.places) == network.params["W1"].size
    places = tuple(one.places.T)
    np.testing.assert_allclose(one.backward, gradient["W1"][places], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(one.numerical, numerical["W1"][places], atol=1e-9)


def test_of_a_large_array_some_numbers_are_drawn_once_each() -> None:
    one = compared(network_of("Affine size=5"), most=7)["W1"]
    assert one.places.shape == (7, 2)
    assert len({tuple(place) for place in one.places.tolist()}) == 7
    assert one.shape == (64, 5)


def test_a_backward_that_is_wrong_by_a_thousandth_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = Affine.backward

    def wrong(layer: Affine, dout: np.ndarray) -> np.ndarray:
        dx = right(layer, dout)
        layer.dW = layer.dW * 1.001
        return dx

    monkeypatch.setattr(Affine, "backward", wrong)
    found = compared(network_of("Affine size=5", "Tanh"))
    assert found["W1"].verdict is Verdict.DIFFER
    assert found["b1"].verdict is Verdict.AGREE


def test_a_relu_that_begins_just_there_is_a_kink_and_no_mistake() -> None:
    network = network_of("Affine size=5", "Relu")
    network.params["W1"][:, 2] = 0
    network.params["b1"][2] = 0  # just where the ReLU begins
    one = compared(network, names=("b1",))["b1"]
    assert one.kinks.tolist() == [False, False, True, False, False]
    assert one.verdict is Verdict.KINK


def test_a_wrong_relu_is_no_kink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Relu, "backward", lambda layer, dout: dout)
    assert compared(network_of("Affine size=5", "Relu"))["W1"].verdict is Verdict.DIFFER


def test_gradients_that_rounding_hides_are_not_called_right() -> None:
    network = network_of()
    network.params["b1"][:] = [60, 0, 0, 0]
    found = compare_gradients(network, IMAGES[:1], LABELS[:1], {"W1": 20}, np.random.default_rng(1))
    assert found[0].largest < 1e-20
    assert found[0].verdict is Verdict.TINY


def test_weights_out_of_range_do_not_agree() -> None:
    network = network_of("Affine size=5")
    network.params["W1"][0, 0] = np.nan
    with np.errstate(all="ignore"):
        assert compared(network)["W1"].verdict is Verdict.DIFFER


def test_the_network_stays_as_it_is_and_the_work_can_be_given_up() -> None:
    network = network_of("BatchNormalization", "Affine size=5")
    before = {name: array.copy() for name, array in network.params.items()}
    told: list[tuple[int, int]] = []

    def report(done: int, total: int, seen: object) -> None:
        told.append((done, total))
        if done > 20:
            raise CanceledError("enough")

    entries = dict.fromkeys(network.params, 30)
    with pytest.raises(CanceledError):
        compare_gradients(network, IMAGES, LABELS, entries, np.random.default_rng(1), report)
    assert told[0][0] == 0
    assert len({total for _, total in told}) == 1
    for name, array in before.items():
        np.testing.assert_array_equal(network.params[name], array)
