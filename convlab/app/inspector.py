"""Which unit of which layer is looked into, and how its number comes about."""

import csv
from io import StringIO
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.lab import Lab
from convlab.app.layer_outputs import LayerOutputs, Seen
from convlab.files import write_atomically
from convlab.insight.activations import INPUT
from convlab.insight.receptive_field import Region, Unit, is_unit_of, place_of, receptive_fields
from convlab.insight.unit_sum import UnitSum, unit_sum

CSV_COLUMNS = (
    "part", "channel_from_1", "row_from_1", "column_from_1", "input", "weight", "product", "value",
)  # fmt: skip


class InspectorModel(QObject):
    """Follows the selection, the examined image and the network that answers.

    ``changed`` says that there is something else to show.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._outputs = LayerOutputs(lab, self)
        self._told: UnitSum | None = None
        self._fields: dict[str, Region] = {}
        self._outputs.changed.connect(self._on_outputs_changed)
        lab.selection.changed.connect(self._on_selection_changed)

    @property
    def seen(self) -> Seen | None:
        """The outputs of all layers; None where there are none."""
        return self._outputs.seen

    @property
    def problem(self) -> str:
        """Why there is nothing to see."""
        return self._outputs.problem

    @property
    def told(self) -> UnitSum | None:
        """How the unit's number comes about."""
        return self._told

    @property
    def fields(self) -> dict[str, Region]:
        """What the unit depends on in the output of each layer before it, and in the input."""
        return self._fields

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that can be looked into, in order."""
        return () if self.seen is None else tuple(n for n in self.seen.outputs if n != INPUT)

    @property
    def layer(self) -> str:
        """The layer that is looked into; the first one where another network's is selected."""
        chosen = self._lab.selection.layer
        return chosen if chosen in self.layers else next(iter(self.layers), "")

    @property
    def unit(self) -> Unit:
        """The unit that is looked into; one in the middle of the first map until one is chosen."""
        if self.seen is None:
            return ()
        shape = self.seen.outputs[self.layer].shape
        chosen = self._lab.selection.unit
        if self._lab.selection.layer == self.layer and is_unit_of(chosen, shape):
            return chosen
        return (0, *(size // 2 for size in shape[1:]))

    @property
    def unit_shape(self) -> tuple[int, ...]:
        """The shape of the layer's output, (C, H, W) or (D,)."""
        return () if self.seen is None else self.seen.outputs[self.layer].shape

    @property
    def kind(self) -> str:
        """The layer's kind, such as Convolution."""
        shapes = () if self.seen is None else self.seen.network.layer_shapes
        return next((shape.kind for shape in shapes if shape.name == self.layer), "")

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""
        self._outputs.set_watched(is_watched)

    def choose(self, layer: str, unit: Unit | None = None) -> None:
        """Look into another layer, or another unit of it."""
        self._lab.selection.choose_layer(layer, unit)

    def to_csv(self, path: Path) -> None:
        """Write every input of the unit as a row, places counted from 1, as on the screen.

        The products and the bias, which has a column of its own, add up to the unit's value.
        What lies in the padding has places before the first or behind the last. Raises OSError.
        """
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        told = self._told
        if told is not None:
            region, products = told.region, told.products
            for at in np.ndindex(told.inputs.shape):
                parts = (region.channels, region.rows, region.columns)
                place = tuple(part[n] + 1 for part, n in zip(parts, at, strict=True))
                weighed: tuple[str, ...] = ("", "")
                if told.weights is not None and products is not None:
                    weighed = (str(told.weights[at]), str(products[at]))
                writer.writerow([told.source, *place, told.inputs[at], *weighed, ""])
            if told.bias is not None:
                writer.writerow(["bias", *[""] * 6, told.bias])
            place = tuple(n + 1 for n in place_of(told.unit))
            writer.writerow([told.layer, *place, *[""] * 3, told.value])
            if told.after is not None:
                name, value = told.after
                writer.writerow([f"after {name}", *place, told.value, "", "", value])
        write_atomically(path, text.getvalue())

    @Slot()
    def _on_outputs_changed(self) -> None:
        self._tell()

    @Slot()
    def _on_selection_changed(self) -> None:
        self._tell()

    def _tell(self) -> None:
        seen = self.seen
        if seen is None:
            self._told, self._fields = None, {}
        else:
            self._told = unit_sum(seen.network, seen.outputs, self.layer, self.unit)
            self._fields = receptive_fields(seen.network, self.layer, self.unit)
        self.changed.emit()
