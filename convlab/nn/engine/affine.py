"""The affine layer as the head of a stage: one matrix product each way."""

import numpy as np

from convlab.nn.engine.parts import Part, batch_last
from convlab.nn.types import Array


class AffineHead:
    """y = Wᵀ·x with x (D, N), W (D, M), y (M, N); the bias is a follower."""

    def __init__(self, part: Part) -> None:
        self.shape = batch_last(part.output_shape)
        units = part.output_shape[0]
        self._w = part.params["W"].reshape(-1, units)
        self._dw = part.grads["W"].reshape(-1, units) if part.training else self._w
        self._input_shape = (*batch_last(part.input_shape), part.samples)
        self._dx = part.buffer(len(self._w) if part.training and part.needs_dx else 0)
        self._x = self._d = part.buffer(0)

    def load(self, x: Array) -> None:
        """Take the input."""
        self._x = x.reshape(len(self._w), -1)

    def forward(self, rows: slice, out: Array) -> None:
        """Compute all units; they are one row."""
        np.matmul(self._w.T, self._x, out=out.reshape(self.shape[1], -1))

    def backward(self, dy: Array, rows: slice) -> None:
        """Write dW; keep dy for the gradient of the input."""
        self._d = dy.reshape(self.shape[1], -1)
        np.matmul(self._x, self._d.T, out=self._dw)

    def input_gradient(self) -> Array:
        """Return dx."""
        return np.matmul(self._w, self._d, out=self._dx).reshape(self._input_shape)
