"""A stage that works block by block: a head and its followers, while the rows are in the cache."""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from convlab.nn.engine.parts import Follower, Head
from convlab.nn.types import Array

BLOCK_BYTES = 1_200_000  # of a head's output; smaller blocks make threads wait for Python's lock


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
        scratch = np.empty((residues, scratch_rows, channels, width, y.shape[-1]), y.dtype)
        # All that goes forward is cut to size here, once: for a single image that counts.
        self._calls: list[tuple[Callable[..., None], tuple[Array | slice, ...]]] = []
        for block in self._blocks:
            ratio, into = self._ratio, y[np.newaxis, block]
            out = scratch[:, : (block.stop - block.start) * ratio] if pools else into
            self._calls.append((head.forward, (_times(block, ratio), out)))
            for follower in followers:
                x, ratio = out, ratio // follower.ratio
                out = x if follower.in_place else into
                self._calls.append((follower.forward, (x, _times(block, ratio), out)))

    def forward(self, x: Array) -> Array:
        """Return y (H, C, W, N)."""
        self._head.load(x)
        for call, arguments in self._calls:
            call(*arguments)
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
