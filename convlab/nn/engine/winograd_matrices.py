"""The three small matrices of Winograd's short convolutions.

A row g of r weights slides over a row d of m + r - 1 numbers and gives m outputs. Instead of m·r
products, m + r - 1 suffice: y = A·((G·g) ⊙ (B·d)).

Where they come from: take the product of two polynomials, with m and with r coefficients. It is
known from its values at m + r - 2 points and its leading coefficient, and each of these is one
product of numbers. G and the transpose of A evaluate at the points, and the transpose of B finds
the product's coefficients (Lagrange). What a layer computes is this sum, transposed.
Source: S. Winograd (1980), Arithmetic Complexity of Computations; Lavin and Gray (2015), section 4.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.polynomial import polyfromroots
from numpy.typing import DTypeLike

from convlab.nn.types import Array

# Small numbers and powers of two, so that little is lost to rounding; more points would lose more.
POINTS = (0.0, 1.0, -1.0, 0.5, -2.0)
PRODUCTS = len(POINTS) + 1


@dataclass(frozen=True, slots=True)
class Matrices:
    """y = ``outputs`` · ((``weights`` · g) ⊙ (``inputs`` · d)); 6 products for m outputs."""

    outputs: Array  # A, (m, 6)
    weights: Array  # G, (6, r)
    inputs: Array  # B, (6, 6)


@cache
def matrices(width: int, dtype: DTypeLike) -> Matrices:
    """Return the matrices for filters of ``width`` r and 7 - r outputs at a time."""
    points = np.array(POINTS)
    differences = points[:, np.newaxis] - points + np.eye(len(points))
    inputs = np.zeros((PRODUCTS, PRODUCTS))
    for number in range(len(points)):
        inputs[number, :-1] = polyfromroots(np.delete(points, number))
    inputs[-1] = polyfromroots(points)
    weights = _values(points, width).T
    weights[:-1] /= differences.prod(axis=1, keepdims=True)
    outputs = _values(points, PRODUCTS + 1 - width)
    return Matrices(outputs.astype(dtype), weights.astype(dtype), inputs.astype(dtype))


def _values(points: Array, count: int) -> Array:
    """Return the powers 0 to ``count`` - 1 of the points, and of infinity: the leading one."""
    powers = np.zeros((count, len(points) + 1))
    powers[:, :-1] = points ** np.arange(count)[:, np.newaxis]
    powers[-1, -1] = 1
    return powers
