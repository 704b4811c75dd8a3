"""The inputs that matter most to a fully connected unit, each with its product as a bar."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.unit_sum import UnitSum
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_map import STOPS
from convlab.ui.widgets.number_grid import exact
from convlab.wording import counted

MOST = 6  # inputs; the rest is added up in one row
ROW = 18  # pixels
BAR = 96  # pixels from the longest negative bar to the longest positive one
HEADINGS = ("Input", "Value", "Weight", "Product")
NEGATIVE, POSITIVE = STOPS.split()[1], STOPS.split()[-2]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A row: which input, its value and weight as texts, and their product."""

    name: str
    value: str
    weight: str
    product: float


class ContributionRows(QWidget):
    """The inputs with the largest products, the sum of all others, and the bias."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[Contribution, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Largest contributions")
        theme.changed.connect(self._on_theme_changed)

    def set_sum(self, told: UnitSum, *, is_flat: bool) -> None:
        """Show what adds up to a unit; ``is_flat`` if the layer before has units, not maps."""
        self.rows = contributions(told, is_flat=is_flat)
        words = (f"{row.name} {exact(row.product)}" for row in self.rows)
        self.setAccessibleDescription("; ".join(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the rows."""
        width = sum(self._widths()) + BAR + 4 * SPACE
        return QSize(width, ROW * (len(self.rows) + 1))

    def minimumSizeHint(self) -> QSize:
        """As large as the rows: what has no room is scrolled to."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint headings, and rows with their bars."""
        painter, colors = QPainter(self), self._theme.colors
        painter.setPen(QColor(colors.muted))
        self._paint_cells(painter, 0, HEADINGS)
        largest = max((abs(row.product) for row in self.rows), default=0.0) or 1.0
        middle = sum(self._widths()) + 4 * SPACE + BAR // 2
        for number, row in enumerate(self.rows, start=1):
            painter.setPen(QColor(colors.text))
            texts = (row.name, row.value, row.weight, exact(row.product))
            self._paint_cells(painter, number * ROW, texts)
            length = row.product / largest * BAR / 2
            bar = QRectF(middle, number * ROW + 5, length, ROW - 10).normalized()
            painter.fillRect(bar, QColor(POSITIVE if length > 0 else NEGATIVE))
        painter.setPen(QColor(colors.border))
        painter.drawLine(middle, ROW, middle, self.height())

    def _paint_cells(self, painter: QPainter, top: int, texts: tuple[str, ...]) -> None:
        left = 0
        for column, (text, width) in enumerate(zip(texts, self._widths(), strict=True)):
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            rect = QRectF(left, top, width, ROW)
            painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, text)
            left += width + SPACE

    def _widths(self) -> list[int]:
        metrics = self.fontMetrics()
        columns = zip(
            HEADINGS,
            *((row.name, row.value, row.weight, exact(row.product)) for row in self.rows),
            strict=True,
        )
        return [max(metrics.horizontalAdvance(text) for text in texts) for texts in columns]

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()


def contributions(told: UnitSum, *, is_flat: bool) -> tuple[Contribution, ...]:
    """Return the rows: the largest products first, then what is left, then the bias.

    Products and bias add up to the unit's value, up to rounding.
    """
    products, weights = told.products, told.weights
    if products is None or weights is None:
        return ()
    order = np.argsort(-np.abs(products), axis=None, kind="stable")[:MOST]
    rows = []
    for number in order.tolist():
        at = tuple(int(n) for n in np.unravel_index(number, products.shape))
        name = _name(told.source, at, is_flat=is_flat)
        value, weight = exact(float(told.inputs[at])), exact(float(weights[at]))
        rows.append(Contribution(name, value, weight, float(products[at])))
    left = products.size - len(rows)
    if left:
        rest = float(products.sum()) - sum(row.product for row in rows)
        rows.append(Contribution(counted(left, "other"), "", "", rest))
    if told.bias is not None:
        rows.append(Contribution("Bias", "", "", told.bias))
    return tuple(rows)


def _name(source: str, at: tuple[int, ...], *, is_flat: bool) -> str:
    channel, row, column = (n + 1 for n in at)
    if is_flat:
        return f"{source}, unit {channel}"
    return f"{source}, map {channel}, row {row}, column {column}"
