"""Whether a network is right as often as it says it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # as Guo and others have it


@dataclass(frozen=True, slots=True)
class Calibration:
    """Answers sorted by their certainty into B bins of equal width: all arrays are (B,).

    ``counts`` says how many answers a bin has, ``certainty`` their mean probability and
    ``accuracy`` the share of them that is right, both 0 to 1 and NaN for an empty bin.
    Bin b holds probabilities above b / B up to (b + 1) / B.
    """

    counts: NDArray[np.intp]
    certainty: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error: the mean of |accuracy - certainty| over all answers.

        Source: Guo, Pleiss, Sun and Weinberger, *On Calibration of Modern Neural Networks* (2017).
        """
        filled = self.counts > 0
        gaps = np.abs(self.accuracy - self.certainty)[filled]
        return float((self.counts[filled] * gaps).sum() / max(1, self.counts.sum()))

    @property
    def edges(self) -> NDArray[np.float64]:
        """Where the bins begin and end (B + 1,)."""
        return np.linspace(0.0, 1.0, len(self.counts) + 1)


def calibration(
    certainty: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = BINS
) -> Calibration:
    """Sort answers of a ``certainty`` (N,) into bins; ``is_right`` (N,) says which are right."""
    place = np.clip(np.ceil(certainty * bins).astype(np.intp) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Calibration(
            counts,
            np.bincount(place, certainty, bins) / counts,
            np.bincount(place, is_right, bins) / counts,
        )
