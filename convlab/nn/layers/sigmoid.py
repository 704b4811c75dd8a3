"""The logistic sigmoid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array


class Sigmoid:
    """y = 1 / (1 + exp(-x)); dL/dx = dy·y·(1 - y) (the book, section 5.5.2)."""

    def __init__(self) -> None:
        self._out: Array = np.zeros(0)

    def forward(self, x: Array) -> Array:
        """Return y in the shape of x; written with tanh, which cannot overflow."""
        self._out = 0.5 * (np.tanh(0.5 * x) + 1)
        return self._out

    def backward(self, dout: Array) -> Array:
        """Return dx in the shape of x."""
        return dout * self._out * (1 - self._out)


@LAYERS.register("Sigmoid")
@dataclass(frozen=True)
class SigmoidSettings(LayerSettings):
    """A :class:`Sigmoid` has no settings."""

    def make(self, params: Mapping[str, Array]) -> Sigmoid:
        """Return the layer; it has no parameters."""
        return Sigmoid()
