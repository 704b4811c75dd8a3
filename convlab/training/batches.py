"""Which images share a mini-batch."""

import numpy as np
from numpy.typing import NDArray

from convlab.errors import SettingsError


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
