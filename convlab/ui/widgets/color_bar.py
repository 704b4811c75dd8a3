"""A narrow bar that says which number a color stands for."""

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.color_ranges import Ranges, common_ranges
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_map import Lookup, gray_reversed

BAR_HEIGHT = 10  # pixels
BAR_WIDTH = 160  # pixels, at most
NARROWEST_BAR = 32  # pixels; rather fewer words than a narrower bar
OF_EACH = " of each filter"


class ColorBar(QWidget):
    """The colors in one line, between the two numbers that they begin and end with.

    Where each tile has a range of its own, words stand in place of the numbers.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lookup = gray_reversed()
        self._ranges = common_ranges(1.0, 1)
        self._shown: tuple[bytes, str, str] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_scale(self, lookup: Lookup, ranges: Ranges) -> None:
        """Show ``lookup`` for tiles of the given ranges (F, 2)."""
        self._ranges = ranges
        shown = (lookup.tobytes(), self.lowest, self.highest)
        if shown != self._shown:
            self._shown = shown
            self._lookup = lookup
            self.setAccessibleName(f"Colors from {self.lowest} to {self.highest}")
            self.update()

    @property
    def is_common(self) -> bool:
        """Whether a color stands for the same number in all tiles."""
        return bool((self._ranges == self._ranges[0]).all())

    @property
    def lowest(self) -> str:
        """What stands at the left end."""
        if self.is_common:
            return _number(self._ranges[0, 0])
        return "−max" if self._is_symmetric else "min"

    @property
    def highest(self) -> str:
        """What stands at the right end, in as many words as it takes."""
        if self.is_common:
            return _number(self._ranges[0, 1])
        return ("+max" if self._is_symmetric else "max") + OF_EACH

    @property
    def _is_symmetric(self) -> bool:
        return bool(np.array_equal(self._ranges[:, 0], -self._ranges[:, 1]))

    def sizeHint(self) -> QSize:
        """Leave room for one line of text."""
        return QSize(BAR_WIDTH, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw number, bar, number, from the left."""
        lowest, highest = self.lowest, self.highest
        if self._room_between(lowest, highest) < NARROWEST_BAR:
            highest = highest.removesuffix(OF_EACH)
        left = self.fontMetrics().horizontalAdvance(lowest) + SPACE
        width = max(0, min(BAR_WIDTH, self._room_between(lowest, highest)))
        bar = QRect(left, (self.height() - BAR_HEIGHT) // 2, width, BAR_HEIGHT)
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colors.muted))
        line = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), line, lowest)
        painter.drawText(self.rect().adjusted(bar.right() + 1 + SPACE, 0, 0, 0), line, highest)
        colors = self._lookup.tobytes()
        levels = len(self._lookup)
        image = QImage(colors, levels, 1, 3 * levels, QImage.Format.Format_RGB888)
        painter.fillRect(bar, QColor(self._theme.colors.border))
        painter.drawImage(bar.adjusted(1, 1, -1, -1), image)

    def _room_between(self, lowest: str, highest: str) -> int:
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(lowest) + metrics.horizontalAdvance(highest)
        return self.width() - texts - 2 * SPACE


def _number(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if value else "0"
