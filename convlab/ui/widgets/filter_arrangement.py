"""How grids of filters share the room there is: in a row or a column, whole or scrolling."""

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QSizeF

from convlab.insight.mosaic import Tiling

SMALLEST_WEIGHT = 3  # pixels; smaller ones would not make a pattern that can be seen,
LARGE_TILE = 20  # except in filters of so many pixels
SMALLEST_TILE = 9  # pixels; smaller ones could not be clicked
SCROLLED_TILE = 15  # pixels at least, where scrolling makes room
LOWEST_STACK = 56  # pixels of a mosaic's height; lower ones are not stacked


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The layout of every grid, the screen pixels a weight takes, and how the grids stand."""

    tiling: Tiling
    scale: float
    stacked: bool
    scrolls: bool


@dataclass(frozen=True, slots=True)
class GridRoom:
    """The room for ``grids`` mosaics in ``area`` pixels.

    Each needs ``around``, for its frame and its texts, beside the mosaic itself, ``gap`` lies
    between two of them, and a scroll bar is ``bar`` wide. ``ratio`` is how many pixels the screen
    has for one; weights cover whole ones of these.
    """

    grids: int
    area: QSizeF
    around: QSizeF
    gap: int
    bar: int
    ratio: float

    def arrange(self, count: int, tile_height: int, tile_width: int) -> Arrangement:
        """Return the arrangement with the largest tiles; it scrolls if they would be too small."""
        row, column = self._in_a_row(self.area.width()), self._in_a_column()
        whole_row, whole_column = (
            Tiling.fitting(count, tile_height, tile_width, room.width(), room.height())
            for room in (row, column)
        )
        scale = whole_row.scale_in(row.width(), row.height())
        tiling, stacked = whole_row, False
        if column.height() >= LOWEST_STACK:
            column_scale = whole_column.scale_in(column.width(), column.height())
            if column_scale > scale:
                tiling, scale, stacked = whole_column, column_scale, True
        scale = int(scale * self.ratio) / self.ratio
        side = max(tile_height, tile_width)
        least = min(LARGE_TILE, max(SMALLEST_TILE, SMALLEST_WEIGHT * side))
        if scale * side >= least:
            return Arrangement(tiling, scale, stacked, scrolls=False)
        scale = ceil(max(SCROLLED_TILE, least) / side * self.ratio) / self.ratio
        return self._scrolling(count, tile_height, tile_width, scale)

    def _scrolling(
        self, count: int, tile_height: int, tile_width: int, scale: float
    ) -> Arrangement:
        """Return a row of grids that are as wide as the room, and higher."""
        width = self._in_a_row(self.area.width() - self.bar).width()
        tiling = Tiling.filling(count, tile_height, tile_width, width / scale)
        return Arrangement(tiling, scale, stacked=False, scrolls=True)

    def _in_a_row(self, width: float) -> QSizeF:
        """Return the room of each mosaic if they stand side by side."""
        each = (width - (self.grids - 1) * self.gap) / self.grids
        return QSizeF(each, self.area.height()) - self.around

    def _in_a_column(self) -> QSizeF:
        """Return the room of each mosaic if they stand one below the other."""
        each = (self.area.height() - (self.grids - 1) * self.gap) / self.grids
        return QSizeF(self.area.width(), each) - self.around
