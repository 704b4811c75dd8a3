"""The layers of the network that answers, and what each of them costs."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.fresh import Fresh
from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.files import write_atomically
from convlab.insight.architecture import Measured, batch_size, measure, multiply_adds
from convlab.nn.network import LayerShape, Network
from convlab.wording import counted

PAUSE = 700  # milliseconds between two rounds, so that one disturbance does not last for both
MOST_ROUNDS = 8  # on a machine that never comes to rest
LONG = 2.0  # seconds; what takes as long in a round is measured in two rounds

CSV_COLUMNS = (
    "layer", "kind", "output shape", "parameters", "multiply-adds per image",
    "bytes per batch", "forward ms per batch", "backward ms per batch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the layers took for a batch, by name; and whether a run took computing time, too.

    The times are the shortest of ``rounds``; ``is_stable`` says that the last one told the same.
    """

    layers: Mapping[str, Measured]
    images: int
    of_dataset: bool  # else of noise, as the dataset's images do not fit
    while_training: bool
    rounds: int = 1
    is_stable: bool = False

    @property
    def conditions(self) -> tuple[int, bool, bool]:
        """What two rounds must have in common to be compared."""
        return self.images, self.of_dataset, self.while_training

    @property
    def needs_another(self) -> bool:
        """Whether another round would make the times more certain."""
        took = sum(each.forward + each.backward for each in self.layers.values()) / 1000
        return not self.is_stable and self.rounds < (2 if took > LONG else MOST_ROUNDS)

    def after(self, earlier: "Measurement") -> "Measurement":
        """Return what is known from this round and the earlier ones under the same conditions."""
        if earlier.conditions != self.conditions:
            return self
        layers = {name: earlier.layers[name].least(own) for name, own in self.layers.items()}
        agree = all(earlier.layers[name].agrees(own) for name, own in self.layers.items())
        # Two rounds may be disturbed alike, and the first one warms up.
        is_stable = agree and earlier.rounds > 1
        return replace(self, layers=layers, rounds=earlier.rounds + 1, is_stable=is_stable)


class ArchitectureModel(QObject):
    """Follows which network answers, and measures its layers once somebody looks.

    ``changed`` says that there are other layers or that they are measured.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._known: object = None  # which network the measurement is of
        self._fresh = Fresh(lab.session, self._prepare, self)
        self._fresh.changed.connect(self._on_measured)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(PAUSE)
        self._again.timeout.connect(self._fresh.recompute)
        self._fresh.failed.connect(self.changed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.session.state_changed.connect(self._on_state_changed)
        self._on_predictor_changed()

    @property
    def network(self) -> Network | None:
        """The network that answers; None before there is any."""
        return self._lab.predictor.answering

    @property
    def layers(self) -> list[LayerShape]:
        """Its layers, in order."""
        return [] if self.network is None else self.network.layer_shapes

    @property
    def measurement(self) -> Measurement | None:
        """What was measured of this network; None while nothing is."""
        value = cast("tuple[object, Measurement] | None", self._fresh.value)
        return value[1] if value is not None and value[0] == self._known else None

    @property
    def basis(self) -> str:
        """What the memory and the milliseconds were measured on, in a sentence."""
        measurement = self.measurement
        if measurement is None:
            return "Memory and time are being measured."
        count = counted(measurement.images, "image")
        batch = f"the first {count}" if measurement.of_dataset else f"{count} of noise"
        while_training = " while a run was on" if measurement.while_training else ""
        return (
            f"Memory and time: measured on {batch}{while_training}, one plain layer after the "
            "other; training is faster."
        )

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""
        self._fresh.set_watched(is_watched)

    def to_csv(self, path: Path) -> None:
        """Write a row for each layer; what is not measured is empty. Raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        measured = {} if self.measurement is None else self.measurement.layers
        for layer in self.layers:
            costs: tuple[object, ...] = ("", "", "")
            if (own := measured.get(layer.name)) is not None:
                costs = (own.held, f"{own.forward:.4f}", f"{own.backward:.4f}")
            shape = "x".join(map(str, layer.output_shape))
            counts = (layer.parameter_count, multiply_adds(layer))
            writer.writerow([layer.name, layer.kind, shape, *counts, *costs])
        write_atomically(path, text.getvalue())

    def _prepare(self) -> Callable[[], object] | None:
        if self.network is None:
            return None
        images = self._lab.dataset.train.images
        fits = images.shape[1:] == self.network.input_dim
        wanted = batch_size(self.layers)
        batch = images[:wanted].copy() if fits else None
        is_training = self._lab.session.state is State.RUNNING
        known, twin = self._known, self.network.twin()
        return partial(_measured, known, twin, batch, wanted, is_training, self.measurement)

    @Slot()
    def _on_measured(self) -> None:
        """Measure again a little later, until it makes no difference."""
        measurement = self.measurement
        if measurement is not None and measurement.needs_another:
            self._again.start()
        self.changed.emit()

    @Slot()
    def _on_predictor_changed(self) -> None:
        network = self.network
        known = None if network is None else (network.description, network.dtype)
        if known != self._known:  # not whenever the weights change: they do not matter here
            self._known = known
            self._fresh.recompute()
            self.changed.emit()

    @Slot()
    def _on_state_changed(self) -> None:
        """Measure anew what a run has disturbed, once it is over."""
        measurement = self.measurement
        is_quiet = self._lab.session.state is not State.RUNNING
        if is_quiet and measurement is not None and measurement.while_training:
            self._fresh.recompute()


def _measured(
    known: object,
    network: Network,
    batch: NDArray[np.uint8] | None,
    wanted: int,
    while_training: bool,
    earlier: Measurement | None,
) -> tuple[object, Measurement]:
    images: NDArray[Any] = _random_images(network, wanted) if batch is None else batch
    with np.errstate(all="ignore"):  # of weights that are not finite the time is right, too
        layers = measure(network, images)
    measurement = Measurement(layers, len(images), batch is not None, while_training)
    return known, measurement if earlier is None else measurement.after(earlier)


def _random_images(network: Network, count: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, *network.input_dim), dtype=np.uint8)
