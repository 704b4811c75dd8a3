"""The outputs of all layers for one image, and which of their units is pointed out."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.lab import Lab
from convlab.app.layer_outputs import LayerOutputs, Seen
from convlab.files import write_atomically
from convlab.insight.receptive_field import Unit, is_unit_of


class FeatureMapsModel(QObject):
    """Follows the examined image, the network that answers, and the selection.

    ``changed`` says that there are other outputs, or none; ``selection_changed`` that another
    layer or unit is chosen, or all layers are shown.
    """

    changed = Signal()
    selection_changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._shows_all = True
        self._outputs = LayerOutputs(lab, self)
        self._outputs.changed.connect(self.changed)
        lab.selection.changed.connect(self._on_selection_changed)

    @property
    def seen(self) -> Seen | None:
        """The latest outputs; None where there are none."""
        return self._outputs.seen

    @property
    def problem(self) -> str:
        """Why there is nothing to see."""
        return self._outputs.problem

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of the network whose outputs are seen."""
        network = None if self.seen is None else self.seen.network
        return self._lab.predictor.class_names(self._lab.dataset, network)

    @property
    def shows_all(self) -> bool:
        """Whether all layers are shown, or only the chosen one."""
        return self._shows_all

    @property
    def layer(self) -> str:
        """The chosen layer; the first one where the network has none of that name."""
        names = () if self.seen is None else tuple(self.seen.outputs)
        chosen = self._lab.selection.layer
        return chosen if chosen in names else (names[min(1, len(names) - 1)] if names else "")

    @property
    def unit(self) -> Unit | None:
        """The chosen unit of the chosen layer, if there is one."""
        chosen, seen = self._lab.selection.unit, self.seen
        if seen is None or self._lab.selection.layer != self.layer:
            return None
        return chosen if is_unit_of(chosen, seen.outputs[self.layer].shape) else None

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the layers to show, in order."""
        if self.seen is None:
            return ()
        return tuple(self.seen.outputs) if self._shows_all else (self.layer,)

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""
        self._outputs.set_watched(is_watched)

    def show_all(self) -> None:
        """Show every layer."""
        self._shows_all = True
        self.selection_changed.emit()

    def show_only(self, layer: str) -> None:
        """Show one layer, and choose it."""
        self._shows_all = False
        self._lab.selection.choose_layer(layer)
        self.selection_changed.emit()

    def choose(self, layer: str, unit: Unit | None = None) -> None:
        """Point out a unit of a layer."""
        self._lab.selection.choose_layer(layer, unit)

    def to_npz(self, path: Path) -> None:
        """Write the output of every layer as an array under its name; raises OSError."""
        content = BytesIO()
        outputs = {} if self.seen is None else self.seen.outputs
        np.savez_compressed(content, allow_pickle=False, **dict(outputs))
        write_atomically(path, content.getvalue())

    @Slot()
    def _on_selection_changed(self) -> None:
        self.selection_changed.emit()
