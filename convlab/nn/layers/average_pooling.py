"""The average pooling layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convlab.nn.layer import LAYERS
from convlab.nn.layers.pooling import PoolingSettings, window_cells
from convlab.nn.types import Array, Shape


class AveragePooling:
    """Keeps the mean of every window: x (N, C, H, W), y (N, C, OH, OW).

    Every number of a window gets the same share of the gradient.
    """

    def __init__(self, pool_h: int, pool_w: int, stride: int = 2) -> None:
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self._input_shape: Shape = ()

    def forward(self, x: Array) -> Array:
        """Return y (N, C, OH, OW)."""
        self._input_shape = x.shape
        first, *others = window_cells(x, self.pool_h, self.pool_w, self.stride)
        total = first.copy()
        for cell in others:
            total += cell
        return total / x.dtype.type(self.pool_h * self.pool_w)

    def backward(self, dout: Array) -> Array:
        """Return dx (N, C, H, W)."""
        dx = np.zeros(self._input_shape, dtype=dout.dtype)
        share = dout / dout.dtype.type(self.pool_h * self.pool_w)
        for cell in window_cells(dx, self.pool_h, self.pool_w, self.stride):
            cell += share
        return dx


@LAYERS.register("AveragePooling")
@dataclass(frozen=True)
class AveragePoolingSettings(PoolingSettings):
    """The settings of an :class:`AveragePooling` with square windows."""

    def make(self, params: Mapping[str, Array]) -> AveragePooling:  # type: ignore[override]
        """Return the layer; it has no parameters."""
        return AveragePooling(self.pool_size, self.pool_size, self.stride)
