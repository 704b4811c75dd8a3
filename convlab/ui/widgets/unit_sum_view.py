"""How one number comes about: what is added up, the sum in words, and the lines of NumPy."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from convlab.insight.unit_lines import lines_with_numbers
from convlab.insight.unit_sum import UnitSum
from convlab.nn.types import Shape
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import in_digits
from convlab.ui.widgets.contribution_rows import ContributionRows
from convlab.ui.widgets.number_grid import exact
from convlab.ui.widgets.unit_sum_grids import UnitSumGrids
from convlab.wording import counted

HINT = "Point at a cell for its exact numbers."
MOST_LISTED = 48  # channels whose sums are told one by one


class UnitSumView(QWidget):
    """Grids of numbers or, of a fully connected unit, a list; below it the sum and its lines.

    Of a window that spans several channels one is shown: that which adds most, or the chosen one.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: UnitSum | None = None
        self._source_shape: Shape = ()
        self._is_list = False
        self._wanted_channel: int | None = None  # None for the channel that adds most
        self.channel_box = QSpinBox()
        self.channel_box.setPrefix("Channel ")
        self.channel_box.setAccessibleName("Channel")
        self.channel_box.setToolTip(
            "Which map of the layer before is shown; at first the one that adds most"
        )
        self.channel_box.valueChanged.connect(self._on_channel_changed)
        self.channel_words = QLabel()
        self.channel_words.setProperty("role", "muted")
        self.grids = UnitSumGrids(theme)
        self.rows = ContributionRows(theme)
        self.channel_sums = QLabel()
        self.channel_sums.setProperty("role", "muted")
        self.channel_sums.setWordWrap(True)
        self.reading = QLabel()
        self.reading.setProperty("role", "muted")
        self.sum = QLabel()
        self.sum.setProperty("role", "title")
        self.sum.setWordWrap(True)
        self.code = QLabel()
        self.code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.code.setAccessibleName("The lines of NumPy that compute it")
        self.code.setToolTip("NumPy counts from 0; x is the output of the layer before")
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        for label in (self.sum, self.code, self.channel_sums):
            label.setTextInteractionFlags(
                selectable | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.grids.pointed.connect(self._on_pointed)
        self._lay_out()

    @property
    def channel(self) -> int:
        """The channel that is shown, counted from 0 within those that the unit reads."""
        told = self._told
        if told is None or told.products is None:
            return 0
        if self._wanted_channel is not None and self._wanted_channel < len(told.inputs):
            return self._wanted_channel
        if self._is_list:
            return int(np.abs(told.products).max(axis=(1, 2)).argmax())
        return int(np.abs(told.products.sum(axis=(1, 2))).argmax())

    def set_room(self, width: int) -> None:
        """Fit what is wide into a width, as far as it remains readable."""
        self.grids.set_room(width)

    def set_sum(self, told: UnitSum, kind: str, source_shape: Shape) -> None:
        """Show a unit of a layer of this kind, which reads an output of ``source_shape``."""
        if self._told is None or (self._told.layer, self._told.unit) != (told.layer, told.unit):
            self._wanted_channel = None
        self._told, self._source_shape = told, source_shape
        self._is_list = is_list = kind == "Affine"
        self.grids.setVisible(not is_list)
        self.reading.setVisible(not is_list)
        self.rows.setVisible(is_list)
        if is_list:
            self.rows.set_sum(told, is_flat=len(source_shape) == 1)
        has_channels = not is_list and told.products is not None and len(told.inputs) > 1
        self.channel_box.setVisible(has_channels)
        self.channel_words.setVisible(has_channels)
        self.channel_sums.setVisible(has_channels)
        self.channel_sums.setText(sums_in_words(told) if has_channels else "")
        self.sum.setText(sum_in_words(told))
        self.code.setText("\n".join(lines_with_numbers(told)))
        self._show_channel()

    def _lay_out(self) -> None:
        channels = QHBoxLayout()
        channels.setSpacing(SPACE)
        channels.addWidget(self.channel_box)
        channels.addWidget(self.channel_words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(channels)
        column.addWidget(self.grids)
        column.addWidget(self.rows)
        column.addWidget(self.reading)
        column.addWidget(self.sum)
        column.addWidget(self.channel_sums)
        column.addWidget(self.code)
        column.addStretch()

    def _show_channel(self) -> None:
        told = self._told
        if told is None:
            return
        if self.grids.isVisibleTo(self):
            self.grids.set_sum(told, self.channel, self._source_shape)
        if told.products is not None:
            self.channel_box.blockSignals(True)
            self.channel_box.setRange(1, len(told.inputs))
            self.channel_box.setValue(self.channel + 1)
            self.channel_box.blockSignals(False)
            part = exact(float(told.products[self.channel].sum()))
            self.channel_words.setText(f"adds {part}, one of {len(told.inputs)} channels")

    @Slot()
    def _on_pointed(self) -> None:
        self.reading.setText(self.grids.reading or HINT)

    @Slot(int)
    def _on_channel_changed(self, value: int) -> None:
        self._wanted_channel = value - 1
        self._show_channel()


def sums_in_words(told: UnitSum) -> str:
    """Return what every channel adds; of very many, those that add most, and the rest."""
    if told.products is None:
        return ""
    sums = told.products.sum(axis=(1, 2))
    listed = np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_LISTED])
    parts = [f"{n + 1}:\u00a0{in_digits(float(sums[n]), 3)}" for n in listed.tolist()]
    if len(listed) < len(sums):
        rest = np.delete(sums, listed)
        parts.append(f"{len(rest)} others {in_digits(float(rest.sum()), 3)}")
    if told.bias is not None:
        parts.append(f"bias\u00a0{in_digits(told.bias, 3)}")
    return f"By channel  {',  '.join(parts)}"


def sum_in_words(told: UnitSum) -> str:
    """Return the sum that makes the unit's value, and what the activation makes of it."""
    value = exact(told.value)
    if told.products is not None:
        count = counted(told.products.size, "product")
        parts = f"{count}: {exact(float(told.products.sum()))}"
        if told.bias is not None:
            parts = f"{parts}; with bias {exact(told.bias)}: {value}"
    elif told.winner is not None:
        _, row, column = (n + 1 for n in told.winner)
        parts = f"The largest of {told.inputs.size} wins: {value}, row {row}, column {column}"
    elif told.inputs.size == 1:
        parts = f"{exact(float(told.inputs.flat[0]))} becomes {value}"
    else:
        parts = f"From {told.inputs.size} numbers comes {value}"
    if told.after is not None:
        parts = f"{parts}; after {told.after[0]}: {exact(told.after[1])}"
    return f"{parts}."
