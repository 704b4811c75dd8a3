"""The loss of every mini-batch and its smoothed line, on a linear or a logarithmic axis."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QLabel, QSlider, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.curve_plot import Overlaid
from convlab.ui.widgets.curve_section import CurveSection
from convlab.ui.widgets.look import Look
from convlab.ui.widgets.plot_axis import FEWEST_DECADES, number_text
from convlab.ui.widgets.plot_style import blend

MINI_BATCH = Look(lambda colors: blend(colors.train, colors.surface, 0.45), width=1)
SMOOTHED = Look(lambda colors: QColor(colors.train))

FEW_STEPS = 20  # so few are dots as well, else the first would not be seen at all
MARGIN = 0.05  # below zero and above the highest loss, as a share of it
EMPTY_TOP = 2.5  # a little above the loss of guessing among ten classes, ln 10

Losses = NDArray[np.floating[Any]]


class LossSection(CurveSection):
    """The lower plot. ``smoothing_changed`` carries the strength that the user wants, 0 to 0.99."""

    smoothing_changed = Signal(float)

    def __init__(self, smoothing: float, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Loss", number_text, theme, parent)
        self._iterations: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._losses: Losses = np.empty(0)
        self._smoothed: Losses = np.empty(0)
        self._overlays: tuple[Overlaid, ...] = ()
        self._mini_batch_curve = self.add_curve("Mini-batch", MINI_BATCH)
        self._smoothed_curve = self.add_curve("Smoothed", SMOOTHED)
        self._add_smoothing(smoothing)
        self.log_box = QCheckBox("&Log scale", self)
        self.log_box.setToolTip("Show the loss on a logarithmic axis")
        self.log_box.toggled.connect(self._on_log_toggled)
        self.add_control(self.log_box)
        self.show_all()

    def choices(self) -> dict[str, str]:
        """Return how the loss is shown, for the next start."""
        return super().choices() | {
            "smoothing": str(self.smoothing_slider.value()),
            "axis": "logarithmic" if self.log_box.isChecked() else "linear",
        }

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Show the loss as the last time."""
        super().restore_choices(choices)
        smoothing = choices.get("smoothing", "")
        if smoothing in map(str, range(100)):
            self.smoothing_slider.setValue(int(smoothing))
        self.log_box.setChecked(choices.get("axis") == "logarithmic")

    def set_losses(self, iterations: NDArray[np.int64], losses: Losses, smoothed: Losses) -> None:
        """Draw the losses (N,) and their smoothed line (N,), without what cannot be drawn."""
        self._iterations, self._losses, self._smoothed = iterations, losses, smoothed
        self._mini_batch_curve.setSymbol("o" if len(losses) <= FEW_STEPS else None)
        for curve, values in ((self._mini_batch_curve, losses), (self._smoothed_curve, smoothed)):
            drawable = self._drawable(values)
            curve.setData(iterations[drawable], self._heights(values[drawable]))

    def set_overlays(self, overlays: Sequence[Overlaid]) -> None:
        """Draw the smoothed losses of other runs."""
        self._overlays = tuple(overlays)
        drawn = []
        for color, iterations, losses in overlays:
            drawable = self._drawable(losses)
            drawn.append((color, iterations[drawable], self._heights(losses[drawable])))
        self.plot.set_overlays(drawn)

    def show_all(self) -> None:
        """Set the loss axis so that every loss is in view."""
        losses = np.concatenate([self._losses, *(losses for _, _, losses in self._overlays)])
        heights = self._heights(losses[self._drawable(losses)])
        if self.log_box.isChecked():
            low, high = (heights.min(), heights.max()) if len(heights) else (-2.0, 0.0)
            # Whole half decades, so that the view moves seldom.
            low, high = floor(2 * low - 0.1) / 2, ceil(2 * high + 0.1) / 2
        else:
            top = float(heights.max(initial=0.0)) or EMPTY_TOP
            low, high = -MARGIN * top, (1 + MARGIN) * top
        self.plot.show_range("y", float(low), float(high))

    def _add_smoothing(self, smoothing: float) -> None:
        self.smoothing_slider = QSlider(Qt.Orientation.Horizontal, self)
        self.smoothing_slider.setRange(0, 99)
        self.smoothing_slider.setPageStep(10)
        self.smoothing_slider.setValue(round(100 * smoothing))
        self.smoothing_slider.setMinimumWidth(6 * SPACE)
        self.smoothing_slider.setAccessibleName("Smoothing of the loss")
        self.smoothing_slider.setToolTip(
            "Over how many mini-batches the smoothed line averages: "
            "1 at 0.00, about 10 at 0.90, about 100 at 0.99"
        )
        self.smoothing_slider.valueChanged.connect(self._on_slider_moved)
        self._smoothing_value = QLabel(f"{smoothing:.2f}", self)
        self.add_beside_legend(self.smoothing_slider)
        self.add_beside_legend(self._smoothing_value)

    def _drawable(self, losses: Losses) -> NDArray[np.bool_]:
        """Return which of ``losses`` (N,) have a place on the axis."""
        finite = np.isfinite(losses)
        return finite & (losses > 0) if self.log_box.isChecked() else finite

    def _heights(self, losses: Losses) -> Losses:
        """Return where drawable ``losses`` (N,) lie on the axis."""
        return np.log10(losses) if self.log_box.isChecked() else losses

    @Slot(int)
    def _on_slider_moved(self, hundredths: int) -> None:
        self._smoothing_value.setText(f"{hundredths / 100:.2f}")
        self.smoothing_changed.emit(hundredths / 100)

    @Slot(bool)
    def _on_log_toggled(self, checked: bool) -> None:
        self.plot.getAxis("left").setLogMode(y=checked)
        self.plot.setLimits(minYRange=FEWEST_DECADES if checked else None)
        self.set_losses(self._iterations, self._losses, self._smoothed)
        self.set_overlays(self._overlays)
        self.show_all()  # even over a zoom, which would mean nothing on the other axis
