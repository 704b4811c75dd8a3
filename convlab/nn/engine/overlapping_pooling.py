"""Max pooling whose windows overlap or leave gaps, as a stage of its own."""

from typing import cast

import numpy as np

from convlab.nn.engine.max_pooling import play
from convlab.nn.engine.parts import Part, batch_last
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.types import Array

CHANNEL_BYTES = 600_000  # of the input that is worked on at a time


class OverlappingPoolingStage:
    """A tournament within rows, then between the rows' winners; as many channels as fit the cache.

    See :class:`convlab.nn.engine.max_pooling.MaxPooling`, which does the same in place of a
    follower where windows touch.
    """

    def __init__(self, part: Part) -> None:
        settings = cast(PoolingSettings, part.settings)
        self._size, self._stride = settings.pool_size, settings.stride
        h, c, w = batch_last(part.input_shape)
        self._out_h, _, self._out_w = batch_last(part.output_shape)
        bytes_a_channel = h * w * part.samples * part.dtype.itemsize
        step = max(1, min(c, CHANNEL_BYTES // bytes_a_channel))
        self._groups = [slice(first, min(c, first + step)) for first in range(0, c, step)]
        self._row_winners = part.buffer(h, step, self._out_w)
        self._y = part.buffer(self._out_h, c, self._out_w)
        if part.training:
            matches = self._size - 1
            self._column_matches = np.empty((matches, h, c, self._out_w, part.samples), bool)
            self._row_matches = np.empty((matches, *self._y.shape), bool)
            self._dx = part.buffer(h, c, w)
        self._training = part.training

    def forward(self, x: Array) -> Array:
        """Return y (H, C, W, N)."""
        for group in self._groups:
            winners = self._row_winners[:, : group.stop - group.start]
            columns = self._column_matches[:, :, group] if self._training else None
            rows = self._row_matches[:, :, group] if self._training else None
            play(self._columns(x[:, group]), winners, columns)
            play(self._rows(winners), self._y[:, group], rows)
        return self._y

    def backward(self, dy: Array) -> None:
        """Hand the gradient to the winner of every window; where windows overlap, it adds up."""
        self._dx.fill(0)
        for group in self._groups:
            by_row = self._row_winners[:, : group.stop - group.start]
            by_row.fill(0)
            self._hand_back(dy[:, group], self._rows(by_row), self._row_matches[:, :, group])
            columns = self._columns(self._dx[:, group])
            self._hand_back(by_row, columns, self._column_matches[:, :, group])

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""
        return self._dx

    def _columns(self, x: Array) -> list[Array]:
        reach = self._stride * (self._out_w - 1) + 1
        return [x[:, :, first : first + reach : self._stride] for first in range(self._size)]

    def _rows(self, x: Array) -> list[Array]:
        reach = self._stride * (self._out_h - 1) + 1
        return [x[first : first + reach : self._stride] for first in range(self._size)]

    @staticmethod
    def _hand_back(gradient: Array, players: list[Array], matches: Array) -> None:
        """Add the gradient to the winner's; ``gradient`` is used up."""
        for number in range(len(players) - 2, -1, -1):
            share = matches[number].astype(gradient.dtype)
            np.multiply(share, gradient, out=share)
            players[number + 1] += share
            np.subtract(gradient, share, out=gradient)
        players[0] += gradient
