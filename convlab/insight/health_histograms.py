"""Histograms of a layer at several moments that share their edges, as they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from convlab.insight.health import LEVELS, Health, LayerHealth, histogram
from convlab.insight.health_rules import Quantity

ROWS = 61  # of a histogram; odd, so that zero has one of its own where the range is symmetric
TAIL = 0.0025  # of the values, at either end, may lie outside of the picture


@dataclass(frozen=True, slots=True, eq=False)
class Histograms:
    """Which share (0 to 1) of a layer's values lies where, at T moments.

    ``shares`` (B, T) lie between ``edges`` (B + 1,), at ``iterations`` (T,); NaN where values
    were not finite. What lies beyond the edges, at most 0.5 % or so, is left out.
    """

    shares: NDArray[np.float64]
    edges: NDArray[np.float64]
    iterations: NDArray[np.float64]


def layer_history(records: Sequence[Health], layer: str) -> list[tuple[int, LayerHealth]]:
    """Return the moments of which something is known of a layer."""
    found = ((record.iteration, record.layer(layer)) for record in records)
    return [(iteration, health) for iteration, health in found if health is not None]


def histograms(history: Sequence[tuple[int, LayerHealth]], quantity: Quantity) -> Histograms:
    """Return the histograms of one of the distributions of a layer; there must be a moment."""
    quantiles = np.stack([getattr(health, quantity) for _, health in history])
    edges = np.linspace(*_value_range(quantiles.astype(np.float64)), ROWS + 1)
    shares = np.stack([histogram(each, edges) for each in quantiles], axis=1)
    return Histograms(shares, edges, np.array([iteration for iteration, _ in history], float))


def _value_range(quantiles: NDArray[np.float64]) -> tuple[float, float]:
    """Return what holds nearly all values of all moments, and zero in the middle of a row."""
    lowest, highest = (quantiles[:, np.searchsorted(LEVELS, at)] for at in (TAIL, 1 - TAIL))
    known = np.isfinite(lowest)
    if not known.any():
        return -1.0, 1.0
    low, high = min(0.0, lowest[known].min()), max(0.0, highest[known].max())
    row = max((high - low) / (ROWS - 2), 1e-12)
    # Whole rows below zero and half a row more, so that zero has a row of its own.
    below = ceil(-low / row - 0.5) + 0.5
    return -below * row, (ROWS - below) * row
