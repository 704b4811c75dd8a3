"""How well each class is told from the others, as a table."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from convlab.insight.confusion import ClassFigures
from convlab.ui.theme import Theme
from convlab.ui.widgets.figures_table import FiguresTable

_COLUMNS = {
    "Class": "The true class",
    "Images": "How many test images of this class there are",
    "Precision": "Of the images read as this class, how many are of it",
    "Recall": "Of the images of this class, how many were read as it",
    "Accuracy": "Of all images, how many were rightly taken for this class or not",
}


class ClassTable(FiguresTable):
    """A row for each class; a dash stands where there is nothing to divide by."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _COLUMNS, parent=parent)
        self.setAccessibleName("Figures of each class")

    def set_figures(self, names: Sequence[str], figures: ClassFigures) -> None:
        """Show the figures of the classes of these names."""
        shares = (figures.precision, figures.recall, figures.accuracy)
        self.set_rows(
            [
                [name, f"{figures.images[row]:,}", *(_percent(share[row]) for share in shares)]
                for row, name in enumerate(names)
            ]
        )


def _percent(share: np.floating) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}"
