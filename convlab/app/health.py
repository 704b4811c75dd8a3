"""How the network does over the course of a run, from a few records of its snapshots."""

import csv
from bisect import insort
from collections.abc import Sequence
from io import BytesIO, StringIO
from math import ceil
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.health_moments import measure_missing
from convlab.app.lab import Lab
from convlab.app.shared_rest import rest_after, set_watched
from convlab.data.dataset import ImageSet
from convlab.files import write_atomically
from convlab.insight.health import LEVELS, Health, LayerHealth, Step, measure, probe
from convlab.insight.health_histograms import histograms, layer_history
from convlab.insight.health_rules import DISTRIBUTIONS, Finding, findings
from convlab.nn.network import Network
from convlab.nn.types import Array

MOST_RECORDS = 240  # about as many as a chart has columns of a few pixels
SOONEST = 0.25  # seconds between two records while they are seen
SOONEST_HIDDEN = 1.0
REST_HIDDEN = 19.0  # times as long as a record took
FILL_SECONDS = 20.0  # of work at most go into the moments that a run kept
CSV_COLUMNS = (
    "iteration", "loss", "layer", "gradient_norm", "update_ratio", "dead_or_saturated",
)  # fmt: skip
CSV_LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


class HealthModel(QObject):
    """Collects a record of the network's health now and then, while it is seen and while it is not.

    The change of the weights in one iteration comes from the last two snapshots of a run that is
    on, of which the weights are kept. Moments that one goes back to are measured, too, and, when
    the run is over, those that it kept; what a person changed beside the run is not.
    ``changed`` follows each new record and each move to another moment of the run.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._records: list[Health] = []
        self._images: ImageSet | None = None
        self._copies: list[tuple[int, dict[str, Array]]] = []  # of the last two snapshots
        self._is_watched = False
        self._to_fill = FILL_SECONDS  # are left for moments that the run kept
        self._is_waiting = False  # for a record that is due as soon as the last one is there
        self._next_at = 0.0
        self._started = 0.0
        self._told: tuple[Health | None, str] = (None, "")  # that ``changed`` was last about
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_predictor_changed)
        self._background = Background(self)
        self._background.returned.connect(self._on_measured)
        self._background.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.predictor.network_opened.connect(self._on_network_opened)
        lab.session.run_started.connect(self._on_run_started)
        lab.session.state_changed.connect(self._on_state_changed)
        lab.dataset_changed.connect(self._on_dataset_changed)
        self._on_predictor_changed()

    @property
    def records(self) -> Sequence[Health]:
        """What was measured, by iteration."""
        return self._records

    @property
    def shown(self) -> Health | None:
        """The record of the moment that the network is at: the last one that is not later."""
        reached = [r for r in self._records if r.iteration <= self._lab.predictor.iteration]
        return reached[-1] if reached else (self._records[0] if self._records else None)

    @property
    def why_no_update(self) -> str:
        """A sentence that says why the last update is not known at :attr:`shown`."""
        if self._lab.predictor.origin != "run":
            return "Not known of opened weights: an update lies between two moments of a run."
        if self.shown is None or self.shown.iteration == self._records[0].iteration:
            return "There is no update here: no step came before."
        at = self.shown.iteration
        return f"Not known here: the weights shortly before iteration {at:,} are not at hand."

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What looks wrong in :attr:`shown`."""
        return findings(self.shown) if self.shown is not None else ()

    @property
    def whose(self) -> str:
        """A sentence that says whose numbers these are, where another network answers now."""
        predictor = self._lab.predictor
        owner = "the run's own" if predictor.origin == "run" else "those of the opened weights"
        if predictor.is_compared:
            return f"An untrained network answers now; these numbers are {owner}."
        if predictor.network is not predictor.original:
            return f"A changed network answers now; these numbers are {owner}, before the changes."
        return ""

    @property
    def is_busy(self) -> bool:
        """Whether a record is on its way."""
        return self._background.is_busy

    @property
    def is_unfit(self) -> bool:
        """Whether no images are there that the network could be measured with."""
        network = self._lab.predictor.original
        return network is not None and self._probe(network) is None

    def nearest(self, iteration: float) -> Health:
        """Return the record that lies nearest to an iteration; there must be one."""
        return min(self._records, key=lambda record: abs(record.iteration - iteration))

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether the records are seen: then there are more of them."""
        self._is_watched = is_watched
        set_watched(self, is_watched)
        if is_watched and not self._background.is_busy:
            self._record_now()
            self._fill()

    def to_csv(self, path: Path) -> None:
        """Write every record of every layer to a CSV file; raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [f"{kind}_{_percent(q)}" for kind in DISTRIBUTIONS for q in CSV_LEVELS]
        writer.writerow([*CSV_COLUMNS, *names])
        for record in self._records:
            for layer in record.layers:
                numbers = (layer.gradient_norm, layer.update_ratio, layer.idle)
                told = ["" if number is None else f"{number:.6g}" for number in numbers]
                writer.writerow(
                    [record.iteration, f"{record.loss:.6g}", layer.name, *told, *_at_levels(layer)]
                )
        write_atomically(path, text.getvalue())

    def to_npz(self, path: Path) -> None:
        """Write the histograms of every layer as they are drawn; raises OSError.

        ``Conv1_weights_shares`` (B, T) are the shares of the values between the edges
        ``Conv1_weights_edges`` (B + 1,) at the T moments ``iterations``, and so on.
        """
        records = self._records
        arrays: dict[str, NDArray[Any]] = {}
        arrays["iterations"] = np.array([record.iteration for record in records], np.int64)
        for layer in records[-1].layers if records else ():
            history = layer_history(records, layer.name)
            for kind in DISTRIBUTIONS:
                found = histograms(history, kind)
                arrays[f"{layer.name}_{kind}_shares"] = found.shares
                arrays[f"{layer.name}_{kind}_edges"] = found.edges
        content = BytesIO()
        np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
        write_atomically(path, content.getvalue())

    @Slot()
    def _on_predictor_changed(self) -> None:
        predictor = self._lab.predictor
        network = predictor.original
        if network is None:
            return
        if predictor.is_compared:
            self._copies.clear()  # weights that come after a gap say nothing of one iteration
            self._tell()
            return
        if not (self._is_watched or self._lab.session.is_busy):
            return  # an opened network is measured when somebody wants to see it
        self._keep_weights(network, predictor.iteration)
        if self._is_known(predictor.iteration):
            self._tell()  # somebody looks back at an earlier moment
        elif not self._background.is_busy:
            self._record_when_due()

    def _record_when_due(self) -> None:
        rest = self._next_at - monotonic()
        if rest <= 0:
            self._record_now()
        elif self._is_watched:
            self._timer.start(ceil(1000 * rest))
        if self._told != (self.shown, self.whose):
            self._tell()

    def _tell(self) -> None:
        self._told = self.shown, self.whose
        self.changed.emit()

    def _is_known(self, iteration: int) -> bool:
        return any(record.iteration == iteration for record in self._records)

    def _keep_weights(self, network: Network, iteration: int) -> None:
        """Keep those of a run that is on, as long as one follows it."""
        is_earlier = bool(self._copies) and iteration < self._copies[-1][0]
        if is_earlier or not self._lab.time_machine.is_live:
            self._copies.clear()
        elif self._lab.session.is_busy and not (self._copies and iteration == self._copies[-1][0]):
            weights = {key: array for key, array in network.params.items() if key[0] == "W"}
            self._copies = [*self._copies[-1:], (iteration, weights)]

    @Slot(object)
    def _on_run_started(self, event: object) -> None:
        self._forget()
        self._on_predictor_changed()

    @Slot(object)
    def _on_network_opened(self, network: object) -> None:
        self._forget()

    @Slot(object)
    def _on_state_changed(self, state: object) -> None:
        """Keep the end of a run, however soon it comes after the last record."""
        if not self._lab.session.takes_time:
            self._next_at = 0.0
            if self._timer.isActive():
                self._timer.start(0)
        if self._lab.session.is_busy:
            return
        self._to_fill = FILL_SECONDS
        self._is_waiting = self._background.is_busy
        if self._records and not self._is_waiting:
            self._record_now()
            self._fill()

    @Slot()
    def _on_dataset_changed(self) -> None:
        """Where the images before did not fit, these may."""
        self._on_predictor_changed()
        self._tell()

    def _forget(self) -> None:
        self._background.drop()
        self._records.clear()
        self._copies.clear()
        self._images = None
        self._is_waiting = False
        self._to_fill = FILL_SECONDS
        self._next_at = 0.0
        self._timer.stop()
        self._tell()

    def _record_now(self) -> None:
        predictor = self._lab.predictor
        network, iteration = predictor.original, predictor.iteration
        if network is None or predictor.is_compared or self._is_known(iteration):
            return
        images = self._probe(network)
        if images is None:
            return
        step = None
        if len(self._copies) == 2 and self._copies[-1][0] == iteration:
            before, weights = self._copies[0]
            step = Step(weights, iteration - before)
        twin = network.twin()
        self._started = perf_counter()
        # A copy, because batch normalization changes its averages when gradients are computed.
        self._background.start(lambda: measure(twin.copy(), images, iteration, step))

    def _fill(self) -> None:
        """Measure a moment that was kept, when the run is over and nothing else is to be done."""
        predictor, session = self._lab.predictor, self._lab.session
        network, folder = predictor.original, session.run_folder
        is_idle = self._is_watched and not (session.is_busy or self._background.is_busy)
        if self._to_fill <= 0 or not is_idle or predictor.origin != "run":
            return
        images = None if network is None else self._probe(network)
        if network is None or images is None or folder is None or not self._records:
            return
        description, known = network.description, [record.iteration for record in self._records]
        before = session.branched_at
        self._started = perf_counter()
        self._background.start(lambda: measure_missing(folder, before, description, images, known))

    def _probe(self, network: Network) -> ImageSet | None:
        """Return the images that are always the same in a run; None if none fit the network."""
        learned_from = self._lab.predictor.learned_from or self._lab.dataset.train
        if self._images is None:
            fits = learned_from.images.shape[1:] == network.input_dim
            if not fits or learned_from.labels.max() >= network.output_size:
                return None
            self._images = probe(learned_from, network)
        return self._images

    @Slot(object)
    def _on_measured(self, record: Health | None) -> None:
        if record is None:
            self._to_fill = 0.0  # no gap is left
            self._record_now()  # somebody may have gone to another moment meanwhile
            self._tell()
            return
        took = perf_counter() - self._started
        if not self._lab.session.is_busy:
            self._to_fill -= took
        elif self._lab.session.takes_time:
            rest = max(SOONEST_HIDDEN, REST_HIDDEN * took)
            if self._is_watched:
                rest = min(rest, max(SOONEST, rest_after(took)))
            self._next_at = monotonic() + rest
        insort(self._records, record, key=lambda each: each.iteration)
        if len(self._records) > MOST_RECORDS:
            del self._records[_least_missed(self._records)]
        self._tell()
        is_waiting, self._is_waiting = self._is_waiting, False
        if is_waiting:
            self._record_now()
        elif not self._is_known(self._lab.predictor.iteration):
            self._on_predictor_changed()
        self._fill()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._to_fill = 0.0  # a moment that cannot be read now is not tried again and again
        self._next_at = monotonic() + SOONEST_HIDDEN
        self._is_waiting = False


def _least_missed(records: Sequence[Health]) -> int:
    """Return which record lies in the narrowest gap, the first and the last excepted."""
    gaps = [
        after.iteration - before.iteration
        for before, after in zip(records[:-2], records[2:], strict=True)
    ]
    return 1 + int(np.argmin(gaps))


def _at_levels(layer: LayerHealth) -> list[str]:
    numbers = (np.interp(CSV_LEVELS, LEVELS, getattr(layer, kind)) for kind in DISTRIBUTIONS)
    return [f"{number:.6g}" for of_kind in numbers for number in of_kind]


def _percent(share: float) -> str:
    return f"{100 * share:g}%"
