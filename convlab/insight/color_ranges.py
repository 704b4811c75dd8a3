"""Which numbers the two ends of a color scale stand for, and where a number lies between them."""

from math import floor, log10

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]
Ranges = NDArray[np.float64]  # (F, 2): the lowest and the highest number of each tile's colors

NICE_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
NO_SPREAD = 0.01  # the limit of values that are all zero: any would do, but not zero itself


def symmetric_limit(*arrays: Numbers) -> float:
    """Return a round number that no finite value of ``arrays`` exceeds in size.

    Rounding up keeps a color scale still while the weights behind it grow.
    """
    largest = max((_largest(array) for array in arrays), default=0.0)
    if largest < np.finfo(np.float32).tiny:
        return NO_SPREAD
    power = 10.0 ** floor(log10(largest))
    return next((step * power for step in NICE_STEPS if largest <= step * power), 10.0 * power)


def common_ranges(limit: float, count: int) -> Ranges:
    """Return the range from ``-limit`` to ``limit`` for each of ``count`` tiles."""
    return np.tile((-limit, limit), (count, 1))


def own_ranges(tiles: Numbers) -> Ranges:
    """Return the lowest and the highest finite value of each tile of (F, H, W).

    So matplotlib colors a picture, and the book each of its filters. A tile whose values are all
    the same gets a range with that value in the middle.
    """
    finite = np.isfinite(tiles)
    low = np.where(finite, tiles, np.inf).min(axis=(1, 2)).astype(np.float64)
    high = np.where(finite, tiles, -np.inf).max(axis=(1, 2)).astype(np.float64)
    low, high = np.where(low <= high, (low, high), 0.0)  # of tiles with nothing finite, too
    spread = np.where(low == high, np.maximum(np.abs(low), NO_SPREAD), 0.0)
    return np.stack([low - spread, high + spread], axis=1)


def own_symmetric_ranges(tiles: Numbers) -> Ranges:
    """Return for each tile of (F, H, W) the narrowest range around zero that holds its values."""
    sizes = np.where(np.isfinite(tiles), np.abs(tiles), 0.0).max(axis=(1, 2)).astype(np.float64)
    limits = np.where(sizes > 0.0, sizes, NO_SPREAD)
    return np.stack([-limits, limits], axis=1)


def shares(tiles: Numbers, ranges: Ranges) -> NDArray[np.float64]:
    """Return where the values of (F, H, W) lie in their tile's range: -1 lowest, 1 highest.

    What is not finite is NaN.
    """
    low, high = ranges[:, 0, None, None], ranges[:, 1, None, None]
    values = np.where(np.isfinite(tiles), tiles, np.nan).astype(np.float64)
    # Halves first: the difference of two large numbers could be infinite.
    return np.asarray((values - (low / 2 + high / 2)) / (high / 2 - low / 2))


def _largest(values: Numbers) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
