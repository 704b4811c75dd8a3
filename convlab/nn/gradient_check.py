"""Gradients by finite differences, to check those by back-propagation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.types import Array


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """Return the gradient of ``f`` at ``x``, (f(x + h) - f(x - h)) / 2h for one number at a time.

    ``x`` should be float64; it is changed in place while this works and is itself again
    afterwards (the book, section 4.4).
    """
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / (2 * h)
    return grad


def relative_error(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the largest |a - b|, relative to the largest number in either (0 if all are 0)."""
    scale = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
    return float(np.abs(a - b).max(initial=0)) / scale if scale > 0 else 0.0
