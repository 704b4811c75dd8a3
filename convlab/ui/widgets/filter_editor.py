"""The chosen filter as numbers, with what can be done to it."""

from collections.abc import Callable
from math import isfinite

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from convlab.app.filter_edit import FilterEditModel
from convlab.insight.filter_edit import PRESETS, SMALLEST_PRESET, Filter
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.kernel_grid import LARGEST_WEIGHT, KernelGrid, decimals_of, weight_text

ICONS = {
    "mute": "mdi6.volume-off",
    "copy": "mdi6.content-copy",
    "paste": "mdi6.content-paste",
    "strength": "mdi6.arrow-collapse-vertical",
}


class FilterEditor(QWidget):
    """Title, buttons, a grid of numbers and the bias. ``refused`` carries a sentence."""

    refused = Signal(str)

    def __init__(self, model: FilterEditModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._channel = 0
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.grid = KernelGrid(theme)
        self.bias = QLineEdit()
        self.channel_box = QComboBox()
        self._make_buttons()
        self._lay_out()
        self.grid.written.connect(self._on_written)
        self.grid.refused.connect(self._on_refused)
        self.bias.editingFinished.connect(self._on_bias_written)
        self.channel_box.activated.connect(self._on_channel_chosen)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def redraw(self) -> None:
        """Show the model's chosen filter."""
        each = self._model.chosen
        if each is None:
            return
        channels, size = len(each.kernel), each.kernel.shape[-1]
        self._offer_channels(channels)
        self.title.setText(f"Filter {self._model.number + 1}")
        self.grid.set_kernel(each.kernel[self._channel])
        if not self.bias.hasFocus() or not self.bias.isModified():
            self.bias.setText(_bias_text(each))
        self.paste_button.setEnabled(self._model.can_paste)
        for name, action in self._presets.items():
            action.setEnabled(size >= SMALLEST_PRESET.get(name, 1))

    def _make_buttons(self) -> None:
        model = self._model
        self.preset_button = QPushButton("Preset")
        self.preset_button.setToolTip("Put a well-known filter in place of this one")
        menu = QMenu(self.preset_button)
        self._presets = {
            name: menu.addAction(name, lambda name=name: model.use_preset(name)) for name in PRESETS
        }
        self.preset_button.setMenu(menu)
        self.mute_button = _button("Mute: let this filter give 0 everywhere", model.mute)
        self.copy_button = _button("Copy this filter", model.copy)
        self.paste_button = _button("Paste the copied filter in place of this one", model.paste)
        self.strength_button = _button(
            "Match strength: scale the weights to the mean length of the network's own filters",
            model.match_strength,
        )
        self.bias.setAccessibleName("Bias")
        self.bias.setToolTip("What is added to every sum")
        self.channel_box.setAccessibleName("Channel")
        self.channel_box.setToolTip("The channel of the filter whose numbers are shown")

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE // 2)
        buttons.addWidget(self.preset_button)
        buttons.addStretch()
        for button in (
            self.mute_button,
            self.copy_button,
            self.paste_button,
            self.strength_button,
        ):
            buttons.addWidget(button)
        caption = QLabel("Bias")
        caption.setProperty("role", "muted")
        caption.setBuddy(self.bias)
        self.bias.setFixedWidth(9 * SPACE)
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.title)
        header.addWidget(self.channel_box)
        header.addStretch()
        header.addWidget(caption)
        header.addWidget(self.bias)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addLayout(header)
        layout.addLayout(buttons)
        layout.addWidget(self.grid, 1)
        layout.addStretch()

    def _offer_channels(self, channels: int) -> None:
        if self.channel_box.count() != channels:
            self._channel = 0
            self.channel_box.clear()
            self.channel_box.addItems([f"Channel {n + 1}" for n in range(channels)])
        self.channel_box.setVisible(channels > 1)

    def _on_written(self, row: int, column: int, value: float) -> None:
        self._model.set_weight(self._channel, row, column, value)

    def _on_refused(self, text: str) -> None:
        self.refused.emit(f"“{text}” is no number that a weight can be; type one such as -0.5.")

    def _on_bias_written(self) -> None:
        each, text = self._model.chosen, self.bias.text().strip()
        if each is None or text == _bias_text(each):
            return
        try:
            value = float(text.replace("−", "-").replace(",", "."))
        except ValueError:
            value = float("nan")
        self.bias.setModified(False)
        if isfinite(value) and abs(value) < LARGEST_WEIGHT:
            self._model.set_bias(value)
        else:
            self.bias.setText(_bias_text(each))
            self._on_refused(text)

    def _on_channel_chosen(self, index: int) -> None:
        self._channel = index
        self.redraw()

    def _on_theme_changed(self) -> None:
        icon: Callable[[str], QIcon] = self._theme.icon
        self.mute_button.setIcon(icon(ICONS["mute"]))
        self.copy_button.setIcon(icon(ICONS["copy"]))
        self.paste_button.setIcon(icon(ICONS["paste"]))
        self.strength_button.setIcon(icon(ICONS["strength"]))


def _bias_text(each: Filter) -> str:
    return weight_text(each.bias, decimals_of(np.array([each.bias])))


def _button(tool_tip: str, on_clicked: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tool_tip)
    button.setAccessibleName(tool_tip.partition(":")[0])
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(lambda: on_clicked())
    return button
