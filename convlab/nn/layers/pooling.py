"""The max pooling layer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from convlab.nn.functions import output_size
from convlab.nn.layer import LAYERS, LayerSettings, ShapeError
from convlab.nn.types import Array, Shape
from convlab.settings import About


class Pooling:
    """Keeps the largest value of every window (the book, section 7.4.4).

    x (N, C, H, W), y (N, C, OH, OW) with OH = (H + 2P - PH) / S + 1. The gradient goes to the
    winner alone; of equal values the first one wins, counted row by row.
    """

    def __init__(self, pool_h: int, pool_w: int, stride: int = 2, pad: int = 0) -> None:
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self.pad = pad
        self._padded_shape: Shape = ()
        self._winner: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    def forward(self, x: Array) -> Array:
        """Return y (N, C, OH, OW)."""
        if self.pad:
            edge = (self.pad, self.pad)
            x = np.pad(x, ((0, 0), (0, 0), edge, edge), constant_values=-np.inf)
        self._padded_shape = x.shape
        first, *others = window_cells(x, self.pool_h, self.pool_w, self.stride)
        out = first.copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, cell in enumerate(others, start=1):
            self._winner[cell > out] = number
            np.maximum(out, cell, out=out)
        return out

    def backward(self, dout: Array) -> Array:
        """Return dx (N, C, H, W)."""
        dx = np.zeros(self._padded_shape, dtype=dout.dtype)
        for number, cell in enumerate(window_cells(dx, self.pool_h, self.pool_w, self.stride)):
            cell += dout * (self._winner == number)
        end_h, end_w = (size - self.pad for size in self._padded_shape[2:])
        return dx[:, :, self.pad : end_h, self.pad : end_w]


def window_cells(x: Array, pool_h: int, pool_w: int, stride: int) -> Iterator[Array]:
    """Yield, for each place in a window, a view (N, C, OH, OW) of its value in every window."""
    out_h = output_size(x.shape[2], pool_h, stride, 0)
    out_w = output_size(x.shape[3], pool_w, stride, 0)
    for row in range(pool_h):
        for column in range(pool_w):
            rows = slice(row, row + stride * out_h, stride)
            columns = slice(column, column + stride * out_w, stride)
            yield x[:, :, rows, columns]


@LAYERS.register("Pooling")
@dataclass(frozen=True)
class PoolingSettings(LayerSettings):
    """The settings of a :class:`Pooling` with square windows."""

    pool_size: Annotated[int, Ge(1), Le(64), About("Window", "Edge of the window.", "px")] = 2
    stride: Annotated[int, Ge(1), Le(64), About("Stride", "Step of the window.", "px")] = 2

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, OH, OW); an image that the windows do not cover exactly is refused."""
        if len(input_shape) != 3:
            raise ShapeError("", f"Pooling needs images, but gets {input_shape}.")
        c, h, w = input_shape
        if min(h, w) < self.pool_size or any(
            (size - self.pool_size) % self.stride for size in (h, w)
        ):
            raise ShapeError(
                "pool_size",
                f"{self.pool_size}×{self.pool_size} pooling with stride {self.stride} does not "
                f"cover its {h}×{w} input exactly.",
            )
        size = (output_size(edge, self.pool_size, self.stride, 0) for edge in (h, w))
        return (c, *size)

    def make(self, params: Mapping[str, Array]) -> Pooling:
        """Return the layer; it has no parameters."""
        return Pooling(self.pool_size, self.pool_size, self.stride)
