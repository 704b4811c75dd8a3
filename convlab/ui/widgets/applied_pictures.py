"""A picture, what a filter makes of it, and what the activation leaves, side by side."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from convlab.insight.apply_filter import Applied
from convlab.insight.color_ranges import own_symmetric_ranges, shares
from convlab.nn.types import Array
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_map import diverging, levels_at
from convlab.ui.widgets.picture_pane import SMALLEST, PicturePane

AT_EDGE = "Near the edge the filter does not fit, so there is no response."


class AppliedPictures(QWidget):
    """Three pictures; what is pointed at in one is marked in all.

    ``pointed`` carries a sentence with the numbers there, empty when nothing is pointed at.
    """

    pointed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._applied: Applied | None = None
        self._after = "After ReLU"  # the caption of the last picture
        self.panes = tuple(PicturePane(theme, name) for name in ("Input", "Response", "After ReLU"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for number, pane in enumerate(self.panes):
            row.addWidget(pane)
            pane.pointed.connect(partial(self._on_pointed, number))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be no higher than square pictures need, and leave the rest to others."""
        super().resizeEvent(event)
        side = (self.width() - 2 * SPACE) // len(self.panes)
        self.setMaximumHeight(side + self.panes[0].minimumSizeHint().height() - SMALLEST)

    def set_applied(
        self,
        picture: NDArray[np.uint8],
        title: str,
        applied: Applied | None,
        *,
        is_followed: bool = True,
    ) -> None:
        """Show a picture (C, H, W) and, where it is known, what came of one.

        ``is_followed`` says that the activation does follow the filters in the network.
        """
        self._applied = applied
        source, response, after = self.panes
        caption, _, detail = title.partition(", ")
        source.set_picture(_as_colors(picture), caption, detail)
        if applied is None:
            return
        lowest, highest = _ends(applied.response)
        response.set_picture(_diverging(applied.response), "Response", f"{lowest} to {highest}")
        lowest, highest = _ends(applied.after)
        colored = _diverging if applied.activation == "Tanh" else _gray
        self._after = f"{'After' if is_followed else 'With'} {applied.activation}"
        start = "0" if applied.activation == "ReLU" else lowest
        after.set_picture(colored(applied.after), self._after, f"{start} to {highest}")

    def _on_pointed(self, pane: int, at: tuple[int, int] | None) -> None:
        applied = self._applied
        for each in self.panes:
            each.clear_mark()
        if at is None or applied is None:
            self.pointed.emit("")
            return
        height, width = applied.kernel.shape[1:]
        row, column = at
        if pane == 0:  # a response stands for the middle of what the filter sees
            row, column = row - height // 2, column - width // 2
        rows, columns = applied.response.shape
        if not (0 <= row < rows and 0 <= column < columns):
            self.pointed.emit(AT_EDGE)
            return
        self.panes[0].set_mark(row, column, height, width)
        for each in self.panes[1:]:
            each.set_mark(row, column, 1, 1)
        before, after = applied.response[row, column], applied.after[row, column]
        self.pointed.emit(
            f"Row {row + 1}, column {column + 1}: response {_number(before)}, "
            f"{self._after[0].lower()}{self._after[1:]} {_number(after)}."
        )


def _as_colors(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image (C, H, W) as (H, W, 3): three channels are colors, else their mean."""
    if len(image) != 3:
        image = np.repeat(image.mean(axis=0, keepdims=True).astype(np.uint8), 3, axis=0)
    return image.transpose(1, 2, 0)


def _diverging(values: Array) -> NDArray[np.uint8]:
    """Return blue for negative and red for positive values (H, W), light gray for 0."""
    if not values.size:
        return np.zeros((0, 0, 3), np.uint8)
    places = shares(values[np.newaxis], own_symmetric_ranges(values[np.newaxis]))[0]
    return diverging()[levels_at(np.nan_to_num(places))]


def _gray(values: Array) -> NDArray[np.uint8]:
    """Return black for 0 to white for the largest of values (H, W), infinite or not."""
    values = np.nan_to_num(values)
    largest = values.max(initial=0.0) or 1.0
    levels = (255 * (values / largest)).clip(0, 255).astype(np.uint8)
    return np.repeat(levels[..., np.newaxis], 3, axis=2)


def _ends(values: Array) -> tuple[str, str]:
    if not values.size:
        return "–", "–"
    return _number(values.min(), 2), _number(values.max(), 2)


def _number(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}g}".replace("-", "−")
