"""Local response normalization, as in AlexNet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from convlab.nn.layer import LAYERS, LayerSettings, ShapeError
from convlab.nn.types import Array, Shape
from convlab.settings import About


class LocalResponseNormalization:
    """y = x / (k + alpha·S)^beta, where S sums x² over the n channels around each one.

    x (N, C, H, W); at the first and last channels S has fewer terms. With s = k + alpha·S,
    dL/dx = dy·s^-beta - 2·alpha·beta·x·S', where S' sums dy·y/s over the same n channels.
    Source: Krizhevsky, Sutskever and Hinton (2012), section 3.3.
    """

    def __init__(self, n: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75) -> None:
        self.n = n
        self.k = k
        self.alpha = alpha
        self.beta = beta
        self._x: Array = np.zeros(0)
        self._scale: Array = np.zeros(0)
        self._out: Array = np.zeros(0)

    def forward(self, x: Array) -> Array:
        """Return y (N, C, H, W)."""
        self._x = x
        self._scale = self.k + self.alpha * self._around(x**2)
        self._out = x * self._scale**-self.beta
        return self._out

    def backward(self, dout: Array) -> Array:
        """Return dx (N, C, H, W)."""
        around = self._around(dout * self._out / self._scale)
        return dout * self._scale**-self.beta - 2 * self.alpha * self.beta * self._x * around

    def _around(self, x: Array) -> Array:
        """Add to each channel its n // 2 neighbors on either side."""
        total = x.copy()
        for distance in range(1, min(self.n // 2, x.shape[1] - 1) + 1):
            total[:, distance:] += x[:, :-distance]
            total[:, :-distance] += x[:, distance:]
        return total


@LAYERS.register("LocalResponseNormalization")
@dataclass(frozen=True)
class LocalResponseNormalizationSettings(LayerSettings):
    """The settings of a :class:`LocalResponseNormalization`; those of AlexNet at first."""

    n: Annotated[int, Ge(1), Le(63), About("Neighbors", "Channels that share a sum; odd.")] = 5
    k: Annotated[float, Gt(0), Le(100), About("k", "What every sum starts from.")] = 2.0
    alpha: Annotated[float, Ge(0), Le(10), About("alpha", "Weight of the sum of squares.")] = 1e-4
    beta: Annotated[float, Ge(0), Le(4), About("beta", "Power of the sum.")] = 0.75

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the input, which must be images."""
        if len(input_shape) != 3:
            raise ShapeError("", f"Local response normalization needs images, not {input_shape}.")
        if self.n % 2 == 0:
            raise ShapeError("n", f"The number of neighbors must be odd; received {self.n}.")
        return input_shape

    def make(self, params: Mapping[str, Array]) -> LocalResponseNormalization:
        """Return the layer; it has no parameters."""
        return LocalResponseNormalization(self.n, self.k, self.alpha, self.beta)
