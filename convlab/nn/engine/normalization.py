"""Local response normalization as a follower."""

from typing import cast

import numpy as np

from convlab.nn.engine.parts import Follower, Part
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.types import Array


class LocalResponseNormalization(Follower):
    """y = x·s^-beta with s = k + alpha·(the sum of x² over the n channels around each one)."""

    def __init__(self, part: Part, rows: int) -> None:
        self._settings = settings = cast(LocalResponseNormalizationSettings, part.settings)
        r, h, c, w = part.inner_shape
        self._margin = settings.n // 2
        # Channels of zeros on either side spare the sums their edge cases.
        self._padded = part.buffer(r, rows, c + 2 * self._margin, w, zero=True)
        self._sums = part.buffer(r, rows, c, w)
        kept = (r, h if part.training else rows, c, w)
        self._x, self._s, self._power = (part.buffer(*kept) for _ in range(3))
        self._training = part.training

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Normalize; remember x, s and s^-beta."""
        kept = rows if self._training else slice(0, x.shape[1])
        s, power = self._s[:, kept], self._power[:, kept]
        self._x[:, kept] = x
        np.multiply(x, x, out=self._middle(x.shape[1]))
        self._add_neighbors(s)
        np.multiply(s, self._settings.alpha, out=s)
        np.add(s, self._settings.k, out=s)
        self._raise(s, power)
        np.multiply(x, power, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """dx = dy·s^-beta - 2·alpha·beta·x·(the sum of dy·x·s^-beta / s over the n channels)."""
        x, s, power = self._x[:, rows], self._s[:, rows], self._power[:, rows]
        sums, middle = self._sums[:, : dy.shape[1]], self._middle(dy.shape[1])
        np.multiply(dy, power, out=dy)
        np.multiply(dy, x, out=middle)
        np.divide(middle, s, out=middle)
        self._add_neighbors(sums)
        np.multiply(sums, x, out=sums)
        np.multiply(sums, 2 * self._settings.alpha * self._settings.beta, out=sums)
        return np.subtract(dy, sums, out=dy)

    def _middle(self, rows: int) -> Array:
        return self._padded[:, :rows, self._margin : self._padded.shape[2] - self._margin]

    def _add_neighbors(self, out: Array) -> None:
        """Write into ``out`` the sums over the channels around each one in the padded scratch."""
        padded, channels = self._padded[:, : out.shape[1]], out.shape[2]
        out[...] = padded[:, :, :channels]
        for distance in range(1, self._settings.n):
            np.add(out, padded[:, :, distance : distance + channels], out=out)

    def _raise(self, s: Array, power: Array) -> None:
        """power = s^-beta; square roots are much faster than a general power."""
        if self._settings.beta == 0.75:
            np.sqrt(s, out=power)
            root = self._sums[:, : s.shape[1]]
            np.sqrt(power, out=root)
            np.multiply(power, root, out=power)
            np.reciprocal(power, out=power)
        else:
            np.power(s, -self._settings.beta, out=power)
