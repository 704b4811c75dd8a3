"""A stage that works block by block: a head and its followers, while the rows are in the cache."""

from collections.abc import Sequence
from math import prod

import numpy as np

from convlab.nn.engine.parts import Follower, Head
from convlab.nn.types import Array

BLOCK_BYTES = 2_400_000  # of a head's output; smaller blocks make threads wait for Python's lock


def block_rows(head_rows: int, row_bytes: int, ratio: int) -> int:
    """Return how many output rows of the stage are computed at a time."""
    rows = head_rows // ratio
    return max(1, min(rows, BLOCK_BYTES // max(1, row_bytes * ratio)))


class BlockStage:
    """y = followers(head(x)), and back.

    ``rows`` is how many rows of the stage's output are computed at a time. At most one follower,
    a pool, is not in place; it writes into y, and what stands before it into a scratch.
    """

    def __init__(self, head: Head, followers: Sequence[Follower], y: Array, rows: int) -> None:
        self._head = head
        self._followers = followers
        self._y = y
        self._ratio = prod(follower.ratio for follower in followers)
        self._blocks = [slice(first, min(first + rows, len(y))) for first in range(0, len(y), rows)]
        residues, _, channels, width = head.shape
        pools = any(not follower.in_place for follower in followers)
        scratch_rows = rows * self._ratio if pools else 0
        self._scratch = np.empty((residues, scratch_rows, channels, width, y.shape[-1]), y.dtype)
        self._pools = pools

    def forward(self, x: Array) -> Array:
        """Return y (H, C, W, N)."""
        self._head.load(x)
        for block in self._blocks:
            ratio = self._ratio
            y = self._y[np.newaxis, block]
            out = self._scratch[:, : (block.stop - block.start) * ratio] if self._pools else y
            self._head.forward(_times(block, ratio), out)
            for follower in self._followers:
                ratio //= follower.ratio
                into = out if follower.in_place else y
                follower.forward(out, _times(block, ratio), into)
                out = into
        return self._y

    def backward(self, dy: Array) -> None:
        """Compute the gradients of the parameters; ``dy`` is used up."""
        for block in self._blocks:
            d, ratio = dy[np.newaxis, block], 1
            for follower in reversed(self._followers):
                d = follower.backward(d, _times(block, ratio))
                ratio *= follower.ratio
            self._head.backward(d, _times(block, ratio))

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""
        return self._head.input_gradient()


def _times(block: slice, ratio: int) -> slice:
    return slice(block.start * ratio, block.stop * ratio)
