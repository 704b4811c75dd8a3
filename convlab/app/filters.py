"""The filters of a network: before the training, as they are now, and what has changed."""

import csv
from collections.abc import Mapping
from io import StringIO
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.app.time_machine import TimeMachine
from convlab.files import write_atomically
from convlab.insight.filter_layers import FilterLayer, filter_layers
from convlab.nn.network import Network
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.training.moments import FilterMoment

Weights = NDArray[np.floating]
CSV_COLUMNS = ("filter", "channel", "row", "column", "before", "after", "difference")


class FiltersModel(QObject):
    """Follows the filters of a session's network, or of one that was opened, layer by layer.

    One layer at a time is chosen, and one of its channels or none. ``changed`` says that there is
    something else to show now.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        predictor: Predictor,
        machine: TimeMachine | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._between: FilterMoment | None = None  # where no whole network is kept
        self._layers: tuple[FilterLayer, ...] = ()
        self._wanted_layer = ""
        self._channel: int | None = None
        self._before: dict[str, Weights] | None = None
        self._before_run: dict[str, Weights] | None = None  # to come back to after opened weights
        self._after: dict[str, Weights] = {}
        self._iteration: int | None = None
        self._began_at = 0
        self._is_unknown = True
        self._predictor = predictor
        session.run_started.connect(self._on_run_started)
        session.weights_shown.connect(self._on_weights)
        predictor.network_opened.connect(self._on_network_opened)
        if machine is not None:
            machine.filters_shown.connect(self._on_filters_shown)
        if predictor.original is not None:  # opened before anybody listened
            self._on_network_opened(predictor.original)

    @property
    def layers(self) -> tuple[FilterLayer, ...]:
        """The layers with filters of the network that is shown, in order."""
        return self._layers

    @property
    def layer(self) -> FilterLayer | None:
        """The chosen layer; the first where the network has none of its name."""
        named = (layer for layer in self._layers if layer.name == self._wanted_layer)
        return next(named, self._layers[0] if self._layers else None)

    @property
    def wanted_layer(self) -> str:
        """The name that was chosen, whether or not the network has such a layer."""
        return self._wanted_layer

    @property
    def channel(self) -> int | None:
        """The chosen channel, counted from 0; None stands for the average of all."""
        layer = self.layer
        exists = self._channel is not None and layer is not None and self._channel < layer.channels
        return self._channel if exists else None

    @property
    def before(self) -> Weights | None:
        """The layer's weights (F, C, FH, FW) at the start of the run; None without a run."""
        layer = self.layer
        return None if layer is None or self._before is None else self._before[layer.key]

    @property
    def after(self) -> Weights | None:
        """The layer's latest weights (F, C, FH, FW); None if there are no filters."""
        layer = self.layer
        if layer is None:
            return None
        between = self._between_of_layer
        return self._after[layer.key] if between is None else between.weights

    @property
    def difference(self) -> Weights | None:
        """What training has added to the weights so far: after minus before."""
        before, after = self.before, self.after
        if before is None or after is None:
            return None
        with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
            return np.asarray(after - before)

    @property
    def began_at(self) -> int:
        """At which iteration the run left another one; :attr:`before` is of then. Else 0."""
        return self._began_at

    @property
    def iteration(self) -> int | None:
        """After how many steps the latest weights were copied; None for those of a file.

        In the first layer that may be later than in the others.
        """
        between = self._between_of_layer
        return self._iteration if between is None else between.iteration

    @property
    def is_unknown(self) -> bool:
        """Whether no weights of any network have come yet."""
        return self._is_unknown

    @property
    def come_with_lab(self) -> bool:
        """Whether the weights are those that come with the lab."""
        return self._predictor.origin == "lab"

    @property
    def is_stood_in_for(self) -> bool:
        """Whether a changed copy of the network answers, whose filters are not these."""
        return self._predictor.network is not self._predictor.original

    def choose_layer(self, name: str) -> None:
        """Show the layer of this name, now or as soon as a network has one."""
        if name != self._wanted_layer:
            self._wanted_layer = name
            self._channel = None
            self.changed.emit()

    def choose_channel(self, channel: int | None) -> None:
        """Show one channel, counted from 0, or with None the average of all."""
        if channel != self._channel:
            self._channel = channel
            self.changed.emit()

    def to_csv(self, path: Path) -> None:
        """Write every weight of the layer as a row; all numbers count from 1. Raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        after = self.after
        if after is not None:
            places = (np.indices(after.shape).reshape(4, -1) + 1).tolist()
            before, difference = (
                repeat("") if weights is None else weights.flat
                for weights in (self.before, self.difference)
            )
            writer.writerows(zip(*places, before, after.flat, difference, strict=False))
        write_atomically(path, text.getvalue())

    def _filters_in(self, params: Mapping[str, Weights]) -> dict[str, Weights]:
        return {layer.key: params[layer.key] for layer in self._layers}

    def _set_after(self, weights: dict[str, Weights], iteration: int | None) -> None:
        self._after, self._between = weights, None
        self._iteration = iteration
        self._is_unknown = False
        self.changed.emit()

    @property
    def _between_of_layer(self) -> FilterMoment | None:
        between, layer = self._between, self.layer
        if between is None or layer is None or between.key != layer.key:
            return None
        return between if between.weights.shape == layer.shape else None

    def _on_filters_shown(self, between: FilterMoment | None) -> None:
        if between is not self._between:
            self._between = between
            self.changed.emit()

    def _on_run_started(self, event: RunStarted) -> None:
        self._layers = filter_layers(event.network)
        self._before = self._before_run = self._filters_in(event.params)
        self._began_at = event.branched_at
        self._set_after(self._before, event.branched_at)

    def _on_weights(self, event: SnapshotTaken) -> None:
        self._set_after(self._filters_in(event.params), event.iteration)

    def _on_network_opened(self, network: Network) -> None:
        self._layers = filter_layers(network.description)
        is_of_run = self._predictor.origin == "run"
        # Nothing is known of the weights of a file before training.
        self._before = self._before_run if is_of_run else None
        iteration = self._predictor.iteration if is_of_run else None
        weights = self._filters_in(network.params)
        # Whoever opened the network may still change it.
        self._set_after({key: array.copy() for key, array in weights.items()}, iteration)
