"""One filter, large, with its numbers."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.dialog_frame import fill_dialog
from convlab.ui.widgets.filter_grids import GAP, FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture
from convlab.ui.widgets.mosaic_view import MARGIN

CELL = 56  # pixels for each weight at first, if the screen has them
NARROWEST_GRID = 176  # pixels; so small filters leave room for their captions
HINT = "Point at a weight for its values; the arrow keys go to other filters."


class FilterDialog(QDialog):
    """Enlarges one filter and follows its weights while they change; Esc closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: tuple[FilterPicture, ...] = ()
        self._origin = ""
        self._number = 0
        self._grids = FilterGrids(theme, enlarged=True)
        self._grids.pointed.connect(self._show_reading)
        self._reading = QLabel(HINT)
        self._reading.setProperty("role", "muted")
        self._previous = QPushButton("Previous")
        self._previous.setShortcut(Qt.Key.Key_Left)
        self._previous.setToolTip("Show the filter before this one (←)")
        self._previous.clicked.connect(self._on_previous)
        self._next = QPushButton("Next")
        self._next.setShortcut(Qt.Key.Key_Right)
        self._next.setToolTip("Show the filter after this one (→)")
        self._next.clicked.connect(self._on_next)
        buttons = (self._previous, self._next)
        fill_dialog(self, self._grids, self._reading, buttons, QPushButton("Close"))

    @property
    def number(self) -> int:
        """The filter that is shown, counted from 0."""
        return self._number

    def show_filter(self, number: int) -> None:
        """Open the dialog, or bring it to the front, with one filter of its pictures."""
        if not self.isVisible():
            self._resize_to_content()
        self._number = number
        self._refresh()
        self.show()
        self.activateWindow()

    def set_pictures(self, pictures: Sequence[FilterPicture], origin: str) -> None:
        """Follow new weights, and say where they come from; without any, close."""
        self._pictures = tuple(pictures)
        self._origin = origin
        if not pictures:
            self.close()
        elif self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        count = len(self._pictures[0].tiles)
        self._number = min(self._number, count - 1)
        self._grids.set_pictures([picture.only(self._number) for picture in self._pictures])
        self.setWindowTitle(f"{self._origin}, filter {self._number + 1} of {count}")
        self._previous.setEnabled(self._number > 0)
        self._next.setEnabled(self._number < count - 1)
        self._show_reading()

    def _resize_to_content(self) -> None:
        _, rows, columns = self._pictures[0].tiles.shape
        grids = len(self._pictures)
        around_grids = self.sizeHint().height() - self._grids.sizeHint().height()
        frame = QSize(
            4 * SPACE + (grids - 1) * GAP + grids * 2 * MARGIN,
            around_grids + self._grids.text_height + 2 * MARGIN,
        )
        room = self.screen().availableSize() * 0.9 - frame
        cell = max(CELL, NARROWEST_GRID // columns)
        cell = min(cell, room.width() // (grids * columns), room.height() // rows)
        self.resize(QSize(grids * columns * cell, rows * cell) + frame)

    def _on_previous(self) -> None:
        self.show_filter(self._number - 1)

    def _on_next(self) -> None:
        self.show_filter(self._number + 1)

    def _show_reading(self) -> None:
        reading = self._grids.reading()
        self._reading.setText(reading[:1].upper() + reading[1:] or HINT)
