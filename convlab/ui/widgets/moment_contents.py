"""What a chart shows of one moment alone: a histogram, or a number of every layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from convlab.ui.theme import Colors
from convlab.ui.widgets.chart_contents import power_ticks
from convlab.ui.widgets.plot_style import blend
from convlab.ui.widgets.time_chart import TICKS, Place, nice_ticks

DOT = 4.0  # pixels from the middle of a dot to its edge


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Bars of the shares (B,) of values that lie between ``edges`` (B + 1,); NaN if not finite."""

    shares: NDArray[np.float64]
    edges: NDArray[np.float64]
    caption: str

    @property
    def x_range(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        return float(self.edges[0]), float(self.edges[-1])

    @property
    def y_range(self) -> tuple[float, float]:
        """From no value to a little above the highest bar."""
        most = float(np.nan_to_num(self.shares).max())
        return 0.0, 1.05 * most if most > 0 else 1.0

    def x_ticks(self, count: int) -> Sequence[tuple[float, str]]:
        """Round values."""
        return [(at, f"{at:.4g}".replace("-", "−")) for at in nice_ticks(*self.x_range, 2 * count)]

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Round shares."""
        return [(at, f"{100 * at:.3g}%") for at in nice_ticks(*self.y_range, TICKS)]

    def paint(self, painter: QPainter, place: Place, colors: Colors) -> None:
        """Paint the bars."""
        for share, low, high in zip(self.shares, self.edges[:-1], self.edges[1:], strict=True):
            if share > 0:
                corner = QPointF(place.to_x(low), place.to_y(share))
                bar = QRectF(corner, QPointF(place.to_x(high), place.rect.bottom()))
                painter.fillRect(bar, QColor(colors.accent))

    def reading(self, x: float) -> str:
        """Return which share lies in the bar at a value, in a sentence."""
        bar = int(np.clip(np.searchsorted(self.edges, x) - 1, 0, len(self.shares) - 1))
        if np.isnan(self.shares[bar]):
            return "Values that are not finite."
        low, high = (f"{edge:+.3g}".replace("-", "−") for edge in self.edges[bar : bar + 2])
        return f"{self.shares[bar]:.1%} of the values lie between {low} and {high}."


@dataclass(frozen=True, slots=True, eq=False)
class ByLayer:
    """A dot for each of the layers ``names``, of which ``chosen`` stands out, and what is usual.

    ``values`` are NaN and ``bands`` None where there is none. With ``is_log``, both and
    ``y_range`` are decimal logarithms.
    """

    names: Sequence[str]
    values: Sequence[float]
    chosen: str
    bands: Sequence[tuple[float, float] | None]
    y_range: tuple[float, float]
    is_log: bool
    text: Callable[[float], str]

    @property
    def caption(self) -> str:
        """What stands side by side."""
        return "Layer"

    @property
    def x_range(self) -> tuple[float, float]:
        """A place one wide for each layer."""
        return 0.0, float(len(self.names))

    def x_ticks(self, count: int) -> Sequence[tuple[float, str]]:
        """The names; the chart leaves out those for which there is no room."""
        return [(number + 0.5, name) for number, name in enumerate(self.names)]

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Powers of ten, or round numbers."""
        if self.is_log:
            return power_ticks(self.y_range, self.text)
        return [(value, self.text(value)) for value in nice_ticks(*self.y_range, TICKS)]

    def paint(self, painter: QPainter, place: Place, colors: Colors) -> None:
        """Paint the dots over the ranges that are usual."""
        for number, band in enumerate(self.bands):
            if band is not None:
                low, high = band
                corner = QPointF(place.to_x(number), place.to_y(high))
                rect = QRectF(corner, QPointF(place.to_x(number + 1), place.to_y(low)))
                painter.fillRect(rect, blend(colors.good, colors.surface, 0.14))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (name, value) in enumerate(zip(self.names, self.values, strict=True)):
            if value == value:
                is_chosen = name == self.chosen
                color = colors.accent if is_chosen else colors.muted
                painter.setPen(QColor(color))
                painter.setBrush(QColor(color))
                radius = DOT if is_chosen else DOT - 1
                center = QPointF(place.to_x(number + 0.5), place.to_y(value))
                painter.drawEllipse(center, radius, radius)

    def name_at(self, x: float) -> str:
        """Return which layer stands at a place."""
        return self.names[min(max(floor(x), 0), len(self.names) - 1)]
