"""The runs as a table, sorted and filtered: what a view of runs shows."""

from collections.abc import Iterable, Sequence
from operator import is_
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from convlab.app.run_columns import BEGUN, COLUMNS, CURVE, NAME, about_run, mentions
from convlab.app.run_overlays import RunOverlays
from convlab.app.run_tree import in_tree_order
from convlab.training.run_store import RunEntry

ENTRY_ROLE = Qt.ItemDataRole.UserRole  # the RunEntry of a row
DEPTH_ROLE = Qt.ItemDataRole.UserRole + 1  # how many of its ancestors are above it

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()
_INDENT = "      "


class RunList(QAbstractTableModel):
    """A row for each run; ticking one draws it in the curves."""

    def __init__(self, overlays: RunOverlays, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._overlays = overlays
        self._entries: list[RunEntry] = []
        overlays.ticked_changed.connect(self._on_ticked_changed)

    @property
    def entries(self) -> Sequence[RunEntry]:
        """The runs of the rows."""
        return self._entries

    def set_entries(self, entries: Sequence[RunEntry]) -> None:
        """Show other runs; rows of those that are still there stay as they are."""
        latest = {entry.name: entry for entry in entries}
        for row in reversed(range(len(self._entries))):
            if self._entries[row].name not in latest:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._entries[row]
                self.endRemoveRows()
        for row, entry in enumerate(self._entries):
            now = latest.pop(entry.name)
            if now is not entry:
                self._entries[row] = now
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
        if latest:
            first = len(self._entries)
            self.beginInsertRows(_NOWHERE, first, first + len(latest) - 1)
            self._entries += latest.values()
            self.endInsertRows()

    def arrange(self, names: Iterable[str]) -> None:
        """Put the rows of these runs in this order, before all others."""
        places = {name: place for place, name in enumerate(names)}
        arranged = sorted(self._entries, key=lambda entry: places.get(entry.name, len(places)))
        if all(map(is_, arranged, self._entries)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = {entry.name: row for row, entry in enumerate(arranged)}
        after = [self.createIndex(rows[self._entries[i.row()].name], i.column()) for i in before]
        self._entries = arranged
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many runs there are."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a heading, or what its column shows."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.about
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            orders = Qt.SortOrder
            return orders.DescendingOrder if column.best_first else orders.AscendingOrder
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be chosen, and ticked by their names."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        entry, column = self._entries[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[column].text(entry)
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            text, about = COLUMNS[column].text(entry), about_run(entry)
            return about if text in about else f"{text}\n{about}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            is_ticked = self._overlays.color_of(entry.name) is not None
            return Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole and column == CURVE:
            ends = [f"{loss:.3g}" for loss in entry.info.curve[:: len(entry.info.curve) - 1 or 1]]
            return f"Loss from {ends[0]} to {ends[-1]}" if ends else "No loss yet"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Tick a run, or take its tick away."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != NAME:
            return False
        self._overlays.toggle(self._entries[index.row()])
        return True

    def _on_ticked_changed(self) -> None:
        if self._entries:
            last = self.index(len(self._entries) - 1, CURVE)
            self.dataChanged.emit(self.index(0, NAME), last)


class OrderedRuns(QSortFilterProxyModel):
    """The runs that are asked for, in order: each branch below the run that it began from.

    The rows of ``runs`` themselves are put in order, which is many times as fast as to let Qt ask
    for each pair of rows. ``counted`` says that there may be other rows.
    """

    counted = Signal()

    def __init__(self, runs: RunList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._words = ""
        self._only_starred = False
        self._depths: dict[str, int] = {}  # of what is shown
        self._sorted_by = BEGUN
        self._order = Qt.SortOrder.DescendingOrder
        self.setSourceModel(runs)
        self.refresh()

    @property
    def sorted_by(self) -> int:
        """The column that the runs are sorted by."""
        return self._sorted_by

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands at the top."""
        return self._order is Qt.SortOrder.DescendingOrder

    @property
    def is_filtered(self) -> bool:
        """Whether runs may be left out."""
        return self._only_starred or bool(self._words.strip())

    def set_words(self, words: str) -> None:
        """Leave out runs of which not all these words are told."""
        self._words = words
        self.refresh()

    def set_only_starred(self, only_starred: bool) -> None:
        """Leave out runs without a star, or not."""
        self._only_starred = only_starred
        self.refresh()

    def refresh(self) -> None:
        """Sort and filter anew, because the runs have changed."""
        accepted = [entry for entry in self._runs.entries if self._is_wanted(entry)]
        # Of equal ones the latest first, whichever way the column is sorted.
        accepted.sort(key=lambda entry: (entry.info.created, entry.name), reverse=True)
        key = COLUMNS[self._sorted_by].key
        ordered = in_tree_order(accepted, key, descending=self.is_descending)
        depths = {entry.name: depth for entry, depth in ordered}
        self._runs.arrange(depths)
        if depths.keys() == self._depths.keys():
            self._depths = depths
        else:
            self.beginFilterChange()
            self._depths = depths
            self.endFilterChange(self.Direction.Rows)
        self.counted.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        if 0 <= column < len(COLUMNS) and (column, order) != (self._sorted_by, self._order):
            self._sorted_by, self._order = column, order
            self.refresh()

    def entry(self, index: Index) -> RunEntry | None:
        """Return the run of a row; None for no row."""
        entry = index.data(ENTRY_ROLE)
        return entry if isinstance(entry, RunEntry) else None

    def row_of(self, name: str) -> int | None:
        """Return the row of the run whose folder is called ``name``."""
        rows = range(self.rowCount())
        return next((r for r in rows if self.index(r, 0).data(ENTRY_ROLE).name == name), None)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; names of branches are indented."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole and index.column() == NAME:
            depth = self.data(index, DEPTH_ROLE)
            return _INDENT * max(0, depth - 1) + ("↳ " if depth else "") + super().data(index, role)
        if role == DEPTH_ROLE:
            return self._depths.get(super().data(index, ENTRY_ROLE).name, 0)
        return super().data(index, role)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802
        """Return whether a run was asked for."""
        return self._runs.entries[row].name in self._depths

    def _is_wanted(self, entry: RunEntry) -> bool:
        is_starred = entry.notes.starred or not self._only_starred
        return is_starred and mentions(entry, self._words)


def _alignment(column: int) -> Qt.AlignmentFlag:
    is_number = COLUMNS[column].is_number
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
