"""Many small pictures in one: how the filters of a layer are laid out side by side."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TilePixel:
    """One pixel of one tile; all three numbers count from 0."""

    tile: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Tiling:
    """Where ``count`` tiles of ``tile_height`` x ``tile_width`` pixels lie in a mosaic.

    Tiles fill the rows from the top left, ``gap`` pixels apart; no gap lies around the outside.
    """

    count: int
    tile_height: int
    tile_width: int
    columns: int
    gap: int = 1

    def __post_init__(self) -> None:
        if min(self.count, self.tile_height, self.tile_width, self.columns) < 1 or self.gap < 0:
            raise ValueError(f"a tiling needs at least one tile, pixel and column: {self}")

    @classmethod
    def fitting(
        cls, count: int, tile_height: int, tile_width: int, width: float, height: float
    ) -> "Tiling":
        """Return the tiling whose tiles are largest when it fills ``width`` x ``height``.

        The two may be in any unit. Of equally good tilings the one with fewest columns is taken.
        """
        tilings = (cls(count, tile_height, tile_width, n) for n in range(1, count + 1))
        return max(tilings, key=lambda tiling: tiling.scale_in(width, height))

    @classmethod
    def filling(
        cls, count: int, tile_height: int, tile_width: int, width: float, gap: int = 1
    ) -> "Tiling":
        """Return the tiling with as many columns as ``width`` pixels hold, but one at least."""
        columns = floor((width + gap) / (tile_width + gap))
        return cls(count, tile_height, tile_width, max(1, min(columns, count)), gap)

    @property
    def rows(self) -> int:
        """The number of rows of tiles."""
        return ceil(self.count / self.columns)

    @property
    def height(self) -> int:
        """The height of the mosaic in pixels."""
        return self.rows * (self.tile_height + self.gap) - self.gap

    @property
    def width(self) -> int:
        """The width of the mosaic in pixels."""
        return self.columns * (self.tile_width + self.gap) - self.gap

    def scale_in(self, width: float, height: float) -> float:
        """Return how often larger the mosaic may be drawn and still fit ``width`` x ``height``."""
        return min(width / self.width, height / self.height)

    def corner(self, tile: int) -> tuple[int, int]:
        """Return the mosaic's (row, column) of the top left pixel of ``tile``."""
        row, column = divmod(tile, self.columns)
        return row * (self.tile_height + self.gap), column * (self.tile_width + self.gap)

    def tile_at(self, row: int, column: int) -> TilePixel | None:
        """Return what lies at a (row, column) of the mosaic; None on a gap or outside."""
        if row < 0 or not 0 <= column < self.width:
            return None
        tile_row, row_within = divmod(row, self.tile_height + self.gap)
        tile_column, column_within = divmod(column, self.tile_width + self.gap)
        tile = tile_row * self.columns + tile_column
        in_gap = row_within >= self.tile_height or column_within >= self.tile_width
        return None if in_gap or tile >= self.count else TilePixel(tile, row_within, column_within)

    def arrange(self, tiles: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return ``tiles`` (count, tile_height, tile_width) as one (height, width) array.

        Gaps, and places without a tile, are NaN.
        """
        stride = (self.tile_height + self.gap, self.tile_width + self.gap)
        padded = np.full((self.rows * self.columns, *stride), np.nan, dtype=np.float32)
        padded[: self.count, : self.tile_height, : self.tile_width] = tiles
        by_row = padded.reshape(self.rows, self.columns, *stride).transpose(0, 2, 1, 3)
        whole = by_row.reshape(self.rows * stride[0], self.columns * stride[1])
        return np.ascontiguousarray(whole[: self.height, : self.width])


def mosaic(
    filters: NDArray[np.floating], columns: int | None = None, gap: int = 1
) -> NDArray[np.float32]:
    """Lay ``filters`` (F, H, W) out in one two-dimensional array with NaN between the tiles.

    Without ``columns`` the mosaic is as nearly square as it can be.
    """
    count, height, width = filters.shape
    if columns is None:
        columns = Tiling.fitting(count, height, width, 1.0, 1.0).columns
    return Tiling(count, height, width, columns, gap).arrange(filters)


def filter_images(
    weights: NDArray[np.floating], channel: int | None = None
) -> NDArray[np.floating]:
    """Return one (H, W) picture a filter of ``weights`` (F, C, H, W).

    It is a channel, counted from 0, or the mean over the channels.
    """
    if weights.shape[1] == 1 or channel is not None:
        return weights[:, channel or 0]
    with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
        return np.asarray(weights.mean(axis=1))
