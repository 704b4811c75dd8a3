"""What can be said of an array of any shape in a line, and one table of its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ArrayFigures:
    """The shape of an array and its smallest, mean and largest number; NaN if it is empty."""

    shape: tuple[int, ...]
    lowest: float
    mean: float
    highest: float


def array_figures(array: NDArray[Any]) -> ArrayFigures:
    """Return the figures of an array of numbers or truth values; means are taken in float64."""
    if not array.size:
        return ArrayFigures(array.shape, np.nan, np.nan, np.nan)
    with np.errstate(all="ignore"):  # what is not finite is told, not warned about
        mean = float(array.mean(dtype=np.float64))
    return ArrayFigures(array.shape, float(array.min()), mean, float(array.max()))


def matrix_of(array: NDArray[Any], place: Sequence[int] = ()) -> NDArray[Any]:
    """Return the last two axes of an array as a table (rows, columns).

    ``place`` counts along the axes before them. A vector becomes one row, a number one cell.
    """
    if array.ndim <= 2:
        return np.atleast_2d(array)
    return np.asarray(array[tuple(place)])
