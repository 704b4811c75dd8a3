"""What the chart of the network's health shows for a layer and a quantity."""

from collections.abc import Iterable, Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from convlab.insight.health import Health, LayerHealth
from convlab.insight.health_histograms import Histograms, histograms, layer_history
from convlab.insight.health_rules import DISTRIBUTIONS, Quantity, usual_range
from convlab.ui.widgets.chart_contents import HeatMap, Lines
from convlab.ui.widgets.health_table import small_number
from convlab.ui.widgets.moment_contents import ByLayer, Histogram
from convlab.ui.widgets.time_chart import Content

LOWEST_POWER = -10.0  # of ten; what is smaller, zero included, is drawn there


def content_of(records: Sequence[Health], layer: str, quantity: Quantity) -> Content | None:
    """Return what to show of a layer; None where nothing is known of it.

    Of several moments it lies over the iterations; of one alone there is no time to show.
    """
    history = layer_history(records, layer)
    if not history:
        return None
    x_range = (float(history[0][0]), float(history[-1][0]))
    if quantity in DISTRIBUTIONS:
        return _distribution(histograms(history, quantity), quantity, x_range)
    return _numbers(records, layer, quantity, x_range)


def _distribution(
    found: Histograms, quantity: Quantity, x_range: tuple[float, float]
) -> Histogram | HeatMap:
    if len(found.iterations) == 1:
        return Histogram(found.shares[:, 0], found.edges, quantity.capitalize())
    y_range = float(found.edges[0]), float(found.edges[-1])
    return HeatMap(found.shares, found.iterations, x_range, y_range)


def _numbers(
    records: Sequence[Health], layer: str, quantity: Quantity, x_range: tuple[float, float]
) -> Lines | ByLayer:
    is_log = quantity != "idle"
    curves = {
        each.name: _points(records, each.name, quantity, is_log) for each in records[-1].layers
    }
    bands = {each.name: _band(each, quantity, is_log) for each in records[-1].layers}
    band = bands[layer]
    y_range = _powers(curves.values(), band) if is_log else (0.0, 1.0)
    text = small_number if is_log else _percent
    if len(records) == 1:
        values = [float(points[0, 1]) for points in curves.values()]
        return ByLayer(list(curves), values, layer, list(bands.values()), y_range, is_log, text)
    chosen = curves.pop(layer)
    return Lines(chosen, list(curves.values()), band, x_range, y_range, is_log, text)


def _band(layer: LayerHealth, quantity: Quantity, is_log: bool) -> tuple[float, float] | None:
    band = usual_range(layer, quantity)
    if band is None or not is_log:
        return band
    return float(np.log10(band[0])), float(np.log10(band[1]))


def _powers(
    curves: Iterable[NDArray[np.float64]], band: tuple[float, float] | None
) -> tuple[float, float]:
    """Return the powers of ten between which the band and all that is known lie."""
    values = np.concatenate([points[:, 1] for points in curves])
    values = values[np.isfinite(values)]
    ends = [*(band or ()), *((values.min(), values.max()) if values.size else ())] or [0.0, 1.0]
    return float(floor(min(ends) - 0.05)), float(ceil(max(ends) + 0.05))


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
