"""The pictures of a filter: its weights, the image made for it, and patches that excite it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from convlab.app.filter_search import Box, Finding
from convlab.insight.color_ranges import own_symmetric_ranges, shares
from convlab.ui.widgets.color_map import diverging, levels_at
from convlab.ui.widgets.image_pictures import picture_of


@dataclass(frozen=True, slots=True)
class PatchCell:
    """A place: a filter and one of its patches by rank, both counted from 0.

    Without a rank it is the image that was made for the filter, or its weights.
    """

    filter: int
    rank: int | None = None
    is_weights: bool = False


def picture_of_cell(finding: Finding, cell: PatchCell) -> QImage | None:
    """Return the pixels of a cell; None while there are none, or where only padding is seen."""
    if cell.is_weights:
        tile = finding.weights[cell.filter].mean(axis=0)[np.newaxis]
        colors = diverging()[levels_at(np.nan_to_num(shares(tile, own_symmetric_ranges(tile))[0]))]
        return picture_of(np.ascontiguousarray(colors.transpose(2, 0, 1)))
    if cell.rank is None:
        images = finding.images
        if images is None or np.isnan(images.values[cell.filter]):
            return None
        return _cut(made_image(finding, cell.filter), finding.box_of(*finding.middle))
    patches = finding.patches
    if cell.rank >= patches.count:
        return None
    place = int(patches.rows[cell.filter, cell.rank]), int(patches.columns[cell.filter, cell.rank])
    image = finding.among.images[patches.images[cell.filter, cell.rank]]
    return _cut(image, finding.box_of(*place))


def made_image(finding: Finding, number: int) -> NDArray[np.uint8]:
    """Return the image (C, H, W) that was made for a filter, black where the filter sees nothing.

    What is left of the noise there would only distract. Raises ValueError before there is one.
    """
    images = finding.images
    if images is None:
        raise ValueError("no image was made yet")
    rows, columns = finding.box_of(*finding.middle)
    pixels = np.zeros(images.images.shape[1:], np.uint8)
    pixels[:, rows, columns] = np.rint(255 * images.images[number][:, rows, columns])
    return pixels


def _cut(image: NDArray[np.uint8], box: Box) -> QImage | None:
    rows, columns = box
    part = np.ascontiguousarray(image[:, rows, columns])
    return picture_of(part) if part.size else None
