"""Three pictures of what a score depends on, each with what it can and cannot tell."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from convlab.app.why import Covered, Explanation
from convlab.insight.color_ranges import common_ranges, symmetric_limit
from convlab.insight.saliency import strongest_channel
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import in_digits
from convlab.ui.widgets.color_bar import ColorBar
from convlab.ui.widgets.color_map import LEVELS, diverging
from convlab.ui.widgets.heat_view import HeatView
from convlab.ui.widgets.side_by_side import SideBySide

NARROW = 60 * SPACE
TIES = "which need not hold where values tie, as in max pooling of blank areas."
GRADIENT = f"Tells where slightly brighter pixels raise (red) or lower (blue) the score, {TIES}"
COLOR_GRADIENT = (
    "Tells where slightly more of the color that counts most raises (red) or lowers (blue) the "
    f"score, {TIES}"
)
CHANNELS = ("red", "green", "blue")
OCCLUSION = (
    "Tells how far the score falls (red) or rises (blue) while a {0}×{0} square is covered, not "
    "what two places do together."
)
CAM = "Tells roughly where (red) the maps of {0} speak for the class, not what speaks against it."
NO_MAPS = "This network has no convolution, so it has no maps to weigh."
COVERING = "Covering one square after another…"


class HeatMaps(SideBySide):
    """Gradient, occlusion and Grad-CAM; ``pointed`` carries a sentence on the pixel, or none."""

    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        self.gradient = HeatColumn(theme, "Gradient")
        self.occlusion = HeatColumn(theme, "Occlusion")
        self.cam = HeatColumn(theme, "Grad-CAM")
        self._gradient: NDArray[np.floating] = np.zeros((1, 0, 0))  # of each channel
        super().__init__((self.gradient, self.occlusion, self.cam), NARROW)
        for column in (self.gradient, self.occlusion, self.cam):
            column.view.pointed.connect(self._on_pointed)

    def show_explanation(self, explanation: Explanation, covered: Covered | None) -> None:
        """Show another explanation; what is not known yet stays empty."""
        image = explanation.image
        self._gradient = explanation.gradient
        text = GRADIENT if len(image) == 1 else COLOR_GRADIENT
        self.gradient.show_heat(strongest_channel(explanation.gradient), image, text)
        if covered is None or covered.falls.shape != image.shape[1:]:
            self.occlusion.show_nothing(COVERING)
        else:
            text = OCCLUSION.format(covered.squares.side)
            self.occlusion.show_heat(covered.falls, image, text)
        cam = explanation.cam
        if cam is None:
            self.cam.show_nothing(NO_MAPS)
        else:
            heat = cam.enlarged(*image.shape[1:])
            self.cam.show_heat(heat, image, CAM.format(cam.layer), has_negative=False)
        for column in (self.gradient, self.occlusion, self.cam):
            if column.view.current is not None:
                self.pointed.emit(self._sentence(column))

    def _on_pointed(self, cell: tuple[int, int] | None) -> None:
        columns = (self.gradient, self.occlusion, self.cam)
        column = next(each for each in columns if each.view is self.sender())
        self.pointed.emit("" if cell is None else self._sentence(column))

    def _sentence(self, column: "HeatColumn") -> str:
        value = column.value()
        if value is None or column.view.current is None:
            return ""
        row, column_number = column.view.current
        if column is self.gradient:
            what = self._gradient_in_words(row, column_number)
        elif column is self.occlusion:
            what = f"the score changes by {in_digits(-value)} where it is covered"
        else:
            what = f"the weighted maps give {in_digits(value)}"
        return f"Row {row + 1}, column {column_number + 1}: {what}."

    def _gradient_in_words(self, row: int, column: int) -> str:
        channels = self._gradient[:, row, column]
        number = int(np.abs(channels).argmax())
        words = f"gradient {in_digits(float(channels[number]))}"
        if len(channels) > 1:
            name = CHANNELS[number] if len(channels) == 3 else f"channel {number + 1}"
            together = in_digits(float(channels.sum()))
            words = f"{words} of {name}, {together} of all channels together"
        return f"{words} (pixels run from 0 to 1)"


class HeatColumn(QWidget):
    """A title, a picture with its colors, and a sentence."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._values: NDArray[np.floating] | None = None
        heading = QLabel(title)
        heading.setProperty("role", "title")
        self.view = HeatView(theme, title)
        self.bar = ColorBar(theme)
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(heading)
        column.addWidget(self.view, 100)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addStretch()

    def value(self) -> float | None:
        """The number under the mouse."""
        at = self.view.current
        if at is None or self._values is None:
            return None
        return float(self._values[at])

    def show_heat(
        self,
        values: NDArray[np.floating],
        image: NDArray[np.uint8],
        sentence: str,
        *,
        has_negative: bool = True,
    ) -> None:
        """Show numbers (H, W) over the image, with what they can and cannot tell.

        Where there are no negative ones, the scale begins at 0.
        """
        limit = symmetric_limit(values)
        self._values = values
        self.view.set_heat(values, image, limit)
        if has_negative:
            self.bar.set_scale(diverging(), common_ranges(limit, 1))
        else:
            self.bar.set_scale(diverging()[LEVELS // 2 :], np.array([[0.0, limit]]))
        self.bar.show()
        self.words.setText(sentence)

    def show_nothing(self, sentence: str) -> None:
        """Say why there is no picture."""
        self._values = None
        self.view.clear()
        self.bar.hide()
        self.words.setText(sentence)
