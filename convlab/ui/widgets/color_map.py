"""Numbers from -1 to 1 as colors: gray as in the book, or diverging from a neutral zero."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

Lookup = NDArray[np.uint8]  # (LEVELS, 3): red, green and blue from -1 to 1

LEVELS = 255  # odd, so that zero has a color of its own
# Equal steps of lightness from zero outward, the same on both sides (checked in OKLab).
STOPS_ON_LIGHT = "#00499c #3474cb #71a1e5 #b5cef1 #fafafa #efbeb8 #dc8379 #bd4a42 #8d1b19"
STOPS_ON_DARK = "#89c0ff #5b90da #3f6498 #2b3b53 #161616 #50312d #914d46 #d06f65 #ff9d92"


def gray_reversed() -> Lookup:
    """Return white for -1 to black for 1, as the book draws its filters."""
    return _between("#ffffff #000000")


def diverging(*, dark: bool) -> Lookup:
    """Return blue for -1 and red for 1, through white on light and near black on dark."""
    return _between(STOPS_ON_DARK if dark else STOPS_ON_LIGHT)


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


def _between(stops: str) -> Lookup:
    colors = [QColor(stop) for stop in stops.split()]
    rgb = np.array([(color.red(), color.green(), color.blue()) for color in colors])
    at = np.linspace(0.0, len(colors) - 1.0, LEVELS)
    channels = [np.interp(at, np.arange(len(colors)), channel) for channel in rgb.T]
    return np.asarray(np.rint(np.stack(channels, axis=1)), dtype=np.uint8)
