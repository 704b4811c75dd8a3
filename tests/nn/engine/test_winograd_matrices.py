"""Winograd's matrices against the sum that they save products of."""

import numpy as np
import pytest

from convlab.nn.engine.winograd_matrices import PRODUCTS, matrices


@pytest.mark.parametrize("width", range(1, PRODUCTS + 1))
def test_six_products_give_what_a_row_of_weights_gives_as_it_slides(width: int) -> None:
    rng = np.random.default_rng(width)
    numbers, weights = rng.standard_normal(PRODUCTS), rng.standard_normal(width)
    m = matrices(width, np.dtype(np.float64))
    found = m.outputs @ ((m.weights @ weights) * (m.inputs @ numbers))
    np.testing.assert_allclose(found, np.correlate(numbers, weights), atol=1e-12)


@pytest.mark.parametrize("width", [3, 5])
def test_in_float32_little_is_lost_to_rounding(width: int) -> None:
    rng = np.random.default_rng(width)
    numbers = rng.standard_normal((500, PRODUCTS)).astype(np.float32)
    weights = rng.standard_normal((500, width)).astype(np.float32)
    m = matrices(width, np.dtype(np.float32))
    products = (weights @ m.weights.T) * (numbers @ m.inputs.T)
    exact = np.array([np.correlate(*pair) for pair in zip(numbers, weights, strict=True)])
    assert products.dtype == np.float32
    np.testing.assert_allclose(products @ m.outputs.T, exact, atol=2e-5)
