"""The affine layer as the head of a stage: one matrix product each way."""

import numpy as np

from convlab.nn.engine.convolution import piece_length
from convlab.nn.engine.parts import Part, batch_last
from convlab.nn.types import Array


class AffineHead:
    """y = Wᵀ·x with x (D, N), W (D, M), y (M, N); the bias is a follower.

    The products are cut along D into pieces that OpenBLAS need not pack, see
    :func:`convlab.nn.engine.convolution.piece_length`.
    """

    def __init__(self, part: Part) -> None:
        self.shape = (1, *batch_last(part.output_shape))
        units, n = part.output_shape[0], part.samples
        inputs = part.params["W"].size // units
        pieces = inputs // piece_length(units * n, inputs)
        self._w = part.params["W"].reshape(pieces, -1, units)
        self._turned = self._w.swapaxes(1, 2)
        self._dw = part.grads["W"].reshape(self._w.shape) if part.training else self._w
        self._sums = np.empty((pieces, units, n), part.dtype)
        self._x = np.empty((pieces, inputs // pieces, n), part.dtype)
        self._d = part.buffer(units)
        needs_dx = part.training and part.needs_dx
        self._dx = np.empty(self._x.shape if needs_dx else 0, part.dtype)
        self._input_shape = (*batch_last(part.input_shape), n)

    def load(self, x: Array) -> None:
        """Take the input."""
        self._x = x.reshape(self._x.shape)

    def forward(self, rows: slice, out: Array) -> None:
        """Compute all units; they are one row."""
        y = out.reshape(self._d.shape)
        if len(self._w) == 1:
            np.matmul(self._turned[0], self._x[0], out=y)
        else:
            np.matmul(self._turned, self._x, out=self._sums)
            np.sum(self._sums, axis=0, out=y)

    def backward(self, dy: Array, rows: slice) -> None:
        """Write dW; keep dy for the gradient of the input."""
        self._d = dy.reshape(self._d.shape)
        np.matmul(self._x, np.ascontiguousarray(self._d.T), out=self._dw)

    def input_gradient(self) -> Array:
        """Return dx."""
        return np.matmul(self._w, self._d, out=self._dx).reshape(self._input_shape)
