"""Each optimizer takes the steps that its formula gives, written out by hand."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConvlabError
from convlab.nn import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from convlab.nn.optimizer import OPTIMIZERS, Optimizer

G1, G2 = 0.5, -2.0  # the gradients of two steps
W = 3.0


def two_steps(optimizer: Optimizer) -> tuple[float, float]:
    """Where a weight of 3 is after one step and after two."""
    params = {"W": np.array([W])}
    optimizer.update(params, {"W": np.array([G1])})
    first = float(params["W"][0])
    optimizer.update(params, {"W": np.array([G2])})
    return first, float(params["W"][0])


def test_sgd() -> None:
    assert two_steps(SGD(lr=0.1)) == pytest.approx((W - 0.05, W - 0.05 + 0.2))


def test_momentum() -> None:
    v1 = -0.1 * G1
    v2 = 0.9 * v1 - 0.1 * G2
    assert two_steps(Momentum(lr=0.1, momentum=0.9)) == pytest.approx((W + v1, W + v1 + v2))


def test_nesterov() -> None:
    v1 = -0.1 * G1
    w1 = W + 0.9 * v1 - 0.1 * G1
    v2 = 0.9 * v1 - 0.1 * G2
    w2 = w1 + 0.9 * v2 - 0.1 * G2
    assert two_steps(Nesterov(lr=0.1, momentum=0.9)) == pytest.approx((w1, w2))


def test_nesterov_takes_the_gradient_at_the_place_looked_ahead_to() -> None:
    """With u for the weights without the look ahead: v ← m·v - lr·∇L(u + m·v); u ← u + v."""
    lr, m, u, v = 0.1, 0.8, 1.0, 0.0
    params = {"W": np.array([1.0])}
    optimizer = Nesterov(lr=lr, momentum=m)
    for _ in range(5):
        v = m * v - lr * (2 * (u + m * v))
        u += v
        optimizer.update(params, {"W": 2 * params["W"]})
        assert params["W"][0] == pytest.approx(u + m * v)


def test_adagrad() -> None:
    w1 = W - 0.1 * G1 / (abs(G1) + 1e-7)
    w2 = w1 - 0.1 * G2 / (sqrt(G1**2 + G2**2) + 1e-7)
    assert two_steps(AdaGrad(lr=0.1)) == pytest.approx((w1, w2), rel=1e-12)


def test_rmsprop() -> None:
    h1 = 0.1 * G1**2
    h2 = 0.9 * h1 + 0.1 * G2**2
    w1 = W - 0.1 * G1 / (sqrt(h1) + 1e-7)
    w2 = w1 - 0.1 * G2 / (sqrt(h2) + 1e-7)
    assert two_steps(RMSprop(lr=0.1, decay_rate=0.9)) == pytest.approx((w1, w2), rel=1e-12)


def test_adam() -> None:
    m1, v1 = 0.2 * G1, 0.1 * G1**2
    m2, v2 = 0.8 * m1 + 0.2 * G2, 0.9 * v1 + 0.1 * G2**2
    w1 = W - 0.1 * sqrt(1 - 0.9) / (1 - 0.8) * m1 / (sqrt(v1) + 1e-7)
    w2 = w1 - 0.1 * sqrt(1 - 0.9**2) / (1 - 0.8**2) * m2 / (sqrt(v2) + 1e-7)
    optimizer = Adam(lr=0.1, beta1=0.8, beta2=0.9)
    assert two_steps(optimizer) == pytest.approx((w1, w2), rel=1e-12)
    assert optimizer.iterations == 2


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_descends_a_quadratic_valley(name: str) -> None:
    params = {"W": np.array([-7.0, 2.0]), "b": np.array([[3.0]])}

    def loss() -> float:
        return float(params["W"][0] ** 2 / 20 + params["W"][1] ** 2 + params["b"][0, 0] ** 2)

    start = loss()
    arrays = dict(params)
    optimizer = OPTIMIZERS.get(name)(lr=0.1)
    for _ in range(300):
        gradients = {"W": params["W"] * np.array([0.1, 2.0]), "b": 2 * params["b"]}
        optimizer.update(params, gradients)
    assert loss() < 0.35 * start
    assert all(params[key] is array for key, array in arrays.items()), "changed in place"


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_keeps_the_type_and_leaves_the_gradients_alone(name: str) -> None:
    params = {"W": np.ones(3, np.float32)}
    gradients = {"W": np.full(3, 0.5, np.float32)}
    gradients["W"].flags.writeable = False
    optimizer = OPTIMIZERS.get(name)()
    optimizer.update(params, gradients)
    assert (params["W"] < 1).all()
    kept: list[Any] = [array for kind in optimizer.state.values() for array in kind.values()]
    assert all(array.dtype == np.float32 for array in kept)


def test_arrays_are_remembered_apart_and_optimizers_do_not_share() -> None:
    optimizer, other = Momentum(lr=1.0), Momentum(lr=1.0)
    params = {"W": np.zeros(1), "b": np.zeros(1)}
    optimizer.update(params, {"W": np.array([1.0]), "b": np.array([2.0])})
    assert optimizer.state["v"]["W"].tolist() == [-1]
    assert optimizer.state["v"]["b"].tolist() == [-2]
    assert other.state == {}


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("SGD", SGD),
        ("sgd", SGD),
        ("MOMENTUM", Momentum),
        ("nesterov", Nesterov),
        ("adagrad", AdaGrad),
        ("rmsprop", RMSprop),
        ("aDaM", Adam),
    ],
)
def test_names_are_known_in_any_case(name: str, cls: type[Optimizer]) -> None:
    assert OPTIMIZERS.get(name) is cls


def test_the_books_misprint_is_refused_with_a_hint() -> None:
    """The book's trainer knows RMSprop under the name rmsprpo only."""
    with pytest.raises(ConvlabError, match=r"no optimizer called 'rmsprpo'\. Did you mean RMSpr"):
        OPTIMIZERS.get("rmsprpo")
