"""The hyperbolic tangent."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array


class Tanh:
    """y = tanh(x); dL/dx = dy·(1 - y²)."""

    def __init__(self) -> None:
        self._out: Array = np.zeros(0)

    def forward(self, x: Array) -> Array:
        """Return y in the shape of x."""
        self._out = np.tanh(x)
        return self._out

    def backward(self, dout: Array) -> Array:
        """Return dx in the shape of x."""
        return dout * (1 - self._out**2)


@LAYERS.register("Tanh")
@dataclass(frozen=True)
class TanhSettings(LayerSettings):
    """A :class:`Tanh` has no settings."""

    def make(self, params: Mapping[str, Array]) -> Tanh:
        """Return the layer; it has no parameters."""
        return Tanh()
