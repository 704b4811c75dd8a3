"""A network's first-layer filters on a picture, and what becomes of it when they are edited."""

from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.filter_history import FilterHistory
from convlab.app.fresh import Fresh, Work
from convlab.app.lab import Lab
from convlab.app.lent_network import LentNetwork
from convlab.data.picture import read_gray
from convlab.insight.apply_filter import Applied, apply_filter
from convlab.insight.filter_edit import (
    PRESETS,
    Change,
    Edits,
    Filter,
    FirstLayer,
    change_by,
    edited,
    first_layer,
    images_to_test,
)
from convlab.nn.network import Network
from convlab.training.events import SnapshotTaken

Pixels = NDArray[np.uint8]


class FilterEditModel(QObject):
    """Edits copies of the filters; the network of the lab stays as it is until one wants it not to.

    ``changed`` says that filters, choice or picture are others; ``applied`` and ``tested`` that
    what was computed in the background is there; ``failed`` carries a sentence.
    """

    changed = Signal()
    applied = Signal()
    tested = Signal()
    failed = Signal(str)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._history = FilterHistory()
        self._lent = LentNetwork(lab.predictor)
        self._base: Network | None = None
        self._base_number = 0  # counts the changes of the base
        self._layer: FirstLayer | None = None
        self._filters: list[Filter] = []
        self._number = 0
        self._copied: Filter | None = None
        self._picture: tuple[Pixels, str] | None = None
        self._change: tuple[int, Change] | None = None  # and the number of its base
        self._applying = Fresh(lab.session, self._apply, parent=self)
        self._testing = Fresh(lab.session, self._test, parent=self)
        self._reading = Background(self)
        self._applying.changed.connect(self.applied)
        self._testing.changed.connect(self._on_tested)
        self._testing.failed.connect(self.failed)
        self._reading.returned.connect(self._on_picture_read)
        self._reading.failed.connect(self.failed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.session.weights_shown.connect(self._on_weights_shown)
        lab.session.state_changed.connect(self.changed)
        lab.examined.changed.connect(self._on_examined_changed)
        lab.selection.changed.connect(self._on_selection_changed)
        lab.dataset_changed.connect(self._on_dataset_changed)
        self._on_predictor_changed()

    @property
    def has_network(self) -> bool:
        """Whether there is any network."""
        return self._base is not None

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
    def picture(self) -> Pixels:
        """What the filter is laid on, (C, H, W)."""
        return self._lab.examined.image if self._picture is None else self._picture[0]

    @property
    def picture_title(self) -> str:
        """What the picture is."""
        return self._lab.examined.title if self._picture is None else self._picture[1]

    @property
    def is_own_picture(self) -> bool:
        """Whether the picture is from a file."""
        return self._picture is not None

    @property
    def applied_filter(self) -> Applied | None:
        """What the chosen filter makes of the picture; None before it is known."""
        value = self._applying.value
        return value if isinstance(value, Applied) else None

    @property
    def change(self) -> Change | None:
        """The accuracies before and after; None before they are known."""
        return None if self._change is None else self._change[1]

    @property
    def is_testing(self) -> bool:
        """Whether newer accuracies are on their way."""
        return self._testing.is_busy

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of the test images."""
        return self._lab.dataset.class_names

    @property
    def is_used(self) -> bool:
        """Whether the edited network answers in the lab."""
        return self._lent.is_lent

    @property
    def can_use(self) -> bool:
        """Whether the edited network may answer: during a run, its snapshots do."""
        return bool(self._filters) and not self._lab.session.is_busy

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether results are seen."""
        self._applying.set_watched(is_watched)
        self._testing.set_watched(is_watched)

    def choose(self, number: int) -> None:
        """Choose a filter, counted from 0, for the other panels, too."""
        if self._layer is None or not 0 <= number < len(self._filters):
            return
        self._number = number
        self._choose_for_others()
        self._apply_anew()

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
        if is_used and self.can_use and self._base is not None:
            self._lent.lend(edited(self._base, self.edits))
        elif not is_used:
            self._lent.give_back()
        self.changed.emit()

    def open_picture(self, path: Path) -> None:
        """Read a picture file in the background and lay the filters on it."""
        self._reading.start(lambda: (read_gray(path)[np.newaxis], path.name))

    def use_examined(self) -> None:
        """Lay the filters on the image that the other panels look into."""
        self._picture = None
        self._apply_anew()

    def _put(self, each: Filter) -> None:
        self._history.change(self._number, each)
        self._on_edited()

    def _on_edited(self) -> None:
        if self._lent.is_lent and self._base is not None:
            self._lent.lend(edited(self._base, self.edits))
        self._applying.recompute()
        self._testing.recompute()
        self.changed.emit()

    def _fits(self, each: Filter | None) -> bool:
        return (
            each is not None
            and bool(self._filters)
            and each.kernel.shape == self._filters[0].kernel.shape
        )

    def _apply(self) -> Work | None:
        picture, each = self.picture, self.chosen
        if each is None:
            return None
        return lambda: apply_filter(picture, each.kernel, each.bias)

    def _test(self) -> Work | None:
        base, edits, number = self._base, dict(self.edits), self._base_number
        test = self._lab.dataset.test
        if base is None or not self._filters or test.images.shape[1:] != base.input_dim:
            return None
        known = self._change
        copied = base.copy()  # which the predictor goes on to change

        def work() -> tuple[int, Change]:
            images = images_to_test(test, copied)
            before = known[1].before if known is not None and known[0] == number else None
            return number, change_by(copied, edits, images, before)

        return work

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
    def _on_predictor_changed(self) -> None:
        network = self._lab.predictor.network
        if self._lent.is_own(network):
            return
        self._lent.forget()
        if network is not self._base:
            self._history.clear()  # it was about the filters of another network
        self._base = network
        self._layer = None if network is None else first_layer(network)
        self._read_filters()
        self._number = min(self._number, max(0, len(self._filters) - 1))
        self._applying.recompute()
        self._testing.recompute()
        self.changed.emit()

    def _read_filters(self) -> None:
        base, layer = self._base, self._layer
        self._base_number += 1
        self._filters = [] if base is None or layer is None else layer.filters(base)

    @Slot(object)
    def _on_weights_shown(self, moment: SnapshotTaken) -> None:
        """Edit the weights of another moment of the run, which were put into the lent network."""
        if self._lent.is_lent and self._base is not None:
            self._base.set_params(moment.params)
            self._read_filters()
            self._on_edited()

    @Slot()
    def _on_tested(self) -> None:
        self._change = cast("tuple[int, Change] | None", self._testing.value)
        self.tested.emit()

    @Slot(object)
    def _on_picture_read(self, read: tuple[Pixels, str]) -> None:
        self._picture = read
        self._apply_anew()

    @Slot()
    def _on_examined_changed(self) -> None:
        if self._picture is None:
            self._apply_anew()

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self._lab.selection
        if selection.layer != self.layer_name or selection.unit is None:
            return
        number = selection.unit[0]
        if number != self._number and 0 <= number < len(self._filters):
            self._number = number
            self._apply_anew()

    @Slot()
    def _on_dataset_changed(self) -> None:
        self._base_number += 1  # so that the accuracy before is measured anew
        self._testing.recompute()

    def _apply_anew(self) -> None:
        self._applying.recompute()
        self.changed.emit()
