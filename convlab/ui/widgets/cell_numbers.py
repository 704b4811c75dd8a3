"""Numbers written into the pixels of an enlarged filter."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from convlab.ui.widgets.color_map import Lookup, levels_at, takes_black_ink

LARGEST = 14.0  # pixels
SMALLEST = 9.0
PADDING = 6.0  # pixels that stay free in the width of a cell
DECIMALS = (3, 2)


def signed(value: float, decimals: int = 4) -> str:
    """Return a value with its sign, such as +0.1234 or −0.0007."""
    return f"{value:+.{decimals}f}".replace("-", "−")


def draw_numbers(
    painter: QPainter, tile: QRectF, values: NDArray[np.floating], limit: float, lookup: Lookup
) -> bool:
    """Write ``values`` (H, W) into the cells of ``tile``, readable on their colors.

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
    shares = np.where(finite, values, 0.0).astype(np.float64) / limit
    in_black = takes_black_ink(lookup)[levels_at(shares)]
    for row, column in np.argwhere(finite):
        cell = QRectF(tile.left() + column * width, tile.top() + row * height, width, height)
        painter.setPen(Qt.GlobalColor.black if in_black[row, column] else Qt.GlobalColor.white)
        text = signed(float(values[row, column]), decimals)
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
    return True


def _fitting(font: QFont, values: NDArray[np.floating], width: float) -> tuple[QFont, int] | None:
    """Return the font and the most decimals with which every value fits ``width``."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    font = QFont(font)
    font.setPixelSize(100)
    metrics = QFontMetricsF(font)
    for decimals in DECIMALS:
        size = min(LARGEST, 100.0 * width / metrics.horizontalAdvance(signed(largest, decimals)))
        if size >= SMALLEST:
            font.setPixelSize(int(size))
            return font, decimals
    return None
