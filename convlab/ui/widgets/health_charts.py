"""What the chart of the network's health shows for a layer and a quantity."""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from convlab.insight.health import LEVELS, Health, LayerHealth, histogram
from convlab.insight.health_rules import DISTRIBUTIONS, Quantity, usual_range
from convlab.ui.widgets.chart_contents import HeatMap, Lines
from convlab.ui.widgets.health_table import small_number
from convlab.ui.widgets.time_chart import Content

ROWS = 61  # of a heat map; odd, so that zero has one of its own where the range is symmetric
TAIL = 0.0025  # of the values, at either end, may lie outside of the picture
LOWEST_POWER = -10.0  # of ten; what is smaller, zero included, is drawn there


def content_of(records: Sequence[Health], layer: str, quantity: Quantity) -> Content | None:
    """Return what to show of a layer; None where nothing is known of it."""
    history = [
        (record.iteration, health)
        for record in records
        if (health := record.layer(layer)) is not None
    ]
    if not history:
        return None
    first, last = history[0][0], history[-1][0]
    x_range = (float(first), float(max(last, first + 1)))
    if quantity in DISTRIBUTIONS:
        return _heat_map(history, quantity, x_range)
    return _lines(records, layer, quantity, x_range)


def _heat_map(
    history: Sequence[tuple[int, LayerHealth]], quantity: Quantity, x_range: tuple[float, float]
) -> HeatMap:
    quantiles = np.stack([getattr(health, quantity) for _, health in history])
    low, high = _value_range(quantiles.astype(np.float64))
    edges = np.linspace(low, high, ROWS + 1)
    shares = np.stack([histogram(each, edges) for each in quantiles], axis=1)
    iterations = np.array([iteration for iteration, _ in history], float)
    return HeatMap(shares, iterations, x_range, (low, high))


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


def _lines(
    records: Sequence[Health], layer: str, quantity: Quantity, x_range: tuple[float, float]
) -> Lines:
    is_log = quantity != "idle"
    curves = {
        each.name: _points(records, each.name, quantity, is_log) for each in records[-1].layers
    }
    chosen = curves.pop(layer)
    health = records[-1].layer(layer)
    usual = None if health is None else usual_range(health, quantity)
    if not is_log:
        return Lines(chosen, list(curves.values()), usual, x_range, (0.0, 1.0), False, _percent)
    band = None if usual is None else (float(np.log10(usual[0])), float(np.log10(usual[1])))
    values = np.concatenate([points[:, 1] for points in (chosen, *curves.values())])
    values = values[np.isfinite(values)]
    ends = [*(band or ()), *((values.min(), values.max()) if values.size else ())] or [0.0, 1.0]
    low, high = floor(min(ends) - 0.05), ceil(max(ends) + 0.05)
    return Lines(
        chosen, list(curves.values()), band, x_range, (float(low), float(high)), True, small_number
    )


def _points(
    records: Sequence[Health], layer: str, quantity: Quantity, is_log: bool
) -> NDArray[np.float64]:
    numbers = []
    for record in records:
        health = record.layer(layer)
        value = None if health is None else getattr(health, quantity)
        numbers.append((float(record.iteration), np.nan if value is None else float(value)))
    points = np.array(numbers)
    if is_log:
        with np.errstate(divide="ignore", invalid="ignore"):
            points[:, 1] = np.maximum(np.log10(points[:, 1]), LOWEST_POWER)
    points[~np.isfinite(points[:, 1]), 1] = np.nan
    return points


def _percent(value: float) -> str:
    return f"{value:.0%}"
