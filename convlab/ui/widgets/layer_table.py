"""What every layer of a network would be, in a small table."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from convlab.nn.network import LayerShape
from convlab.ui.theme import SPACE, Theme

_COLUMNS = ("Layer", "Output", "Parameters")
_MOST_ROWS = 14  # in longer tables, the layers that say nothing new are folded away


class LayerTable(QTableWidget):
    """Name, output shape and number of parameters of each layer, and their total.

    It is as high as its rows and never scrolls, as it stands in a form that does. Of a long
    network, the layers that change no shape and have no parameters are folded away; ``changed``
    says that other layers are shown.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._theme = theme
        self.texts: list[tuple[str, str, str]] = []  # the rows as they are read
        self._quiet: frozenset[str] = frozenset()  # names of layers that may be folded away
        self._is_folded = True
        self.setAccessibleName("Layers")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self._arrange_header()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_layers(self, names: Sequence[str], layers: Sequence[LayerShape]) -> None:
        """Show other layers; ``layers`` is empty when nothing but their names is known."""
        total = sum(layer.parameter_count for layer in layers)
        if layers:  # else what is known of the names stays, so that nothing jumps
            self._quiet = _quiet_layers(layers)
        self.texts = [(name, "–", "–") for name in names] if not layers else []
        for layer in layers:
            shape, count = shape_text(layer.output_shape), _count_text(layer.parameter_count)
            self.texts.append((layer.name, shape, count))
        self.texts.append(("Total", "", _count_text(total)))
        self.setRowCount(len(self.texts))
        for row, texts in enumerate(self.texts):
            for column, text in enumerate(texts):
                self.setItem(row, column, _item(text, column, bold=row == len(self.texts) - 1))
        self.fold(self._is_folded)

    @property
    def is_folded(self) -> bool:
        """Whether layers that say nothing new are left out."""
        return self._is_folded

    @property
    def is_long(self) -> bool:
        """Whether there are so many layers that some may be folded away."""
        return len(self.texts) > _MOST_ROWS and any(name in self._quiet for name, *_ in self.texts)

    def fold(self, is_folded: bool) -> None:
        """Leave out the layers that say nothing new if there are many, or show all."""
        self._is_folded = is_folded
        hides = is_folded and self.is_long
        for row, (name, *_) in enumerate(self.texts):
            self.setRowHidden(row, hides and name in self._quiet)
        self.setFixedHeight(self.sizeHint().height())
        self.changed.emit()

    def sizeHint(self) -> QSize:
        """Return the height of header and rows together."""
        height = self.horizontalHeader().sizeHint().height() + self.verticalHeader().length()
        margin = SPACE // 2  # between the last row and the frame
        return QSize(super().sizeHint().width(), height + margin + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Narrow docks are allowed."""
        return QSize(0, self.sizeHint().height())

    def _arrange_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(4 * SPACE)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        vertical = self.verticalHeader()
        vertical.setMinimumSectionSize(0)
        vertical.setDefaultSectionSize(self.fontMetrics().height() + SPACE // 2)
        for column, title in enumerate(_COLUMNS):
            self.setHorizontalHeaderItem(column, _item(title, column))

    @Slot()
    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        self.setStyleSheet(
            f"LayerTable {{ background: {colors.surface}; border: 1px solid {colors.border};"
            f" border-radius: 4px; }}"
            f"LayerTable::item {{ padding: 0 {SPACE // 2 - 3}px; }}"
            f"QHeaderView {{ background: transparent; }}"
            f"QHeaderView::section {{ color: {colors.muted}; background: transparent;"
            f" border: none; border-bottom: 1px solid {colors.faint};"
            f" padding: {SPACE // 2}px; }}"
        )


class FoldButton(QPushButton):
    """Shows all layers of a long table, or folds away those that say nothing new."""

    def __init__(self, table: LayerTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setToolTip("Layers that change no shape and have no parameters can be left out")
        self.setMinimumHeight(3 * SPACE)
        self.clicked.connect(self._on_clicked)
        table.changed.connect(self._on_table_changed)
        self._on_table_changed()

    @Slot()
    def _on_clicked(self) -> None:
        self._table.fold(not self._table.is_folded)

    @Slot()
    def _on_table_changed(self) -> None:
        self.setVisible(self._table.is_long)
        count = len(self._table.texts) - 1  # without the total
        self.setText(f"Show all {count} layers" if self._table.is_folded else "Show fewer layers")


def _quiet_layers(layers: Sequence[LayerShape]) -> frozenset[str]:
    """Return the names of those that have no parameters and the shape of the layer before."""
    return frozenset(
        layer.name
        for before, layer in pairwise(layers)
        if not layer.parameter_count and layer.output_shape == before.output_shape
    )


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as ``30×24×24``."""
    return "×".join(map(str, shape))


def _count_text(count: int) -> str:
    return f"{count:,}" if count else "–"


def _item(text: str, column: int, *, bold: bool = False) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    font = item.font()
    font.setBold(bold)
    item.setFont(font)
    return item
