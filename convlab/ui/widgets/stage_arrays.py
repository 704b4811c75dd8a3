"""The arrays of one stage of an update, with what can be said of each in a line."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from convlab.insight.array_figures import array_figures
from convlab.ui.theme import Theme
from convlab.ui.widgets.figures_table import FiguresTable
from convlab.ui.widgets.layer_table import shape_text

_COLUMNS = {
    "Array": "Its name in the lines below",
    "Shape": "How many numbers along each axis",
    "Min": "The smallest number",
    "Mean": "The mean of all numbers",
    "Max": "The largest number",
}


class StageArrays(FiguresTable):
    """A row for each array: its name, shape, smallest, mean and largest number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _COLUMNS, words=("Shape",), parent=parent)
        self.setAccessibleName("Arrays of this stage")

    def set_arrays(self, arrays: Mapping[str, NDArray[Any]], chosen: str) -> None:
        """Show arrays by name, one of them chosen; this does not emit ``row_chosen``."""
        was_blocked = self.blockSignals(True)
        self.set_rows([_row(name, array) for name, array in arrays.items()])
        self.setCurrentCell(list(arrays).index(chosen), 0)
        self.blockSignals(was_blocked)
        self._keep_chosen_in_sight()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen row in sight when there is less room."""
        super().resizeEvent(event)
        self._keep_chosen_in_sight()

    def _keep_chosen_in_sight(self) -> None:
        if (item := self.currentItem()) is not None:
            self.scrollToItem(item)


def _row(name: str, array: NDArray[Any]) -> list[str]:
    figures = array_figures(array)
    numbers = (figures.lowest, figures.mean, figures.highest)
    return [name, shape_text(figures.shape) or "number", *(_number(value) for value in numbers)]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
