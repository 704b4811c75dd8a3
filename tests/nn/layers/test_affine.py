import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.nn import Affine, numerical_gradient
from convlab.nn.gradient_check import relative_error
from convlab.nn.layers.affine import AffineSettings

sizes = st.integers(1, 5)


@settings(deadline=None, max_examples=25, database=None)
@given(n=sizes, sample=st.lists(sizes, min_size=1, max_size=3), units=sizes, seed=st.integers(0))
def test_its_gradients_are_those_of_finite_differences(
    n: int, sample: list[int], units: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *sample))
    layer = Affine(rng.standard_normal((int(np.prod(sample)), units)), rng.standard_normal(units))
    dout = rng.standard_normal((n, units))
    np.testing.assert_allclose(layer.forward(x), x.reshape(n, -1) @ layer.W + layer.b)
    dx = layer.backward(dout)
    assert dx.shape == x.shape
    for found, array in ((dx, x), (layer.dW, layer.W), (layer.db, layer.b)):
        expected = numerical_gradient(lambda _: float((layer.forward(x) * dout).sum()), array)
        assert relative_error(found, expected) < 1e-7


def test_the_settings_know_the_shapes() -> None:
    layer_settings = AffineSettings(size=7)
    assert layer_settings.output_shape((3, 4, 5)) == (7,)
    assert layer_settings.parameter_shapes((3, 4, 5)) == {"W": (60, 7), "b": (7,)}
    assert layer_settings.fan_in((3, 4, 5)) == 60
