"""The fully connected layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Le

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array, Shape
from convlab.settings import About


class Affine:
    """y = x·W + b, with every sample flattened first (the book, section 5.6).

    x (N, ...) with D numbers a sample, W (D, M), b (M,), y (N, M).
    dL/dx = dy·Wᵀ, dL/dW = xᵀ·dy, dL/db = the sum of dy over the samples.
    """

    def __init__(self, W: Array, b: Array) -> None:
        self.W = W
        self.b = b
        self.dW = np.zeros(W.shape, W.dtype)  # unlike zeros_like, takes no time before it is used
        self.db = np.zeros_like(b)
        self._x = W[:0].T
        self._input_shape: Shape = ()

    def forward(self, x: Array) -> Array:
        """Return y (N, M)."""
        self._input_shape = x.shape
        self._x = x.reshape(len(x), -1)
        return self._x @ self.W + self.b

    def backward(self, dout: Array) -> Array:
        """Keep dW and db; return dx in the shape of x."""
        self.dW = self._x.T @ dout
        self.db = dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self._input_shape)


@LAYERS.register("Affine")
@dataclass(frozen=True)
class AffineSettings(LayerSettings):
    """The settings of an :class:`Affine` layer."""

    size: Annotated[int, Ge(1), Le(8192), About("Units", "Outputs of the layer.")] = 100

    parameters: ClassVar[tuple[str, ...]] = ("W", "b")

    def output_shape(self, input_shape: Shape) -> Shape:
        """One number a unit."""
        return (self.size,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (D, M) and b (M,)."""
        return {"W": (prod(input_shape), self.size), "b": (self.size,)}

    def fan_in(self, input_shape: Shape) -> int:
        """Every number of the sample."""
        return prod(input_shape)

    def make(self, params: Mapping[str, Array]) -> Affine:
        """Return the layer on ``params["W"]`` and ``params["b"]``."""
        return Affine(params["W"], params["b"])
