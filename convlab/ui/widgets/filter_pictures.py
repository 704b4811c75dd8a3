"""What the grids of filters show: pictures, captions and colors that belong together."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convlab.app.filters import FiltersModel
from convlab.insight.color_ranges import (
    Ranges,
    common_ranges,
    own_ranges,
    own_symmetric_ranges,
    symmetric_limit,
)
from convlab.insight.mosaic import filter_images
from convlab.ui.widgets.cell_numbers import decimals_for, signed
from convlab.ui.widgets.color_map import Lookup, diverging, gray_reversed

Colors = Literal["gray", "diverging"]
Scale = Literal["filter", "grid", "same"]
Tiles = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class FilterColors:
    """How weights become colors, and what shares a scale.

    ``scale`` is "filter" for a scale of each filter's own, "grid" for one of each grid's own, and
    "same" for one that the filters before and after have in common.
    """

    colors: Colors
    scale: Scale

    @property
    def lookup(self) -> Lookup:
        """The colors of the weights."""
        return gray_reversed() if self.colors == "gray" else diverging()

    def ranges(self, tiles: Tiles, *others: Tiles) -> Ranges:
        """Return the ranges of ``tiles``, which are weights; ``others`` may share their scale."""
        if self.scale == "filter":
            return own_ranges(tiles) if self.colors == "gray" else own_symmetric_ranges(tiles)
        shared = (tiles, *others) if self.scale == "same" else (tiles,)
        return common_ranges(symmetric_limit(*shared), len(tiles))

    def difference_ranges(self, tiles: Tiles) -> Ranges:
        """Return the ranges of a difference: around zero, and never shared with the weights."""
        if self.scale == "filter":
            return own_symmetric_ranges(tiles)
        return common_ranges(symmetric_limit(tiles), len(tiles))


@dataclass(frozen=True, slots=True, eq=False)
class FilterPicture:
    """One grid: tiles (F, H, W), what they are, each one's range (F, 2), and the colors of it."""

    name: str
    caption: str
    tiles: Tiles
    ranges: Ranges
    lookup: Lookup

    def text(self, value: float) -> str:
        """Return one of the values with the picture's name and enough decimals for all."""
        return f"{self.name} {signed(value, decimals_for(self.tiles))}"

    def only(self, number: int) -> "FilterPicture":
        """Return the picture of one filter, counted from 0."""
        one = slice(number, number + 1)
        return replace(self, tiles=self.tiles[one], ranges=self.ranges[one])


def pictures_of(model: FiltersModel, colors: FilterColors) -> tuple[FilterPicture, ...]:
    """Return the filters before and after training and their difference, of the chosen channel.

    Weights of a file come alone, and nothing comes of a model without any.
    """
    before, after = model.before, model.after
    if after is None:
        return ()
    latest = filter_images(after, model.channel)
    if before is None:
        caption = "Weights that come with the lab" if model.come_with_lab else "Weights of the file"
        return (FilterPicture("weight", caption, latest, colors.ranges(latest), colors.lookup),)
    first = filter_images(before, model.channel)
    with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
        change = np.asarray(latest - first)
    iterations = model.iteration or 0
    caption = f"After {iterations:,} iteration{'' if iterations == 1 else 's'}"
    start = f"At the branch, after {model.began_at:,}" if model.began_at else "Before training"
    return (
        FilterPicture("before", start, first, colors.ranges(first, latest), colors.lookup),
        FilterPicture("after", caption, latest, colors.ranges(latest, first), colors.lookup),
        FilterPicture(
            "difference", "Difference", change, colors.difference_ranges(change), diverging()
        ),
    )
