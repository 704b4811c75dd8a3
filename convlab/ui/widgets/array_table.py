"""Every number of a table, exactly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QFrame, QTableView, QWidget

from convlab.ui.theme import SPACE

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
WIDEST = "-1.2345678e-05"
NOWHERE = QModelIndex()


class _Numbers(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._matrix: NDArray[Any] = np.zeros((0, 0))

    def set_matrix(self, matrix: NDArray[Any]) -> None:
        self.beginResetModel()
        self._matrix = matrix
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._matrix)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self._matrix.shape[1]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.DisplayRole:
            return exact(self._matrix[index.row(), index.column()])
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        return str(section) if role == Role.DisplayRole else None


class ArrayTable(QTableView):
    """Rows and columns count from 0, as in NumPy; only what is in view is ever formatted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = _Numbers()
        self.setModel(self._numbers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Numbers of the array")
        metrics = self.fontMetrics()
        self.horizontalHeader().setDefaultSectionSize(metrics.horizontalAdvance(WIDEST) + 2 * SPACE)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + SPACE // 2)

    def set_matrix(self, matrix: NDArray[Any]) -> None:
        """Show a table (rows, columns)."""
        self._numbers.set_matrix(matrix)


def exact(value: Any) -> str:
    """Return the shortest text that means exactly this number of its type."""
    return str(value)
