"""What every registered layer must do; a new one is found and tested by itself."""

from typing import Any

import numpy as np
import pytest

from convlab.nn import numerical_gradient
from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import LAYERS

IMAGE = (2, 8, 8)


def without_kinks(*shape: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values far from 0 and from one another, in any order."""
    count = int(np.prod(shape))
    values = np.random.default_rng(seed).permutation(count) - count / 2 + 0.5
    return (values / count * 4).reshape(shape)


@pytest.mark.parametrize("name", LAYERS.names())
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    settings = LAYERS.get(name)()
    shapes = settings.parameter_shapes(IMAGE)
    params = {key: without_kinks(*shape, seed=1) for key, shape in shapes.items()}
    layer = settings.make(params)
    x = without_kinks(2, *IMAGE)
    y = layer.forward(x)
    assert y.shape == (2, *settings.output_shape(IMAGE))
    if settings.has_train_flg and (layer.forward(x) != y).any():
        pytest.skip("what it drops is drawn at random")
    dout = without_kinks(*y.shape, seed=2)
    found = {"x": layer.backward(dout)} | {key: getattr(layer, f"d{key}") for key in params}
    # Of large arrays a few numbers do.
    rng = np.random.default_rng(3)
    for key, array in (params | {"x": x}).items():
        flat, size = array.reshape(-1), array.size
        few = rng.choice(size, min(size, 40), replace=False)
        part = flat[few]

        def loss(values: Any, flat: Any = flat, few: Any = few) -> float:
            flat[few] = values
            return float((layer.forward(x) * dout).sum())

        expected = numerical_gradient(loss, part)
        flat[few] = part
        assert relative_error(found[key].reshape(-1)[few], expected) < 1e-6, key


@pytest.mark.parametrize("name", LAYERS.names())
def test_what_comes_in_is_left_alone(name: str) -> None:
    settings = LAYERS.get(name)()
    params = {key: without_kinks(*s) for key, s in settings.parameter_shapes(IMAGE).items()}
    layer = settings.make(params)
    x = without_kinks(2, *IMAGE)
    x.flags.writeable = False
    dout = np.ones((2, *settings.output_shape(IMAGE)))
    dout.flags.writeable = False
    layer.forward(x)
    layer.backward(dout)


@pytest.mark.parametrize("name", LAYERS.names())
def test_a_layer_works_on_the_very_arrays_it_is_given(name: str) -> None:
    settings = LAYERS.get(name)()
    params = {key: without_kinks(*s) for key, s in settings.parameter_shapes(IMAGE).items()}
    layer = settings.make(params)
    for key, array in params.items():
        assert getattr(layer, key) is array


def test_sigmoid_does_not_overflow() -> None:
    sigmoid = LAYERS.get("Sigmoid")().make({})
    assert sigmoid.forward(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
