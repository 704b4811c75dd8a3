"""Followers that work on one number at a time."""

from abc import abstractmethod
from typing import cast

import numpy as np

from convlab.nn.engine.parts import Follower, Part, add_gradient
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.types import Array


class Bias(Follower):
    """y = x + b, one b a channel."""

    def __init__(self, part: Part, rows: int) -> None:
        self._b = part.params["b"][:, np.newaxis, np.newaxis]
        self._db = part.grads["b"] if part.training else part.params["b"]
        _, _, c, w = part.inner_shape
        self._row = part.buffer(c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Add the bias; whole rows of it are faster than one number for each channel."""
        if rows.start == 0:
            self._row[...] = self._b
        np.add(x, self._row, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Add to db."""
        add_gradient(self._db, rows, dy.sum(axis=(0, 1)).sum(axis=(1, 2)))
        return dy


class Relu(Follower):
    """y = max(x, 0)."""

    def __init__(self, part: Part, rows: int) -> None:
        r, h, c, w = part.inner_shape
        # NumPy compares two arrays several times faster than an array and a number.
        self._zeros = part.buffer(r, rows, c, w, zero=True)
        self._training = part.training
        if part.training:
            self._positive = np.empty((r, h, c, w, part.samples), bool)
            self._as_number = part.buffer(r, rows, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Remember where x is positive, and cut the rest."""
        zeros = self._zeros[:, : x.shape[1]]
        if self._training:
            np.greater(x, zeros, out=self._positive[:, rows])
        np.maximum(x, zeros, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Let the gradient pass where x was positive."""
        # A product of two float arrays is faster than one of floats and bools, cast included.
        passes = self._as_number[:, : dy.shape[1]]
        passes[...] = self._positive[:, rows]
        return np.multiply(dy, passes, out=dy)


class _KeepsOutput(Follower):
    """A function whose slope follows from its output, which is kept for the way back."""

    def __init__(self, part: Part, rows: int) -> None:
        r, h, c, w = part.inner_shape
        self._training = part.training
        if part.training:
            self._y = part.buffer(r, h, c, w)
            self._scratch = part.buffer(r, rows, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Compute and remember y."""
        self._compute(x, out)
        if self._training:
            self._y[:, rows] = out

    def backward(self, dy: Array, rows: slice) -> Array:
        """Multiply dy by the slope."""
        slope = self._scratch[:, : dy.shape[1]]
        self._write_slope(self._y[:, rows], slope)
        return np.multiply(dy, slope, out=dy)

    @abstractmethod
    def _compute(self, x: Array, out: Array) -> None: ...

    @abstractmethod
    def _write_slope(self, y: Array, slope: Array) -> None: ...


class Sigmoid(_KeepsOutput):
    """y = 1 / (1 + exp(-x)), written with tanh, which cannot overflow; slope y·(1 - y)."""

    def _compute(self, x: Array, out: Array) -> None:
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        np.add(out, 1, out=out)
        np.multiply(out, 0.5, out=out)

    def _write_slope(self, y: Array, slope: Array) -> None:
        np.subtract(1, y, out=slope)
        np.multiply(slope, y, out=slope)


class Tanh(_KeepsOutput):
    """y = tanh(x); slope 1 - y²."""

    def _compute(self, x: Array, out: Array) -> None:
        np.tanh(x, out=out)

    def _write_slope(self, y: Array, slope: Array) -> None:
        np.multiply(y, y, out=slope)
        np.subtract(1, slope, out=slope)


class Dropout(Follower):
    """Sets a random share of the numbers to zero in training; passes everything otherwise.

    What is dropped depends on the seed, the iteration, the shard and the layer alone, so that a
    run can be repeated and resumed at any point.
    """

    def __init__(self, part: Part, rows: int) -> None:
        r, h, c, w = part.inner_shape
        self._part = part
        self._ratio = cast(DropoutSettings, part.settings).dropout_ratio
        self._mask = part.buffer(r, h if part.training else 0, c, w)
        self._scratch = part.buffer(r, rows, c, w).ravel()
        self._random = np.random.default_rng(0)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Draw a mask and apply it."""
        if not self._part.training:
            return
        if rows.start == 0:
            self._random = np.random.default_rng((self._part.clock.iteration, *self._part.seed))
        mask = self._scratch[: x.size].reshape(x.shape)  # in one piece, to be drawn into
        self._random.random(out=mask, dtype=mask.dtype.type)
        np.greater_equal(mask, self._ratio, out=mask)
        np.multiply(mask, 1 / (1 - self._ratio), out=mask)
        self._mask[:, rows] = mask
        np.multiply(x, mask, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Apply the mask."""
        return np.multiply(dy, self._mask[:, rows], out=dy)
