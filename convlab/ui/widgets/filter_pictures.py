"""What the grids of filters show: pictures, captions and scales that belong together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convlab.app.filters import FiltersModel
from convlab.insight.mosaic import filter_images, symmetric_limit
from convlab.ui.widgets.color_map import Lookup, diverging, gray_reversed


@dataclass(frozen=True, slots=True, eq=False)
class FilterPicture:
    """One grid: tiles (F, H, W), what they are, and the colors from ``-limit`` to ``limit``."""

    name: str
    caption: str
    tiles: NDArray[np.floating]
    limit: float
    lookup: Lookup


def pictures_of(
    model: FiltersModel, *, gray: bool, same_scale: bool, dark: bool
) -> tuple[FilterPicture, ...]:
    """Return the filters before and after training and their difference.

    Weights of a file come alone, and nothing comes of a model without any. With ``same_scale``,
    before and after share their limit. The difference always has diverging colors and a limit of
    its own.
    """
    before, after, difference = model.before, model.after, model.difference
    if after is None:
        return ()
    lookup = gray_reversed() if gray else diverging(dark=dark)
    latest = filter_images(after)
    latest_limit = symmetric_limit(latest)
    if before is None or difference is None:
        return (FilterPicture("weight", "Weights of the file", latest, latest_limit, lookup),)
    first, change = filter_images(before), filter_images(difference)
    first_limit = symmetric_limit(first)
    if same_scale:
        first_limit = latest_limit = max(first_limit, latest_limit)
    iterations = model.iteration or 0
    caption = f"After {iterations:,} iteration{'' if iterations == 1 else 's'}"
    return (
        FilterPicture("before", "Before training", first, first_limit, lookup),
        FilterPicture("after", caption, latest, latest_limit, lookup),
        FilterPicture(
            "difference", "Difference", change, symmetric_limit(change), diverging(dark=dark)
        ),
    )
