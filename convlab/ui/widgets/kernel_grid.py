"""The numbers of one filter, to be read and written."""

from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMargins, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from convlab.insight.color_ranges import own_symmetric_ranges, shares
from convlab.ui.theme import Theme
from convlab.ui.widgets.color_map import diverging, levels_at, takes_black_ink
from convlab.ui.widgets.plot_style import small_font

NARROWEST_CELL = 48  # pixels
LOWEST_CELL = 22
TALLEST_CELL = 40
LARGEST_WEIGHT = 1e6  # beyond, a response could not be told from infinity
Index = QModelIndex | QPersistentModelIndex


class KernelGrid(QTableWidget):
    """A cell a weight (H, W), in its color; type a number and press Enter.

    ``written`` carries row, column and number; ``refused`` a text that is no number.
    """

    written = Signal(int, int, float)
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kernel: NDArray[np.floating] = np.zeros((0, 0), np.float32)
        self._is_filling = False
        self.setAccessibleName("Weights of the filter")
        self.setToolTip("Type a number to change a weight")
        self.setItemDelegate(_Numbers(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFont(small_font())
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(NARROWEST_CELL)
        self.verticalHeader().setMinimumSectionSize(LOWEST_CELL)
        self.cellChanged.connect(self._on_cell_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_kernel(self, kernel: NDArray[np.floating]) -> None:
        """Show the weights (H, W) of a filter, or of one of its channels."""
        if kernel.shape == self._kernel.shape and np.array_equal(kernel, self._kernel):
            return
        is_resized = kernel.shape != self._kernel.shape
        self._kernel = kernel
        self._fill()
        if is_resized:
            frame = 2 * self.frameWidth()
            self.setMaximumHeight(max(3, len(kernel)) * TALLEST_CELL + frame)
            self._choose_bars()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for all cells of a filter of up to 5x5."""
        rows, columns = self._kernel.shape
        frame = 2 * self.frameWidth()
        return QSize(
            min(max(columns, 3), 5) * NARROWEST_CELL + frame,
            min(max(rows, 3), 5) * LOWEST_CELL + frame,
        )

    def minimumSizeHint(self) -> QSize:
        """Do not shrink below that; larger filters scroll."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scroll where the cells have no room."""
        self._choose_bars()
        super().resizeEvent(event)

    def _choose_bars(self) -> None:
        """Say which scroll bars there are: Qt's own choice may go back and forth for ever."""
        rows, columns = self._kernel.shape
        room = self.size().shrunkBy(QMargins(*[self.frameWidth()] * 4))
        extent = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        is_high = rows * LOWEST_CELL > room.height()
        is_wide = columns * NARROWEST_CELL > room.width() - is_high * extent
        is_high = is_high or rows * LOWEST_CELL > room.height() - is_wide * extent
        on, off = Qt.ScrollBarPolicy.ScrollBarAlwaysOn, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(on if is_wide else off)
        self.setVerticalScrollBarPolicy(on if is_high else off)

    def _fill(self) -> None:
        places = shares(self._kernel[np.newaxis], own_symmetric_ranges(self._kernel[np.newaxis]))[0]
        levels = levels_at(np.nan_to_num(places))
        lookup = diverging()
        in_black = takes_black_ink(lookup)
        decimals = decimals_of(self._kernel)
        self._is_filling = True
        self.setRowCount(self._kernel.shape[0])
        self.setColumnCount(self._kernel.shape[1])
        for row, column in np.ndindex(*self._kernel.shape):
            level = levels[row, column]
            item = QTableWidgetItem(weight_text(float(self._kernel[row, column]), decimals))
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setBackground(QColor(*(int(part) for part in lookup[level])))
            item.setForeground(QColor("#000000" if in_black[level] else "#ffffff"))
            item.setToolTip(f"Row {row + 1}, column {column + 1}: {self._kernel[row, column]:.6g}")
            self.setItem(row, column, item)
        self._is_filling = False

    def _on_cell_changed(self, row: int, column: int) -> None:
        item = self.item(row, column)
        if self._is_filling or item is None:
            return
        text = item.text().strip().replace("−", "-").replace(",", ".")
        shown = weight_text(float(self._kernel[row, column]), decimals_of(self._kernel))
        if text == shown.replace("−", "-"):
            return  # nothing but the rounding would be written
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if isfinite(number) and abs(number) < LARGEST_WEIGHT:
            self.written.emit(row, column, number)
        else:
            self.refused.emit(item.text())
            self._fill()

    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        self.setStyleSheet(
            f"KernelGrid {{ background: {colors.surface}; border: 1px solid {colors.border}; }}"
            "KernelGrid::item { padding: 0; }"
            f"KernelGrid:focus {{ border-color: {colors.accent}; }}"
        )


class _Numbers(QStyledItemDelegate):
    """Marks the current cell by a frame, as its color must be seen; edits in a plain field."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        option.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        super().paint(painter, option, index)
        if is_current:
            painter.save()
            painter.setPen(QPen(QColor("#000000"), 1))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
            painter.setPen(QPen(QColor("#ffffff"), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
            painter.restore()

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        editor.setAccessibleName("Weight")
        return editor


def weight_text(value: float, decimals: int = 2) -> str:
    """Return a weight with some decimals, or three digits where it is large; whole ones short."""
    if not isfinite(value):
        return "∞" if value == value else "–"
    if value == round(value) and abs(value) < 1000:
        return f"{value:.0f}".replace("-", "−")
    text = f"{value:.{decimals}f}" if abs(value) < 100 else f"{value:.3g}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "−")


def decimals_of(kernel: NDArray[np.floating]) -> int:
    """Return with how many decimals, 2 to 4, the largest weight has two digits that count."""
    largest = float(np.abs(kernel[np.isfinite(kernel)]).max(initial=0.0))
    return min(max(1 - floor(log10(largest)), 2), 4) if largest > 0 else 2
