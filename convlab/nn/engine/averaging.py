"""Average pooling and LeNet's subsampling, where windows touch, as followers."""

from typing import cast

import numpy as np

from convlab.nn.engine.parts import Follower, Part, add_gradient, batch_last
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.types import Array


class AveragePooling(Follower):
    """y = the mean of every window; columns come sorted as for max pooling."""

    in_place = False

    def __init__(self, part: Part, rows: int) -> None:
        settings = cast(AveragePoolingSettings | SubsamplingSettings, part.settings)
        self._k = self.ratio = settings.pool_size
        _, c, w = batch_last(part.output_shape)
        self._dx = part.buffer(self._k, rows if part.training else 0, self._k, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Compute output rows."""
        self._add_up(x, out)
        np.multiply(out, 1 / self._k**2, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Give every number of a window the same share."""
        np.multiply(dy, 1 / self._k**2, out=dy)
        return self._spread(dy)

    def _add_up(self, x: Array, out: Array) -> None:
        cells = x.reshape(self._k, -1, self._k, *x.shape[2:])
        out[0] = cells[0, :, 0]
        for column in range(self._k):
            for row in range(self._k):
                if row or column:
                    np.add(out[0], cells[column, :, row], out=out[0])

    def _spread(self, dy: Array) -> Array:
        dx = self._dx[:, : dy.shape[1]]
        dx[...] = dy[0][:, np.newaxis]
        return dx.reshape(self._k, -1, *dx.shape[3:])


class Subsampling(AveragePooling):
    """y = W·(the sum of a window) + b."""

    def __init__(self, part: Part, rows: int) -> None:
        super().__init__(part, rows)
        h, c, w = batch_last(part.output_shape)
        self._w = part.params["W"][:, np.newaxis, np.newaxis]
        self._b = part.params["b"][:, np.newaxis, np.newaxis]
        self._grads = part.grads
        self._training = part.training
        self._sums = part.buffer(1, h if part.training else rows, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Compute output rows; remember the sums."""
        sums = self._sums[:, rows if self._training else slice(0, out.shape[1])]
        self._add_up(x, sums)
        np.multiply(sums, self._w, out=out)
        np.add(out, self._b, out=out)

    def backward(self, dy: Array, rows: slice) -> Array:
        """Add to dW and db; spread the gradient."""
        for name, values in (("W", dy * self._sums[:, rows]), ("b", dy)):
            add_gradient(self._grads[name], rows, values.sum(axis=(0, 1, 3, 4)))
        np.multiply(dy, self._w, out=dy)
        return self._spread(dy)
