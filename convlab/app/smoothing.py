"""The moving average that smooths a noisy curve."""

import numpy as np
from numpy.typing import NDArray


class MovingAverage:
    """An exponential moving average with bias correction, fed piece by piece.

    A value that lies k steps back weighs ``strength ** k``, and the weights are divided by their
    sum: without that the average would start near zero (Kingma and Ba, Adam, 2015, section 3).
    Values that are not finite weigh nothing.
    """

    def __init__(self, strength: float) -> None:
        if not 0 <= strength < 1:
            raise ValueError(f"the strength must be at least 0 and below 1, not {strength}")
        self.strength = strength
        self._sums = np.zeros((2, 1))  # of the weighted values and of the weights, so far

    def extend(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the average after each of ``values`` (N,); NaN before the first finite one."""
        finite = np.isfinite(values)
        sums = np.stack([np.where(finite, values, 0.0), finite.astype(np.float64)])
        self._sum_up(sums)
        sums += self._sums * self.strength ** np.arange(1, len(values) + 1)
        if len(values):
            self._sums = sums[:, -1:].copy()
        weighted, weights = sums
        average = np.full(len(values), np.nan)
        np.divide(weighted, weights, out=average, where=weights > 0)
        return average

    def _sum_up(self, sums: NDArray[np.float64]) -> None:
        """Turn each column into the decayed sum of itself and all columns before it, in place.

        Each pass doubles how far back the sums reach; it ends where weights no longer count.
        """
        reach = 1
        while reach < sums.shape[1] and self.strength**reach > np.finfo(np.float64).eps / 100:
            sums[:, reach:] += self.strength**reach * sums[:, :-reach]
            reach *= 2
