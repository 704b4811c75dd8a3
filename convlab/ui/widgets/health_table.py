"""Every layer with weights, and the three numbers that tell how it does."""

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from convlab.insight.health import LayerHealth
from convlab.insight.health_rules import Finding, Quantity
from convlab.ui.theme import SPACE, Theme

NUMBERS: tuple[Quantity, ...] = ("update_ratio", "gradient_norm", "idle")
TITLES = ("Layer", "Update", "Gradient", "Dead")
TIPS = (
    "The layers with weights",
    "Length of the change of the weights in one iteration, divided by the weights' length",
    "Length of the gradient of the loss with respect to the weights",
    "Share of ReLUs that give 0 for every image, or of outputs at the ends of a sigmoid or tanh",
)
MOST_ROWS = 8  # in view


class HealthTable(QTableWidget):
    """One row a layer; what is out of the usual has a color and a sign.

    ``chosen`` carries a layer and a quantity, which is empty where the name was chosen.
    """

    chosen = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, len(TITLES), parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._cells: list[list[QTableWidgetItem]] = []
        self._layers: Sequence[LayerHealth] = ()
        self._findings: Sequence[Finding] = ()
        self._why_no_update = ""
        self._is_filling = False
        self.setAccessibleName("Health of the layers")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self._arrange_header()
        self.currentCellChanged.connect(self._on_current_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_layers(
        self,
        layers: Sequence[LayerHealth],
        findings: Sequence[Finding],
        why_no_update: str = "",
    ) -> None:
        """Show the layers of one moment and what is out of the usual in them.

        ``why_no_update`` explains the dash in place of an update that is not known.
        """
        self._layers = layers
        self._why_no_update = why_no_update
        self._findings = findings
        self._fill()

    def select(self, layer: str, quantity: Quantity) -> None:
        """Make a cell the current one, without telling so."""
        if layer not in self._names:
            return
        column = 1 + NUMBERS.index(quantity) if quantity in NUMBERS else 0
        self._is_filling = True
        self.setCurrentCell(self._names.index(layer), column)
        self._is_filling = False

    def sizeHint(self) -> QSize:
        """Return the size of all rows, or of the first ones."""
        rows = min(max(1, self.rowCount()), MOST_ROWS)
        height = self.horizontalHeader().sizeHint().height()
        height += rows * self.verticalHeader().defaultSectionSize() + 2 * self.frameWidth()
        return QSize(36 * SPACE, height + SPACE // 2)

    def minimumSizeHint(self) -> QSize:
        """Show three rows at least."""
        row = self.verticalHeader().defaultSectionSize()
        return QSize(30 * SPACE, min(self.sizeHint().height(), 5 * row))

    def _arrange_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(4 * SPACE)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for narrow in (0, len(TITLES) - 1):
            header.setSectionResizeMode(narrow, QHeaderView.ResizeMode.ResizeToContents)
        for column, (title, tip) in enumerate(zip(TITLES, TIPS, strict=True)):
            item = _item(title, column)
            item.setToolTip(tip)
            self.setHorizontalHeaderItem(column, item)
            self._idle_header = item  # the last one
        vertical = self.verticalHeader()
        vertical.setMinimumSectionSize(0)
        vertical.setDefaultSectionSize(self.fontMetrics().height() + SPACE)

    def _fill(self) -> None:
        names = tuple(layer.name for layer in self._layers)
        self._is_filling = True
        if names != self._names:
            self._names = names
            self.setRowCount(len(names))
            self._cells = [[_item("", column) for column in range(len(TITLES))] for _ in names]
            for row, cells in enumerate(self._cells):
                for column, cell in enumerate(cells):
                    self.setItem(row, column, cell)
            self.updateGeometry()
        for row, layer in enumerate(self._layers):
            self._fill_row(row, layer)
        self._idle_header.setText(_idle_title(self._layers))
        self._is_filling = False

    def _fill_row(self, row: int, layer: LayerHealth) -> None:
        own = [finding for finding in self._findings if finding.layer == layer.name]
        name, *cells = self._cells[row]
        name.setText(layer.name)
        name.setForeground(self._color(own[0] if own else None))
        name.setToolTip("\n".join(finding.text for finding in own) or TIPS[0])
        for item, quantity, tip in zip(cells, NUMBERS, TIPS[1:], strict=True):
            about = (f for f in own if f.quantity in (quantity, "weights"))
            finding = next(about, None)
            item.setText(f"{sign_of(finding, quantity)}{number_text(layer, quantity)}")
            item.setForeground(self._color(finding))
            is_unknown = quantity == "update_ratio" and layer.update_ratio is None
            told = self._why_no_update if is_unknown and self._why_no_update else tip
            item.setToolTip(told if finding is None else finding.text)

    def _color(self, finding: Finding | None) -> QColor:
        colors = self._theme.colors
        if finding is None:
            return QColor(colors.text)
        by_level = {"wrong": colors.error, "mild": colors.warning, "calm": colors.muted}
        return QColor(by_level[finding.level])

    def _on_current_changed(self, row: int, column: int, *_: int) -> None:
        if not self._is_filling and 0 <= row < len(self._names):
            self.chosen.emit(self._names[row], NUMBERS[column - 1] if column > 0 else "")

    @Slot()
    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        self.setStyleSheet(
            f"HealthTable {{ background: {colors.surface}; border: 1px solid {colors.border};"
            f" border-radius: 4px; }}"
            f"HealthTable:focus {{ border-color: {colors.accent}; }}"
            f"HealthTable::item {{ padding: 0 {SPACE // 2}px; }}"
            f"HealthTable::item:selected {{ background: {colors.accent};"
            f" color: {colors.on_accent}; }}"
            f"QHeaderView {{ background: transparent; }}"
            f"QHeaderView::section {{ color: {colors.muted}; background: transparent;"
            f" border: none; border-bottom: 1px solid {colors.faint};"
            f" padding: {SPACE // 2}px; }}"
        )
        self._fill()


def number_text(layer: LayerHealth, quantity: Quantity) -> str:
    """Return one of the numbers of a layer as it is told; a dash where it is not known."""
    number = getattr(layer, quantity)
    if number is None:
        return "–"
    if quantity == "idle":
        return f"{number:.0%}"
    return small_number(number)


def sign_of(finding: Finding | None, quantity: Quantity) -> str:
    """Return the sign in front of a number that lies above or below its range; else nothing."""
    if finding is None or finding.quantity != quantity:
        return ""
    return "▲ " if finding.is_above else "▼ "


def small_number(value: float) -> str:
    """Return a number with two digits that count, with an exponent where it is very small."""
    if not isfinite(value):
        return "not finite"
    if value == 0 or 1e-4 <= abs(value) < 1e4:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}".replace("-", "−")
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}".replace("-", "−")


def _idle_title(layers: Sequence[LayerHealth]) -> str:
    kinds = {layer.activation for layer in layers} - {""}
    if kinds == {"Relu"} or not kinds:
        return "Dead"
    return "Dead or sat." if "Relu" in kinds else "Saturated"


def _item(text: str, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
