"""A stage that works block by block: a head and its followers, while the rows are in the cache."""

from collections.abc import Sequence
from math import prod

import numpy as np

from convlab.nn.engine.parts import Follower, Head
from convlab.nn.types import Array

BLOCK_BYTES = 600_000  # of a head's output; with what its followers need it fits a 1 MB L2 cache


def block_rows(shape: tuple[int, int, int], row_bytes: int, ratio: int) -> int:
    """Return how many output rows of the stage are computed at a time."""
    rows = shape[0] // ratio
    return max(1, min(rows, BLOCK_BYTES // max(1, row_bytes * ratio)))


class BlockStage:
    """y = followers(head(x)), and back.

    ``rows`` is how many rows of the stage's output are computed at a time.
    """

    def __init__(self, head: Head, followers: Sequence[Follower], y: Array, rows: int) -> None:
        self._head = head
        self._followers = followers
        self._y = y
        self._ratio = prod(follower.ratio for follower in followers)
        self._blocks = [slice(first, min(first + rows, len(y))) for first in range(0, len(y), rows)]
        self._outs = self._where_to_write(rows, y)

    def _where_to_write(self, rows: int, y: Array) -> list[Array | None]:
        """Return for the head and each follower: None for in place, y itself, or a scratch."""
        writers = [0] + [n for n, f in enumerate(self._followers, start=1) if not f.in_place]
        outs: list[Array | None] = [None] * (1 + len(self._followers))
        ratio = self._ratio
        shape = self._head.shape
        for writer in writers:
            if writer:
                follower = self._followers[writer - 1]
                ratio //= follower.ratio
                shape = (shape[0] // follower.ratio, shape[1], shape[2] // follower.ratio)
            if writer == writers[-1]:
                outs[writer] = y
            else:
                size = (rows * ratio, *shape[1:], y.shape[-1])
                outs[writer] = np.empty(size, y.dtype)
        return outs

    def forward(self, x: Array) -> Array:
        """Return y (H, C, W, N)."""
        self._head.load(x)
        for block in self._blocks:
            ratio = self._ratio
            out = self._out(0, block, ratio)
            self._head.forward(_times(block, ratio), out)
            for number, follower in enumerate(self._followers, start=1):
                ratio //= follower.ratio
                into = out if follower.in_place else self._out(number, block, ratio)
                follower.forward(out, _times(block, ratio), into)
                out = into
        return self._y

    def backward(self, dy: Array) -> None:
        """Compute the gradients of the parameters; ``dy`` is used up."""
        for block in self._blocks:
            d, ratio = dy[block], 1
            for follower in reversed(self._followers):
                d = follower.backward(d, _times(block, ratio))
                ratio *= follower.ratio
            self._head.backward(d, _times(block, ratio))

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""
        return self._head.input_gradient()

    def _out(self, writer: int, block: slice, ratio: int) -> Array:
        array = self._outs[writer]
        assert array is not None
        if array is self._y:
            return array[block]
        return array[: (block.stop - block.start) * ratio]


def _times(block: slice, ratio: int) -> slice:
    return slice(block.start * ratio, block.stop * ratio)
