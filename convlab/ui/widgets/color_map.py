"""Numbers from -1 to 1 as colors: gray as in the book, or diverging from a neutral zero."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

Lookup = NDArray[np.uint8]  # (LEVELS, 3): red, green and blue from -1 to 1

LEVELS = 255  # odd, so that zero has a color of its own
# Equal steps of lightness from zero outward, the same on both sides (checked in OKLab).
# Zero is light on a dark window, too: between two dark colors small values would not be seen.
STOPS = "#00499c #2f6fc6 #6998db #a8c0e3 #e8e8e8 #e1b1ab #d37a71 #b8463e #8d1b19"


def gray_reversed() -> Lookup:
    """Return white for -1 to black for 1, as the book draws its filters."""
    return _between("#ffffff #000000")


def diverging() -> Lookup:
    """Return blue for -1 and red for 1, through a light gray for 0."""
    return _between(STOPS)


def levels_at(shares: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return where in a lookup the colors of finite numbers lie; -1 comes first and 1 last."""
    levels = np.floor((shares + 1.0) / 2.0 * LEVELS)
    return np.asarray(np.clip(levels, 0, LEVELS - 1), dtype=np.intp)


def takes_black_ink(lookup: Lookup) -> NDArray[np.bool_]:
    """Return for each color of ``lookup`` whether black contrasts more than white (WCAG 2)."""
    channels = lookup / 255.0
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.asarray((luminance + 0.05) ** 2 > 1.05 * 0.05)  # where both contrasts are equal


@cache
def _between(stops: str) -> Lookup:
    colors = [QColor(stop) for stop in stops.split()]
    rgb = np.array([(color.red(), color.green(), color.blue()) for color in colors])
    at = np.linspace(0.0, len(colors) - 1.0, LEVELS)
    channels = [np.interp(at, np.arange(len(colors)), channel) for channel in rgb.T]
    lookup: Lookup = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    lookup.flags.writeable = False  # all that ask have it in common
    return lookup
