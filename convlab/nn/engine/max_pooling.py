"""Max pooling whose windows touch and do not overlap, as a follower."""

from typing import cast

import numpy as np

from convlab.nn.engine.parts import Follower, Part, batch_last
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.types import Array


class MaxPooling(Follower):
    """A tournament: in each window first within rows, then between the rows' winners.

    What it remembers is, for each match, whether the later of the two won; of equal values the
    first one wins, in the order of the plain layer.
    """

    in_place = False

    def __init__(self, part: Part, rows: int) -> None:
        self._k = k = self.ratio = cast(PoolingSettings, part.settings).pool_size
        self._training = part.training
        h, c, w = batch_last(part.output_shape)
        if part.training:
            self._row_winners = part.buffer(rows, k, c, w)
            self._column_matches = np.empty((k - 1, h, k, c, w, part.samples), bool)
            self._row_matches = np.empty((k - 1, h, c, w, part.samples), bool)
            self._dx = part.buffer(k, rows, k, c, w)

    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Keep the largest value of every window."""
        columns = x.reshape(self._k, -1, self._k, *x.shape[2:])
        if not self._training:
            np.maximum.reduce(columns, axis=(0, 2), out=out[0])
            return
        winners = self._row_winners[: columns.shape[1]]
        row_winners = [winners[:, row] for row in range(self._k)]
        play(list(columns), winners, self._column_matches[:, rows])
        play(row_winners, out[0], self._row_matches[:, rows])

    def backward(self, dy: Array, rows: slice) -> Array:
        """Hand the gradient to the winner of every window."""
        n = dy.shape[1]
        by_row, dx = self._row_winners[:n], self._dx[:, :n]
        winners = [by_row[:, row] for row in range(self._k)]
        self._hand_back(dy[0], winners, self._row_matches[:, rows])
        self._hand_back(by_row, list(dx), self._column_matches[:, rows])
        return dx.reshape(self._k, n * self._k, *dx.shape[3:])

    @staticmethod
    def _hand_back(gradient: Array, players: list[Array], matches: Array) -> None:
        """Give the gradient to the winner and zero to the others; ``gradient`` is used up."""
        first, *others = players
        for number in range(len(others) - 1, -1, -1):
            player = others[number]
            player[...] = matches[number]
            np.multiply(player, gradient, out=player)
            rest = first if number == 0 else gradient
            np.subtract(gradient, player, out=rest)
        if not others:
            first[...] = gradient


def play(players: list[Array], best: Array, matches: Array | None) -> None:
    """Write the largest value of each place into ``best``.

    For each match, ``matches`` remembers whether the later player won; of equals the first does.
    """
    first, *others = players
    if not others:
        best[...] = first
    for number, player in enumerate(others):
        holder = first if number == 0 else best
        if matches is not None:
            np.greater(player, holder, out=matches[number])
        np.maximum(player, holder, out=best)
