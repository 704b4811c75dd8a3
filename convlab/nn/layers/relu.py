"""The rectified linear unit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array


class Relu:
    """y = max(x, 0); the gradient passes where x > 0 (the book, section 5.5.1)."""

    def __init__(self) -> None:
        self._positive = np.zeros(0, dtype=bool)

    def forward(self, x: Array) -> Array:
        """Return y in the shape of x."""
        self._positive = x > 0
        return np.maximum(x, 0)

    def backward(self, dout: Array) -> Array:
        """Return dx in the shape of x."""
        return dout * self._positive


@LAYERS.register("Relu")
@dataclass(frozen=True)
class ReluSettings(LayerSettings):
    """A :class:`Relu` has no settings."""

    def make(self, params: Mapping[str, Array]) -> Relu:
        """Return the layer; it has no parameters."""
        return Relu()
