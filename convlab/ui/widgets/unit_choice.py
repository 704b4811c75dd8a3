"""Which unit of which layer is looked into."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from convlab.insight.receptive_field import Unit
from convlab.ui.theme import SPACE

PLACES = ("Map", "Row", "Column")


class UnitChoice(QWidget):
    """A box for the layer and one for each number of a place in its output, counted from 1.

    ``chosen`` carries a layer's name and a unit, or None where another layer was chosen.
    """

    chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[str, ...] = ()
        self.layer_box = QComboBox()
        self.layer_box.setAccessibleName("Layer")
        self.layer_box.setToolTip("The layer that is looked into")
        self.layer_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.layer_box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.layer_box.activated.connect(self._on_layer_activated)
        self.place_boxes = tuple(QSpinBox() for _ in PLACES)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.layer_box)
        for box in self.place_boxes:
            box.setKeyboardTracking(False)
            box.setAccelerated(True)
            box.valueChanged.connect(self._on_place_changed)
            row.addWidget(box)

    @property
    def unit(self) -> Unit:
        """The place in the boxes, counted from 0."""
        return tuple(box.value() - 1 for box in self.place_boxes if box.isVisibleTo(self))

    def set_choice(
        self, layers: Sequence[str], layer: str, unit: Unit, shape: tuple[int, ...]
    ) -> None:
        """Offer ``layers``, and show which unit of which layer, whose output has ``shape``."""
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            self.layer_box.clear()
            self.layer_box.addItems(list(layers))
        self.layer_box.setCurrentText(layer)
        names = PLACES if len(shape) == 3 else ("Unit",)
        for number, box in enumerate(self.place_boxes):
            box.blockSignals(True)
            box.setVisible(number < len(names))
            if number < len(names):
                box.setPrefix(f"{names[number]} ")
                box.setRange(1, shape[number])
                box.setValue(unit[number] + 1)
                box.setAccessibleName(names[number])
                box.setToolTip(f"{names[number]}, from 1 to {shape[number]:,}")
            box.blockSignals(False)

    @Slot(int)
    def _on_layer_activated(self, index: int) -> None:
        self.chosen.emit(self._layers[index], None)

    @Slot(int)
    def _on_place_changed(self, value: int) -> None:
        self.chosen.emit(self.layer_box.currentText(), self.unit)
