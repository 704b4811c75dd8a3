"""Which images share a mini-batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import SettingsError


@dataclass(frozen=True, slots=True)
class BatchesState:
    """The order of the epoch's images (N,), how many of them are dealt, and the generator."""

    order: NDArray[np.intp]
    dealt: int
    rng: dict[str, Any]


class Batches:
    """Deals out the indices of ``n`` images in mini-batches, epoch after epoch.

    Every image comes once an epoch, in an order drawn anew by ``rng``; the last batch of an epoch
    holds what is left. ``with_replacement`` draws every batch from all images instead, as the
    book does, so that some are seen twice in an epoch and others not at all.
    """

    def __init__(
        self, n: int, size: int, rng: np.random.Generator, *, with_replacement: bool = False
    ) -> None:
        if not 1 <= size <= n:
            raise SettingsError(
                {"mini_batch_size": f"A mini-batch has 1 to {n} images here; received {size}."}
            )
        self.n = n
        self.size = size
        self.per_epoch = -(-n // size)
        self._rng = rng
        self._with_replacement = with_replacement
        self._order: NDArray[np.intp] = np.arange(0)
        self._dealt = n

    def state(self) -> "BatchesState":
        """Return where in which epoch's order the next mini-batch begins."""
        return BatchesState(self._order.copy(), self._dealt, dict(self._rng.bit_generator.state))

    def restore(self, state: "BatchesState") -> None:
        """Go on where ``state`` was taken; raises ValueError if it is of other images."""
        order = np.asarray(state.order, dtype=np.intp)
        is_order = len(order) == 0 or np.array_equal(np.sort(order), np.arange(self.n))
        if (
            not is_order
            or not 0 <= state.dealt < self.n + self.size  # a last, smaller batch counts as whole
            or (len(order) == 0 and state.dealt != self.n)
        ):
            raise ValueError("the order of the images is damaged")
        self._rng.bit_generator.state = state.rng
        self._order, self._dealt = order, state.dealt

    def next(self) -> NDArray[np.intp]:
        """Return the indices of the next mini-batch."""
        if self._with_replacement:
            return self._rng.integers(self.n, size=self.size)
        if self._dealt >= self.n:
            self._order = self._rng.permutation(self.n)
            self._dealt = 0
        batch = self._order[self._dealt : self._dealt + self.size]
        self._dealt += self.size
        return batch


def sample(n: int, wanted: int | None, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return indices of ``wanted`` different samples, or of all.

    The book takes the first ones, which are of one class only in a set that is sorted by class.
    """
    if not wanted or wanted >= n:
        return np.arange(n)
    return np.sort(rng.choice(n, wanted, replace=False))
