import numpy as np

from convlab.nn import numerical_gradient
from convlab.nn.gradient_check import relative_error


def test_the_gradient_of_a_quadratic_and_the_point_is_left_as_it_was() -> None:
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    kept = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda a: float((a**2).sum()), x), 2 * x)
    np.testing.assert_array_equal(x, kept)


def test_the_error_is_relative_to_the_largest_number() -> None:
    assert relative_error(np.array([100.0, 1.0]), np.array([100.0, 2.0])) == 0.01
    assert relative_error(np.zeros(2), np.zeros(2)) == 0
    assert relative_error(np.zeros(2), np.array([0.0, 1e-9])) == 1
