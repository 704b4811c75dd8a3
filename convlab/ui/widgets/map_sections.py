"""Where the outputs of layers lie below each other: grids of maps, and rows of bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from convlab.insight.mosaic import Tiling
from convlab.insight.receptive_field import Unit
from convlab.ui.theme import SPACE

Output = NDArray[np.floating[Any]]

TITLE = 22  # pixels above each section
TILE = 44  # pixels of a map's edge, about, where all layers are shown
LARGEST_TILE = 96  # pixels that a map of many numbers may take there
MOST_ENLARGED = 12  # pixels of one number there
SMALLEST_TILE = 24  # pixels, where one layer fills the view; smaller, it scrolls
BARS = 44.0  # pixels that a row of bars is high
NARROWEST_BAR, WIDEST_BAR = 3.0, 28.0
MARGIN = 2.0  # pixels at the left and right, for outlines
LABELS = 16.0  # pixels below bars, for the names of classes


@dataclass(frozen=True, slots=True)
class Section:
    """One layer's place: ``body`` is where its numbers are, in pixels of the whole.

    Maps have a ``tiling``, each of whose pixels is ``scale`` wide; bars have ``per_row`` in rows
    of a height of ``row`` and are ``scale`` wide.
    """

    name: str
    shape: tuple[int, ...]
    body: QRectF
    scale: float
    tiling: Tiling | None = None
    per_row: int = 1
    row: float = BARS
    has_labels: bool = False

    @property
    def top(self) -> float:
        """Where its title begins."""
        return self.body.top() - TITLE

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.body.bottom() + (LABELS if self.has_labels else 0)

    def unit_at(self, point: QPointF) -> Unit | None:
        """Return the unit at a point of the whole; None between maps and outside."""
        if not self.body.contains(point):
            return None
        x, y = point.x() - self.body.left(), point.y() - self.body.top()
        if self.tiling is None:
            column = floor(x / self.scale)
            number = floor(y / self.row) * self.per_row + column
            return (number,) if column < self.per_row and number < self.shape[0] else None
        pixel = self.tiling.tile_at(floor(y / self.scale), floor(x / self.scale))
        return None if pixel is None else (pixel.tile, pixel.row, pixel.column)

    def unit_rect(self, unit: Unit) -> QRectF:
        """Return where a unit lies."""
        if self.tiling is None:
            row, column = divmod(unit[0], self.per_row)
            place = QPointF(column * self.scale, row * self.row)
            return QRectF(self.body.topLeft() + place, self.body.topLeft() + place).adjusted(
                0, 0, self.scale, self.row
            )
        tile = self.tile_rect(unit[0])
        _, row, column = unit
        corner = tile.topLeft() + QPointF(column * self.scale, row * self.scale)
        return QRectF(corner.x(), corner.y(), self.scale, self.scale)

    def tile_rect(self, number: int) -> QRectF:
        """Return where a whole map lies; of bars, one bar."""
        if self.tiling is None:
            return self.unit_rect((number,))
        row, column = self.tiling.corner(number)
        corner = self.body.topLeft() + QPointF(column * self.scale, row * self.scale)
        size = QPointF(self.tiling.tile_width * self.scale, self.tiling.tile_height * self.scale)
        return QRectF(corner, corner + size)


def sections_of(
    outputs: Mapping[str, Output],
    shown: Sequence[str],
    width: float,
    height: float,
    ratio: float,
    labeled: str = "",
) -> tuple[Section, ...]:
    """Return the places of ``shown`` layers, one below the other, in a view of ``width``.

    One layer alone is enlarged to fill the ``height``. Numbers cover whole pixels of a screen
    that has ``ratio`` for one; the layer ``labeled`` gets room for names below its bars.
    """
    sections: list[Section] = []
    top = 0.0
    for name in shown:
        shape = outputs[name].shape
        room = height - TITLE - MARGIN if len(shown) == 1 else None
        left_top = (top + TITLE, width - 2 * MARGIN, room)
        if len(shape) == 3:
            section = _maps(name, shape, *left_top, ratio)
        else:
            section = _bars(name, shape, *left_top, has_labels=name == labeled)
        sections.append(section)
        top = section.bottom + SPACE
    return tuple(sections)


def _maps(
    name: str, shape: tuple[int, ...], top: float, width: float, room: float | None, ratio: float
) -> Section:
    count, rows, columns = shape
    found = None if room is None else _filling(shape, width, room, ratio)
    if found is None:
        side = max(rows, columns)
        scale = LARGEST_TILE / side
        if side <= LARGEST_TILE:
            scale = max(1, round(min(TILE / side, MOST_ENLARGED) * ratio)) / ratio
        gap = _gap(scale)
        fit = max(1, floor((width / scale + gap) / (columns + gap)))
        found = Tiling(count, rows, columns, min(fit, count), gap), scale
    tiling, scale = found
    body = QRectF(MARGIN, top, tiling.width * scale, tiling.height * scale)
    return Section(name, shape, body, scale, tiling)


def _filling(
    shape: tuple[int, ...], width: float, room: float, ratio: float
) -> tuple[Tiling, float] | None:
    """Return the tiling with the largest maps that needs no scrolling; None if all are small."""
    count, rows, columns = shape
    gap = max(1, round(max(rows, columns) / 16))
    tilings = (Tiling(count, rows, columns, n, gap) for n in range(1, count + 1))
    best = max(tilings, key=lambda tiling: tiling.scale_in(width, room))
    scale = _whole(best.scale_in(width, room), ratio)
    return (best, scale) if scale * max(rows, columns) >= SMALLEST_TILE else None


def _bars(
    name: str, shape: tuple[int, ...], top: float, width: float, room: float | None, *,
    has_labels: bool,
) -> Section:  # fmt: skip
    (count,) = shape
    bar = min(max(floor(width / count), NARROWEST_BAR), WIDEST_BAR)
    per_row = max(1, min(count, floor(width / bar)))
    rows = ceil(count / per_row)
    row = BARS
    if room is not None:
        row = max(BARS, (room - (LABELS if has_labels else 0)) / rows)
    body = QRectF(MARGIN, top, per_row * bar, rows * row)
    return Section(name, shape, body, bar, None, per_row, row, has_labels)


def _whole(scale: float, ratio: float) -> float:
    """Return the scale in whole pixels of the screen, where it is at least one."""
    return floor(scale * ratio) / ratio if scale * ratio >= 1 else scale


def _gap(scale: float) -> int:
    """Return the gap between maps in numbers, which is some three pixels."""
    return max(1, round(3 / scale))
