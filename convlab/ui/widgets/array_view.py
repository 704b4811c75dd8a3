"""One array of any shape, as a picture or as numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.insight.array_figures import matrix_of
from convlab.insight.color_ranges import common_ranges, symmetric_limit
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.array_picture import MOST_COLUMNS, MOST_ROWS, ArrayPicture
from convlab.ui.widgets.array_table import ArrayTable, exact
from convlab.ui.widgets.color_bar import ColorBar

MOST_AXES = 2  # before the last two; arrays of a network have four at most


class ArrayView(QWidget):
    """The last two axes are shown; numbers in boxes say where along the others.

    ``read`` carries the exact number under the mouse with its place, or an empty text.
    """

    read = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._array: NDArray[Any] = np.zeros(())
        self._limit = 1.0
        self.caption = QLabel()
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.kind_choice = QComboBox()
        self.kind_choice.addItems(["Picture", "Numbers"])
        self.kind_choice.setAccessibleName("Picture or numbers")
        self.axes = [QSpinBox() for _ in range(MOST_AXES)]
        self.picture = ArrayPicture(theme)
        self.table = ArrayTable()
        self.bar = ColorBar(theme)
        self._lay_out()
        self.kind_choice.currentIndexChanged.connect(self._on_kind_chosen)
        for number, box in enumerate(self.axes):
            box.setAccessibleName(f"Place along axis {number}")
            box.setToolTip(f"Place along axis {number}, counted from 0")
            box.valueChanged.connect(self._on_place_chosen)
        self.picture.pointed.connect(self._on_pointed)

    def set_array(self, name: str, array: NDArray[Any]) -> None:
        """Show another array; the place along the first axes stays where it can."""
        self._name, self._array = name, array
        self._limit = symmetric_limit(array.astype(np.float64))
        for number, box in enumerate(self.axes):
            is_there = array.ndim - 2 > number
            box.setVisible(is_there)
            if is_there:
                box.blockSignals(True)
                box.setRange(0, array.shape[number] - 1)
                box.blockSignals(False)
        self.bar.set_scale(self.picture.lookup, common_ranges(self._limit, 1))
        self._show()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE // 2)
        row.addWidget(self.caption, 1)
        for box in self.axes:
            row.addWidget(box)
        row.addWidget(self.kind_choice)
        with_bar = QWidget()
        column = QVBoxLayout(with_bar)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.picture, 1)
        column.addWidget(self.bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(with_bar)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)

    def _place(self) -> tuple[int, ...]:
        return tuple(box.value() for box in self.axes[: max(0, self._array.ndim - 2)])

    def _show(self) -> None:
        matrix = matrix_of(self._array, self._place())
        rows, columns = matrix.shape
        text = self._name
        if self._array.ndim > 2:
            text += f"[{', '.join(map(str, self._place()))}]"
        is_cut = rows > MOST_ROWS or columns > MOST_COLUMNS
        if is_cut and self.kind_choice.currentIndex() == 0:
            text = f"First {min(rows, MOST_ROWS)} rows of {text}"
        self.caption.setText(text)
        self.caption.setToolTip(text)
        if self.kind_choice.currentIndex() == 0:
            self.picture.set_matrix(matrix, self._limit)
        else:
            self.table.set_matrix(matrix)

    @Slot(int)
    def _on_kind_chosen(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self._show()

    @Slot(int)
    def _on_place_chosen(self, _: int) -> None:
        self._show()

    @Slot(object)
    def _on_pointed(self, place: tuple[int, int] | None) -> None:
        if place is None:
            self.read.emit("")
            return
        matrix = matrix_of(self._array, self._place())
        everywhere = (*self._place(), *place)[-self._array.ndim :] if self._array.ndim else ()
        where = f"[{', '.join(map(str, everywhere))}]" if everywhere else ""
        self.read.emit(f"{self._name}{where} = {exact(matrix[place])}")
