"""Followers that work on one number at a time."""

import numpy as np

from convlab.nn.engine.parts import Follower, Part, batch_last
from convlab.nn.types import Array


class Bias(Follower):
    """y = x + b, one b a channel."""

    def __init__(self, part: Part, rows: int) -> None:
        self._b = part.params["b"][:, np.newaxis, np.newaxis]
        self._db = part.grads["b"] if part.training else part.params["b"]

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Add the bias."""
        np.add(x, self._b, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Add to db."""
        total = dy.sum(axis=(0, 2, 3))
        if rows.start == 0:
            self._db[...] = total
        else:
            self._db += total
        return dy


class Relu(Follower):
    """y = max(x, 0)."""

    def __init__(self, part: Part, rows: int) -> None:
        h, c, w = batch_last(part.output_shape)
        # NumPy compares two arrays several times faster than an array and a number.
        self._zeros = part.buffer(rows, c, w, zero=True)
        self._training = part.training
        if part.training:
            self._positive = np.empty((h, c, w, part.samples), bool)
            self._as_number = part.buffer(rows, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Remember where x is positive, and cut the rest."""
        zeros = self._zeros[: len(x)]
        if self._training:
            np.greater(x, zeros, out=self._positive[rows])
        np.maximum(x, zeros, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Let the gradient pass where x was positive."""
        # A product of two float arrays is faster than one of floats and bools, cast included.
        passes = self._as_number[: len(dy)]
        passes[...] = self._positive[rows]
        return np.multiply(dy, passes, out=dy)


class Sigmoid(Follower):
    """y = 1 / (1 + exp(-x)), written with tanh, which cannot overflow."""

    def __init__(self, part: Part, rows: int) -> None:
        h, c, w = batch_last(part.output_shape)
        self._training = part.training
        if part.training:
            self._y = part.buffer(h, c, w)
            self._scratch = part.buffer(rows, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Compute and remember y."""
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        np.add(out, 1, out=out)
        np.multiply(out, 0.5, out=out)
        if self._training:
            self._y[rows] = out

    def backward(self, dy: Array, rows: slice) -> Array:
        """dx = dy·y·(1 - y)."""
        y = self._y[rows]
        slope = self._scratch[: len(dy)]
        np.subtract(1, y, out=slope)
        np.multiply(slope, y, out=slope)
        return np.multiply(dy, slope, out=dy)
