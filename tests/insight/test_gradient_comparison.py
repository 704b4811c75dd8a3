"""Right gradients pass, wrong ones are found, and kinks are told from mistakes."""

from typing import Any

import numpy as np
import pytest

from convlab.data.progress import CanceledError
from convlab.insight.activations import activations
from convlab.insight.gradient_comparison import Comparison, Verdict, compare_gradients
from convlab.nn.layers.affine import Affine
from convlab.nn.layers.convolution import Convolution
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


def spoil(
    monkeypatch: pytest.MonkeyPatch, kind: type[Affine] | type[Convolution], factor: float
) -> None:
    """Let the gradient of the weights of such layers be wrong by a factor."""
    right = kind.backward

    def wrong(layer: Any, dout: np.ndarray) -> np.ndarray:
        dx = right(layer, dout)
        layer.dW = layer.dW * factor
        return dx

    monkeypatch.setattr(kind, "backward", wrong)


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
    for average in ("running_mean2", "running_var2"):  # which nothing learns
        assert found.pop(average).verdict is Verdict.ZERO
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
    spoil(monkeypatch, Affine, 1.001)
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


def test_a_wrong_gradient_is_found_even_if_rounding_is_loud(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At a place without a kink, no smaller step, whose rounding is larger, excuses it."""
    network = network_of("Affine size=5", "Relu")
    network.params["b2"][:] = [0, 18, 2, 2]  # certain and right, so the gradients are small
    labels = np.array([1, 1, 1])
    spoil(monkeypatch, Affine, 1.001)
    rng = np.random.default_rng(1)
    (one,) = compare_gradients(network, IMAGES, labels, {"W1": 30}, rng)
    wrong_ones = np.abs(one.backward) > 0.2 * one.largest
    assert 10 * one.noise > 0.001 * one.largest  # as a smaller step's is
    assert not one.kinks[wrong_ones].any()
    assert one.verdict is Verdict.DIFFER


BEHIND_IT = (  # a normalization of few numbers, which enlarges rounding before it
    "Convolution filter_num=8 filter_size=3 pad=1",
    "BatchNormalization",
    "Relu",
    "Pooling pool_size=2 stride=2",
    "Affine size=30",
    "BatchNormalization",
    "Relu",
)


def test_rounding_that_a_normalization_enlarges_is_no_mistake() -> None:
    for seed in range(6):
        settings = OwnNetworkSettings(layers=list(BEHIND_IT))
        network = settings.build((1, 8, 8), 4, np.random.default_rng(seed), np.float32)
        for name, one in compared(network, most=40).items():
            assert one.verdict is not Verdict.DIFFER, (seed, name, one.difference, one.noise)


def test_before_a_normalization_a_gradient_wrong_by_a_hundredth_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(monkeypatch, Convolution, 1.01)
    assert compared(network_of(*BEHIND_IT), most=40)["W1"].verdict is Verdict.DIFFER


def test_a_kink_between_two_numbers_is_seen_and_the_slope_beside_it_checked() -> None:
    network = network_of("Affine size=5", "Relu").copy(np.float64)
    out = activations(network, IMAGES)["Affine1"]
    network.params["b1"][1] += 3e-6 - out[0, 1]  # a ReLU begins to pass within the step
    one = compared(network, names=("b1",))["b1"]
    assert one.kinks[1]
    assert one.verdict is Verdict.KINK


def test_a_wrong_slope_beside_a_kink_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    network = network_of("Affine size=5", "Relu").copy(np.float64)
    out = activations(network, IMAGES)["Affine1"]
    network.params["b1"][1] += 3e-6 - out[0, 1]
    right = Affine.backward

    def wrong(layer: Affine, dout: np.ndarray) -> np.ndarray:
        dx = right(layer, dout)
        layer.db = layer.db * 1.5
        return dx

    monkeypatch.setattr(Affine, "backward", wrong)
    one = compared(network, names=("b1",))["b1"]
    assert not one.kinks.any()
    assert one.verdict is Verdict.DIFFER


def test_where_another_value_wins_in_pooling_is_a_kink() -> None:
    network = network_of("Convolution filter_num=1 filter_size=1", "Pooling").copy(np.float64)
    images = np.zeros((1, 1, 8, 8), np.uint8)
    images[0, 0, 0, :2] = 100, 200  # which of the two wins turns with the sign of the weight
    network.params["W1"][...] = 1e-6
    rng = np.random.default_rng(1)
    (one,) = compare_gradients(network, images, np.array([2]), {"W1": 1}, rng)
    assert one.kinks.all()
    assert one.verdict is Verdict.KINK


def test_gradients_that_are_all_zero_are_not_called_right() -> None:
    network = network_of("Affine size=5", "Relu")
    network.params["b1"][...] = -100  # so that no ReLU passes
    found = compared(network)
    assert found["W1"].verdict is Verdict.ZERO
    assert found["b2"].verdict is Verdict.AGREE


def test_numbers_with_a_gradient_are_preferred_but_those_without_are_checked_too() -> None:
    network = network_of("Affine size=50", "Relu")
    network.params["b1"][:49] = -100
    network.params["b1"][49] = 100
    one = compared(network, most=40, names=("W1",))["W1"]
    assert 20 <= np.count_nonzero(one.backward) <= 30
    assert len({tuple(place) for place in one.places.tolist()}) == 40


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
