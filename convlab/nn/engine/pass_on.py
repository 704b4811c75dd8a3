"""A head for layers that no convolution or affine layer stands before."""

import numpy as np

from convlab.nn.engine.parts import Part, batch_last
from convlab.nn.types import Array


class PassOnHead:
    """y = x, with the columns sorted by their place in a pooling window of width ``residues``."""

    def __init__(self, part: Part, residues: int = 1) -> None:
        h, c, w = batch_last(part.input_shape)
        self.shape = (residues, h, c, w // residues)
        self._x = part.buffer(0)
        self._dx = part.buffer(h if part.training else 0, c, w)

    def load(self, x: Array) -> None:
        """Take the input."""
        self._x = x

    def forward(self, rows: slice, out: Array) -> None:
        """Copy rows, columns sorted."""
        out[...] = self._sorted(self._x[rows])

    def backward(self, dy: Array, rows: slice) -> None:
        """Copy rows back to their places."""
        self._sorted(self._dx[rows])[...] = dy

    def input_gradient(self) -> Array:
        """Return dx."""
        return self._dx

    def _sorted(self, x: Array) -> Array:
        """View (H, C, W, N) as (R, H, C, W / R, N)."""
        h, c, w, n = x.shape
        return np.moveaxis(x.reshape(h, c, w // self.shape[0], self.shape[0], n), 3, 0)
