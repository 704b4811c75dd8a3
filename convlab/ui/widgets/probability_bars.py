"""How likely each class is, as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Theme

TALLEST_ROW = 26  # pixels
NARROWEST_BAR = 38


class ProbabilityBars(QWidget):
    """One row a class: its name, a bar and the percentage; the likeliest stands out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._values: tuple[float, ...] | None = None
        self._is_muted = False
        self._shown: tuple[Sequence[str], str, bool] = (
            (),
            "",
            False,
        )  # names, values in words, muted
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probabilities")
        theme.changed.connect(self.update)

    def set_values(
        self, names: Sequence[str], values: Sequence[float] | None, *, muted: bool = False
    ) -> None:
        """Show a probability (0 to 1) for each name, or empty rows; ``muted`` if they are a guess.

        Raises ValueError if there are not as many values as names.
        """
        if values is not None and len(values) != len(names):
            raise ValueError(f"{len(names)} names for {len(values)} values")
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.updateGeometry()
        self._values = None if values is None else tuple(values)
        self._is_muted = muted
        words = self._in_words()
        shown = self._names, words, muted
        if shown != self._shown:  # less than what is told cannot be seen either
            self._shown = shown
            self.setAccessibleDescription(words)
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Leave every row its letters, and the bars enough to compare them."""
        metrics = self.fontMetrics()
        columns = self._name_width() + self._percent_width() + NARROWEST_BAR + 2 * SPACE
        return QSize(int(columns), len(self._names) * (metrics.ascent() + metrics.descent()))

    def sizeHint(self) -> QSize:
        """Ask for some air between the rows."""
        smallest = self.minimumSizeHint()
        return QSize(smallest.width() + 100, len(self._names) * (self.fontMetrics().height() + 5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows from top to bottom."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = min(self.height() / max(1, len(self._names)), TALLEST_ROW)
        best, columns = self._best(), (self._name_width(), self._percent_width())
        for number, name in enumerate(self._names):
            value = None if self._values is None else self._values[number]
            row = QRectF(0, number * height, self.width(), height)
            self._paint_row(painter, row, columns, name, value, stands_out=number == best)

    def _paint_row(
        self,
        painter: QPainter,
        row: QRectF,
        columns: tuple[float, float],
        name: str,
        value: float | None,
        *,
        stands_out: bool,
    ) -> None:
        """Paint a row; ``columns`` are the widths of the names and of the percentages."""
        colors = self._theme.colors
        painter.setFont(self._bold() if stands_out else self.font())
        painter.setPen(QColor(colors.text if stands_out else colors.muted))
        names = QRectF(row.left(), row.top(), columns[0], row.height())
        percents = QRectF(row)
        percents.setLeft(row.right() - columns[1])
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(names, middle | Qt.AlignmentFlag.AlignRight, name)
        percent = "–" if value is None else percent_text(value)
        painter.drawText(percents, middle | Qt.AlignmentFlag.AlignRight, percent)
        bar = QRectF(row)
        bar.setLeft(names.right() + SPACE)
        bar.setRight(percents.left() - SPACE)
        inset = row.height() * 0.22
        bar.adjust(0, inset, 0, -inset)
        _fill(painter, bar, colors.faint)
        if value:
            bar.setWidth(bar.width() * value)
            strong = colors.muted if self._is_muted else colors.accent
            _fill(painter, bar, strong if stands_out else colors.border)

    def _best(self) -> int | None:
        if not self._values:
            return None
        return max(range(len(self._values)), key=self._values.__getitem__)

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def _name_width(self) -> float:
        metrics = QFontMetricsF(self._bold())
        return max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)

    def _percent_width(self) -> float:
        return QFontMetricsF(self._bold()).horizontalAdvance(percent_text(1))

    def _in_words(self) -> str:
        if self._values is None:
            return "None yet."
        pairs = zip(self._names, self._values, strict=True)
        return ", ".join(f"{name}: {percent_text(value)}" for name, value in pairs)


def percent_text(probability: float) -> str:
    """Return a probability (0 to 1) as it is told everywhere: ``99.6%``."""
    return f"{probability:.1%}"


def _fill(painter: QPainter, rect: QRectF, color: str) -> None:
    painter.setBrush(QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    radius = min(2.0, rect.width() / 2)
    painter.drawRoundedRect(rect, radius, radius)
