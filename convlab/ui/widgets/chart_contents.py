"""What a chart over the iterations can show: lines with a usual range, or a heat map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from convlab.ui.theme import Colors
from convlab.ui.widgets.plot_style import blend
from convlab.ui.widgets.time_chart import TICKS, Place, nice_ticks


class OverTime:
    """What lies over the iterations of a run."""

    __slots__ = ()
    x_range: tuple[float, float]

    @property
    def caption(self) -> str:
        """What lies on the level axis."""
        return "Iteration"

    def x_ticks(self, count: int) -> Sequence[tuple[float, str]]:
        """Round iterations."""
        ticks = nice_ticks(*self.x_range, count)
        return [(value, f"{value:,.0f}") for value in ticks if value == round(value)]


@dataclass(frozen=True, slots=True, eq=False)
class Lines(OverTime):
    """A curve that stands out, others behind it, and the usual range as a band.

    Points are (N, 2): iteration and value, NaN where there is none. With ``is_log``, values,
    band and ``y_range`` are decimal logarithms.
    """

    chosen: NDArray[np.float64]
    others: Sequence[NDArray[np.float64]]
    band: tuple[float, float] | None
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    is_log: bool
    text: Callable[[float], str]

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Powers of ten, or round numbers."""
        if self.is_log:
            return power_ticks(self.y_range, self.text)
        return [(value, self.text(value)) for value in nice_ticks(*self.y_range, TICKS)]

    def paint(self, painter: QPainter, place: Place, colors: Colors) -> None:
        """Paint the band, then the lines."""
        if self.band is not None:
            top, bottom = (place.to_y(value) for value in reversed(self.band))
            band = QRectF(place.rect.left(), top, place.rect.width(), bottom - top)
            painter.fillRect(band, blend(colors.good, colors.surface, 0.14))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for points in self.others:
            _paint_line(painter, place, points, blend(colors.muted, colors.surface, 0.45), 1.0)
        _paint_line(painter, place, self.chosen, QColor(colors.accent), 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap(OverTime):
    """Which share of a layer's values lies where: a column for each moment, darker for more.

    ``shares`` (B, T) are of B equally high rows from the bottom of ``y_range`` up, at T moments
    ``iterations``; NaN where values were not finite. A column begins and ends halfway to the next.
    """

    shares: NDArray[np.float64]
    iterations: NDArray[np.float64]
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Round numbers."""
        values = nice_ticks(*self.y_range, TICKS)
        return [(value, f"{value:.4g}".replace("-", "−")) for value in values]

    def moment_at(self, iteration: float) -> int:
        """Return which column an iteration lies in."""
        between = (self.iterations[1:] + self.iterations[:-1]) / 2
        return int(np.searchsorted(between, iteration))

    def row_at(self, value: float) -> int:
        """Return which row a value lies in."""
        low, high = self.y_range
        rows = len(self.shares)
        return min(max(int((value - low) / (high - low) * rows), 0), rows - 1)

    def row_range(self, row: int) -> tuple[float, float]:
        """Return the lowest and the highest value of a row."""
        low, high = self.y_range
        height = (high - low) / len(self.shares)
        return low + row * height, low + (row + 1) * height

    def reading(self, iteration: float, value: float) -> str:
        """Return which share lies in the row of a value at an iteration, in a sentence."""
        column, row = self.moment_at(iteration), self.row_at(value)
        low, high = (f"{edge:+.3g}".replace("-", "−") for edge in self.row_range(row))
        share = self.shares[row, column]
        at = f"Iteration {self.iterations[column]:,.0f}"
        if share != share:
            return f"{at}: values that are not finite."
        return f"{at}: {share:.1%} of the values lie between {low} and {high}."

    def paint(self, painter: QPainter, place: Place, colors: Colors) -> None:
        """Paint the columns; the fullest row of each has the full color."""
        most = np.nanmax(np.where(np.isnan(self.shares), 0.0, self.shares), axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            strength = np.sqrt(self.shares / np.maximum(most, 1e-12))
        pixels = _colored(strength[::-1], colors)
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        edges = self._edges()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for column in range(width):
            left, right = place.to_x(edges[column]), place.to_x(edges[column + 1])
            target = QRectF(left, place.rect.top(), max(1.0, right - left + 0.5),
                            place.rect.height())  # fmt: skip
            painter.drawImage(target, image, QRectF(column, 0, 1, height))

    def _edges(self) -> NDArray[np.float64]:
        between = (self.iterations[1:] + self.iterations[:-1]) / 2
        return np.concatenate([[self.x_range[0]], between, [self.x_range[1]]])


def power_ticks(
    y_range: tuple[float, float], text: Callable[[float], str]
) -> list[tuple[float, str]]:
    """Return about four powers of ten in a range of decimal logarithms, with their labels."""
    low, high = y_range
    every = max(1, round((high - low) / TICKS))
    powers = range(floor(low), floor(high) + 1, every)
    return [(power, text(10.0**power)) for power in powers if power >= low]


def _paint_line(
    painter: QPainter, place: Place, points: NDArray[np.float64], color: QColor, width: float
) -> None:
    painter.setPen(QPen(color, width))
    known = points[~np.isnan(points[:, 1])]
    polygon = QPolygonF([QPointF(place.to_x(x), place.to_y(y)) for x, y in known.tolist()])
    painter.drawPolyline(polygon)
    if len(known) == 1:
        painter.setBrush(color)
        painter.drawEllipse(polygon.at(0), 1.5 * width, 1.5 * width)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _colored(strength: NDArray[np.float64], colors: Colors) -> NDArray[np.uint8]:
    """Return (H, W, 3) from the color of the surface at 0 to the accent at 1; NaN is an error."""
    under, over, bad = map(_rgb, (colors.surface, colors.accent, colors.error))
    share = np.nan_to_num(strength)[..., np.newaxis]
    mixed = under + share * (over - under)
    return np.where(np.isnan(strength)[..., np.newaxis], bad, mixed).astype(np.uint8)


def _rgb(name: str) -> NDArray[np.float64]:
    color = QColor(name)
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)
