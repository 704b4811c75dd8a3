"""Weights as text, and written into the pixels of an enlarged filter."""

from math import floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from convlab.ui.widgets.color_map import Lookup, levels_at, takes_black_ink

LARGEST = 14.0  # pixels
SMALLEST = 9.0
PADDING = 6.0  # pixels that stay free in the width of a cell
FEWEST_DECIMALS, USUAL_DECIMALS, MOST_DECIMALS = 2, 3, 6
SMALL, LARGE = 0.1, 1000.0  # what lies between needs no power of ten
HUGE = 10_000  # numbers from here on are written with an exponent


_RAISED = {ord(digit): raised for digit, raised in zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)}


def signed(value: float, decimals: int = USUAL_DECIMALS) -> str:
    """Return a value with its sign, such as +0.123 or −0.007."""
    value += 0.0  # which makes a negative zero positive
    text = f"{value:+.{decimals}f}" if abs(value) < HUGE else f"{value:+.3g}"
    return text.replace("-", "−")


def in_digits(value: float, digits: int = 4) -> str:
    """Return a value with its sign and so many digits that matter, however small it is."""
    return f"{value:+.{digits}g}".replace("-", "−") if value else "0"


def decimals_for(values: NDArray[np.floating]) -> int:
    """Return how many decimals give the largest of ``values`` three digits that matter."""
    largest = _largest(values)
    wanted = 2 - floor(log10(largest)) if largest > 0.0 else USUAL_DECIMALS
    return min(max(wanted, USUAL_DECIMALS), MOST_DECIMALS)


def exponent_for(values: NDArray[np.floating]) -> int:
    """Return the power of ten to take out of ``values`` so that few decimals tell them apart.

    It is 0 where the largest of them is neither small nor large.
    """
    largest = _largest(values)
    return 0 if largest == 0.0 or SMALL <= largest < LARGE else floor(log10(largest))


def power_of_ten(exponent: int) -> str:
    """Return a factor as it is written behind a caption, such as ×10⁻²; nothing for 0."""
    return f" ×10{str(exponent).translate(_RAISED)}" if exponent else ""


def draw_numbers(
    painter: QPainter,
    tile: QRectF,
    values: NDArray[np.floating],
    shares: NDArray[np.float64],
    lookup: Lookup,
) -> bool:
    """Write ``values`` (H, W) into the cells of ``tile``, readable on the colors of ``shares``.

    Returns False, and writes nothing, if the cells are too small for readable numbers.
    """
    rows, columns = values.shape
    width, height = tile.width() / columns, tile.height() / rows
    found = _fitting(painter.font(), values, width - PADDING)
    if found is None:
        return False
    font, decimals = found
    painter.setFont(font)
    finite = np.isfinite(values)
    in_black = takes_black_ink(lookup)[levels_at(np.where(finite, shares, 0.0))]
    for row, column in np.argwhere(finite):
        cell = QRectF(tile.left() + column * width, tile.top() + row * height, width, height)
        painter.setPen(Qt.GlobalColor.black if in_black[row, column] else Qt.GlobalColor.white)
        text = signed(float(values[row, column]), decimals)
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
    return True


def _largest(values: NDArray[np.floating]) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def _fitting(font: QFont, values: NDArray[np.floating], width: float) -> tuple[QFont, int] | None:
    """Return the font and the most decimals with which every value fits ``width``."""
    font = QFont(font)
    font.setPixelSize(100)
    metrics = QFontMetricsF(font)
    for decimals in range(decimals_for(values), FEWEST_DECIMALS - 1, -1):
        text = signed(_largest(values), decimals)
        size = min(LARGEST, 100.0 * width / metrics.horizontalAdvance(text))
        if size >= SMALLEST:
            font.setPixelSize(int(size))
            return font, decimals
    return None
