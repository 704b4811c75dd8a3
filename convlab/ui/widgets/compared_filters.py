"""The filters of two networks, side by side."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from convlab.insight.mosaic import filter_images
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterColors, FilterPicture

Filters = NDArray[np.floating] | None

COLORS = FilterColors("diverging", "same")
NONE = "Neither run has a convolution."


class ComparedFilters(QWidget):
    """Two grids on one scale; filters of one number are outlined in both where they match.

    ``said`` carries what is pointed at in words, empty for nothing.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Grids of one widget are laid out alike, which filters of other numbers could not be.
        self.grids = (FilterGrids(theme), FilterGrids(theme))
        hint = QLabel(NONE)
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        for grid in self.grids:
            row.addWidget(grid, 1)
            grid.pointed.connect(self._on_pointed)
        self._stack = QStackedWidget()
        self._stack.addWidget(both)
        self._stack.addWidget(hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def set_filters(self, left: Filters, right: Filters) -> None:
        """Show filters (F, C, H, W), as the average of their channels; None for none."""
        tiles = {
            letter: filter_images(filters, None)
            for letter, filters in (("A", left), ("B", right))
            if filters is not None
        }
        pictures = [
            FilterPicture(letter, letter, own, COLORS.ranges(own, *tiles.values()), COLORS.lookup)
            for letter, own in tiles.items()
        ]
        self._stack.setCurrentIndex(0 if pictures else 1)
        are_alike = len({picture.tiles.shape for picture in pictures}) == 1
        self.grids[0].set_pictures(pictures if are_alike else pictures[:1])
        self.grids[1].set_pictures([] if are_alike else pictures[1:])
        self.grids[1].setVisible(not are_alike and len(pictures) > 1)

    def _on_pointed(self) -> None:
        grid = self.sender()
        if isinstance(grid, FilterGrids) and grid.current is not None:
            reading = grid.reading()
            self.said.emit(f"Filter {grid.current + 1}{', ' + reading if reading else ''}")
        else:
            self.said.emit("")
