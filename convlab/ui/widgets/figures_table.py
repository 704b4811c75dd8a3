"""A table of figures, a row for each thing that they are of."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.plot_style import small_font, window_font


class FiguresTable(QTableWidget):
    """Whole rows are chosen, with the mouse or the keyboard; nothing is edited.

    ``columns`` maps headings to their tool tips; texts in all columns but the first are numbers,
    unless they are named in ``words``. ``row_chosen`` carries the number of a row.
    """

    row_chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        columns: dict[str, str],
        words: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(0, len(columns), parent)
        self._theme = theme
        self._titles = tuple(columns)
        self._is_small = False
        self._least = 0  # pixels that it takes to show all columns in the usual font
        self._words = {0, *(list(columns).index(word) for word in words)}
        for column, (title, tool_tip) in enumerate(columns.items()):
            heading = QTableWidgetItem(title)
            self.setHorizontalHeaderItem(column, heading)
            heading.setToolTip(tool_tip)
            heading.setTextAlignment(self._alignment(column))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACE // 2 + 2)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionsClickable(False)
        self.currentCellChanged.connect(self._on_current_cell_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_rows(
        self, rows: Sequence[Sequence[str]], colors: dict[tuple[int, int], str] | None = None
    ) -> None:
        """Show texts; ``colors`` are those of some of them, by row and column."""
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(self._alignment(column))
                    self.setItem(row, column, item)
                item.setText(text)
                color = (colors or {}).get((row, column))
                item.setForeground(QColor(color) if color else self.palette().text())
        self._least = self._width_of(rows)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write smaller rather than cut columns off."""
        super().resizeEvent(event)
        self._fit()

    def _width_of(self, rows: Sequence[Sequence[str]]) -> int:
        """Return how many pixels all columns take together in the usual font."""
        metrics = QFontMetrics(window_font())
        columns = zip(self._titles, *rows, strict=True)
        return sum(max(map(metrics.horizontalAdvance, texts)) + 2 * SPACE for texts in columns)

    def _fit(self) -> None:
        is_small = self._least > self.viewport().width()
        if is_small != self._is_small:
            self._is_small = is_small
            self._restyle()
            self.resizeColumnsToContents()

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        colors, space = self._theme.colors, SPACE // 4 if self._is_small else SPACE // 2
        points = f" font-size: {small_font().pointSizeF():.2f}pt;" if self._is_small else ""
        self.setStyleSheet(
            f"FiguresTable {{ background: {colors.surface};"
            f" border: 1px solid {colors.border};{points} }}"
            f"QHeaderView {{ background: transparent;{points} }}"
            f"QHeaderView::section {{ color: {colors.muted}; background: transparent;"
            f" border: none; border-bottom: 1px solid {colors.faint}; padding: {space}px; }}"
        )

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column in self._words else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _on_current_cell_changed(self, row: int, column: int, before: int, _: int) -> None:
        if row != before and row >= 0:
            self.row_chosen.emit(row)
