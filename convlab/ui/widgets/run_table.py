"""The table of runs."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from convlab.app.run_columns import BEGUN, COLUMNS, NAME
from convlab.app.run_list import OrderedRuns
from convlab.app.run_overlays import RunOverlays
from convlab.training.run_store import RunEntry
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.run_delegate import RunDelegate

WIDEST = {  # texts that the columns have room for at first
    "Run": "↳ 12-31 23.59.59 SimpleConvNet",
    "Loss": "curve",
    "State": "Stopped, 99%",
    "Best": "100.00%",
    "Last": "100.00%",
    "Time": "10:00:00",
    "Settings": "Momentum, Learning rate 0.001, Epochs 20",
    "Data set": "fashion-mnist",
    "Network": "SimpleConvNet",
    "Begun": "2026-12-31 23:59",
    "From": "at 10,000, …",
}
FROM = next(number for number, column in enumerate(COLUMNS) if column.title == "From")


class RunTable(QTableView):
    """Rows are chosen, one or several; a click on a heading sorts by it, Space ticks a run.

    ``chosen_changed`` says that other rows are chosen.
    """

    chosen_changed = Signal()

    def __init__(
        self, runs: OrderedRuns, overlays: RunOverlays, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runs = runs
        self._theme = theme
        self._delegate = RunDelegate(theme, overlays)
        self.setItemDelegate(self._delegate)
        self.setModel(runs)
        self.setAccessibleName("Runs")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACE + 2)
        self._arrange_header()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.selectionModel().currentRowChanged.connect(self._on_selection_changed)

    @property
    def chosen(self) -> list[RunEntry]:
        """The runs of the chosen rows, from top to bottom."""
        # Of ranges, because Qt takes long to tell row by row which of many are chosen.
        ranges = self.selectionModel().selection().toList()
        rows = sorted({row for one in ranges for row in range(one.top(), one.bottom() + 1)})
        entries = (self._runs.entry(self._runs.index(row, NAME)) for row in rows)
        return [entry for entry in entries if entry is not None]

    def choose(self, *names: str) -> None:
        """Choose the runs whose folders are called so, and no others."""
        self.clearSelection()
        flags = QItemSelectionModel.SelectionFlag
        for name in names:
            if (row := self._runs.row_of(name)) is not None:
                index = self._runs.index(row, NAME)
                self.selectionModel().setCurrentIndex(index, flags.Select | flags.Rows)

    def show_origins(self, has_branches: bool) -> None:
        """Show the column of where branches came from only if there are any."""
        self.setColumnHidden(FROM, not has_branches)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick with Space, in whichever column the cursor is."""
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and current.isValid():
            index = current.siblingAtColumn(NAME)
            self._runs.setData(index, None, Qt.ItemDataRole.CheckStateRole)
        else:
            super().keyPressEvent(event)

    def _arrange_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(5 * SPACE)
        metrics = self.fontMetrics()
        for number, column in enumerate(COLUMNS):
            room = metrics.horizontalAdvance(WIDEST[column.title]) + 2 * SPACE
            room += 3 * SPACE if number == NAME else 0  # for the box to tick
            least = metrics.horizontalAdvance(column.title) + 2 * SPACE
            self.setColumnWidth(number, max(room, least))
        header.setSortIndicator(BEGUN, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    @Slot()
    def _on_selection_changed(self) -> None:
        self.chosen_changed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        colors, space = self._theme.colors, SPACE // 2
        self.setStyleSheet(
            f"RunTable {{ background: {colors.surface}; border: 1px solid {colors.border}; }}"
            f"RunTable:focus {{ border-color: {colors.accent}; }}"
            # Else the box would have the color of the row.
            f"RunTable::indicator:checked:selected {{ border: 1px solid {colors.on_accent}; }}"
            f"QHeaderView {{ background: transparent; }}"
            f"QHeaderView::section {{ color: {colors.muted}; background: transparent;"
            f" border: none; border-bottom: 1px solid {colors.faint}; padding: {space}px;"
            f" padding-top: {SPACE}px; }}"
            # Above the words, which the mark would cover where they stand at the right.
            f"QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-origin: border;"
            f" subcontrol-position: top center; width: {SPACE}px; height: {SPACE}px; }}"
        )
