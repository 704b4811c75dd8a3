"""Which layer's filters are shown, and which of their channels."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from convlab.insight.filter_layers import FilterLayer
from convlab.ui.theme import SPACE
from convlab.ui.widgets.elided_box import ElidedBox

AVERAGE = "Channel average"
NARROWEST = 64  # pixels of a box; what is cut off there is in the list that it opens


class LayerChoice(QWidget):
    """Two boxes; the second is there only if the filters have several channels.

    ``layer_chosen`` carries a layer's name, ``channel_chosen`` a number from 0, or None for the
    average.
    """

    layer_chosen = Signal(str)
    channel_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[FilterLayer, ...] = ()
        self.layer_box = _box("Layer", "The layer whose filters are shown")
        self.channel_box = _box("Channel", "The average of each filter's channels, or one of them")
        self.layer_box.activated.connect(self._on_layer_activated)
        self.channel_box.activated.connect(self._on_channel_activated)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.layer_box)
        row.addWidget(self.channel_box)
        self.set_choice((), None, None)

    def set_choice(
        self, layers: Sequence[FilterLayer], layer: FilterLayer | None, channel: int | None
    ) -> None:
        """Offer ``layers``, and show which layer and which channel is chosen."""
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            _fill(self.layer_box, [title_of(each) for each in layers])
        self.layer_box.setVisible(layer is not None)
        channels = 1 if layer is None else layer.channels
        if self.channel_box.count() != channels + 1:
            _fill(self.channel_box, [AVERAGE, *(f"Channel {n + 1}" for n in range(channels))])
        self.channel_box.setVisible(channels > 1)
        if layer is not None:
            self.layer_box.setCurrentIndex(self._layers.index(layer))
            self.channel_box.setCurrentIndex(0 if channel is None else channel + 1)

    def _on_layer_activated(self, index: int) -> None:
        self.layer_chosen.emit(self._layers[index].name)

    def _on_channel_activated(self, index: int) -> None:
        self.channel_chosen.emit(index - 1 if index > 0 else None)


def title_of(layer: FilterLayer) -> str:
    """Return a line such as ``Conv2 · 16 filters of 5×5×6``."""
    filters, channels, height, width = layer.shape
    size = f"{height}×{width}" + (f"×{channels}" if channels > 1 else "")
    return f"{layer.name} · {filters} filter{'' if filters == 1 else 's'} of {size}"


def _box(name: str, tool_tip: str) -> QComboBox:
    box = ElidedBox()
    box.setAccessibleName(name)
    box.setToolTip(tool_tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(NARROWEST)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return box


def _fill(box: QComboBox, texts: list[str]) -> None:
    box.clear()
    box.addItems(texts)
    box.view().setMinimumWidth(box.view().sizeHintForColumn(0))  # the box itself may be narrower
