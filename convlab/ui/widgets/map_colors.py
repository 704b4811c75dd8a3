"""The outputs of layers as colored pictures."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from convlab.insight.activations import INPUT
from convlab.insight.color_ranges import (
    Ranges,
    common_ranges,
    own_symmetric_ranges,
    shares,
    symmetric_limit,
)
from convlab.insight.mosaic import Tiling
from convlab.ui.widgets.color_map import Lookup, diverging, gray_reversed, levels_at
from convlab.ui.widgets.map_sections import Output


@dataclass(frozen=True, slots=True)
class MapColors:
    """The range of each map's colors, and the colors: red is positive, blue negative.

    An image is shown as it is, from 0 in black to 1 in white.
    """

    ranges: Ranges
    lookup: Lookup

    @property
    def limits(self) -> tuple[float, float] | None:
        """The numbers at both ends; None where each map has others."""
        is_common = bool((self.ranges == self.ranges[0]).all())
        return (float(self.ranges[0, 0]), float(self.ranges[0, 1])) if is_common else None


def colors_for(name: str, maps: Output, *, own: bool) -> MapColors:
    """Return the colors of a layer's maps (C, H, W): one scale for all, or each its ``own``."""
    if name == INPUT:
        return MapColors(np.tile((0.0, 1.0), (len(maps), 1)), gray_reversed()[::-1])
    if own:
        return MapColors(own_symmetric_ranges(maps), diverging())
    return MapColors(common_ranges(symmetric_limit(maps), len(maps)), diverging())


def picture_of_maps(maps: Output, tiling: Tiling, colors: MapColors) -> QImage:
    """Return maps (C, H, W) in the places of ``tiling``, a pixel for each number.

    Gaps, and what is not finite, are transparent.
    """
    whole = tiling.arrange(shares(maps, colors.ranges))
    is_there = np.isfinite(whole)
    pixels = np.empty((*whole.shape, 4), np.uint8)
    pixels[..., :3] = colors.lookup[levels_at(np.where(is_there, whole, 0.0))]
    pixels[..., 3] = np.where(is_there, 255, 0)
    height, width = whole.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.copy()  # which owns its pixels
