"""A narrow bar that says which number a color stands for."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_map import Lookup, gray_reversed

BAR_HEIGHT = 10  # pixels
BAR_WIDTH = 160  # pixels, at most


class ColorBar(QWidget):
    """The colors from ``-limit`` to ``limit`` in one line with the two numbers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lookup = gray_reversed()
        self._limit = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_scale(self, lookup: Lookup, limit: float) -> None:
        """Show ``lookup`` between ``-limit`` and ``limit``."""
        self._lookup = lookup
        self._limit = limit
        self.setAccessibleName(f"Colors from {self.lowest} to {self.highest}")
        self.update()

    @property
    def lowest(self) -> str:
        """The number at the left end."""
        return f"−{self._limit:.3g}"

    @property
    def highest(self) -> str:
        """The number at the right end."""
        return f"+{self._limit:.3g}"

    def sizeHint(self) -> QSize:
        """Leave room for one line of text."""
        return QSize(BAR_WIDTH, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw number, bar, number, from the left."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance(self.lowest) + SPACE
        right = metrics.horizontalAdvance(self.highest) + SPACE
        width = max(0, min(BAR_WIDTH, self.width() - left - right))
        bar = QRect(left, (self.height() - BAR_HEIGHT) // 2, width, BAR_HEIGHT)
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colors.muted))
        line = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), line, self.lowest)
        painter.drawText(self.rect().adjusted(bar.right() + 1 + SPACE, 0, 0, 0), line, self.highest)
        colors = self._lookup.tobytes()
        levels = len(self._lookup)
        image = QImage(colors, levels, 1, 3 * levels, QImage.Format.Format_RGB888)
        painter.fillRect(bar, QColor(self._theme.colors.border))
        painter.drawImage(bar.adjusted(1, 1, -1, -1), image)
