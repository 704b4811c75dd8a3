"""The filters of a network's first layer, and what a person makes of them."""

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.filter_history import FilterHistory
from convlab.app.lab import Lab
from convlab.app.paced import Paced
from convlab.insight.filter_edit import PRESETS, Edits, Filter, FirstLayer, first_layer
from convlab.nn.network import Network

REST = 400  # milliseconds between two moments while the network learns; filters change slowly


class FilterEditModel(QObject):
    """Edits copies of the filters; the lab answers as before until one wants it to use them.

    ``changed`` says that filters or the choice are others, or what can be done with them;
    ``edited`` that the network with all edits is another one.
    """

    changed = Signal()
    edited = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._history = FilterHistory()
        self._base: Network | None = None
        self._base_number = 0
        self._layer: FirstLayer | None = None
        self._filters: list[Filter] = []
        self._number = 0
        self._copied: Filter | None = None
        self._used: Edits = {}  # those with which the lab answers
        self._paced = Paced(lab, REST, parent=self)
        self._paced.due.connect(self._take_filters)
        lab.stand_in.changed.connect(self._on_stand_in_changed)
        lab.stand_in.base_changed.connect(self._on_base_changed)
        lab.session.state_changed.connect(self.changed)
        lab.selection.changed.connect(self._on_selection_changed)
        self._take_filters()
        self._on_stand_in_changed()

    @property
    def base(self) -> Network | None:
        """The network as it is without the edits; None if there is none."""
        return self._base

    @property
    def base_number(self) -> int:
        """How often the weights of :attr:`base` have become others; ahead of :attr:`filters`."""
        return self._base_number

    @property
    def layer_name(self) -> str:
        """The name of the convolution that sees the image; empty if there is none."""
        return "" if self._layer is None else self._layer.name

    @property
    def filters(self) -> list[Filter]:
        """All filters as they are with the edits."""
        return [self.edits.get(n, each) for n, each in enumerate(self._filters)]

    @property
    def edits(self) -> Edits:
        """The filters that are edited, by number."""
        return self._history.edits

    @property
    def history(self) -> FilterHistory:
        """What can be undone and done again."""
        return self._history

    @property
    def number(self) -> int:
        """The chosen filter, counted from 0."""
        return self._number

    @property
    def chosen(self) -> Filter | None:
        """The chosen filter with its edits."""
        return self.filters[self._number] if self._filters else None

    @property
    def can_paste(self) -> bool:
        """Whether a filter was copied that fits."""
        return self._fits(self._copied)

    @property
    def is_used(self) -> bool:
        """Whether the edited network answers in the lab."""
        return bool(self._used)

    @property
    def can_use(self) -> bool:
        """Whether the edited network may answer: during a run, its snapshots do."""
        return bool(self._filters) and not self._lab.session.is_busy

    def choose(self, number: int) -> None:
        """Choose a filter, counted from 0, for the other panels, too."""
        if self._layer is None or not 0 <= number < len(self._filters):
            return
        self._number = number
        self._choose_for_others()
        self.changed.emit()

    def mute(self) -> None:
        """Let the chosen filter give 0."""
        if (each := self.chosen) is not None:
            self._put(each.muted())

    def copy(self) -> None:
        """Remember the chosen filter."""
        self._copied = self.chosen
        self.changed.emit()

    def paste(self) -> None:
        """Put the filter that was copied in place of the chosen one."""
        if self._copied is not None and self.can_paste:
            self._put(self._copied)

    def use_preset(self, name: str) -> None:
        """Put one of :data:`PRESETS` in place of the chosen filter."""
        if (each := self.chosen) is not None:
            self._put(each.with_pattern(PRESETS[name](each.kernel.shape[-1])))

    def match_strength(self) -> None:
        """Give the chosen filter the mean strength of the network's own."""
        if (each := self.chosen) is not None:
            self._put(each.scaled_to(float(np.mean([own.strength for own in self._filters]))))

    def set_weight(self, channel: int | None, row: int, column: int, value: float) -> None:
        """Write a number into the chosen filter; without a channel, into all of them."""
        if (each := self.chosen) is not None:
            self._put(each.with_weight(channel, row, column, value))

    def set_bias(self, bias: float) -> None:
        """Write the bias of the chosen filter."""
        if (each := self.chosen) is not None:
            self._put(each.with_bias(bias))

    def undo(self) -> None:
        """Take back the last edit."""
        self._history.undo()
        self._on_edited()

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        self._history.redo()
        self._on_edited()

    def reset(self) -> None:
        """Take back all edits."""
        self._history.reset()
        self._on_edited()

    def set_used(self, is_used: bool) -> None:
        """Let the edited network answer in the lab, or the one before it again."""
        if not is_used or self.can_use:
            self._used = dict(self.edits) if is_used else {}
            self._lab.stand_in.edit_filters(self._used)
        self.changed.emit()

    def _put(self, each: Filter) -> None:
        self._history.change(self._number, each)
        self._on_edited()

    def _on_edited(self) -> None:
        """With the last edit undone there is nothing more to use."""
        if self.is_used:
            self._used = dict(self.edits)
            self._lab.stand_in.edit_filters(self._used)
        self.edited.emit()
        self.changed.emit()

    def _fits(self, each: Filter | None) -> bool:
        return (
            each is not None
            and bool(self._filters)
            and each.kernel.shape == self._filters[0].kernel.shape
        )

    def _choose_for_others(self) -> None:
        if self._base is None:
            return
        selection, layer = self._lab.selection, self._base.layer_shapes[0]
        _, height, width = layer.output_shape
        unit = selection.unit
        if selection.layer != layer.name or unit is None or len(unit) != 3:
            unit = (0, height // 2, width // 2)
        selection.choose_layer(layer.name, (self._number, *unit[1:]))

    @Slot()
    def _on_base_changed(self) -> None:
        self._base_number += 1
        self._paced.ask(only_learned=self._lab.stand_in.base is self._base)

    @Slot()
    def _take_filters(self) -> None:
        base, shapes_before = self._lab.stand_in.base, _shapes(self._filters)
        self._base = base
        self._layer = None if base is None else first_layer(base)
        self._filters = [] if base is None or self._layer is None else self._layer.filters(base)
        if _shapes(self._filters) != shapes_before:
            self._history.clear()  # it was about filters of other shapes
            self._history.replace(self._used)
        self._number = min(self._number, max(0, len(self._filters) - 1))
        self.edited.emit()
        self.changed.emit()

    @Slot()
    def _on_stand_in_changed(self) -> None:
        """Follow edits that are undone, or brought back, elsewhere in the window."""
        edits = self._lab.stand_in.edits
        if edits != self._used:
            self._used = dict(edits)
            self._history.replace(edits)
            self.edited.emit()
        self.changed.emit()

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self._lab.selection
        if selection.layer != self.layer_name or selection.unit is None:
            return
        number = selection.unit[0]
        if number != self._number and 0 <= number < len(self._filters):
            self._number = number
            self.changed.emit()


def _shapes(filters: list[Filter]) -> list[tuple[int, ...]]:
    return [each.kernel.shape for each in filters]
