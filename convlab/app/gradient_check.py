"""Checks the gradients of the answering network against finite differences."""

import csv
from io import StringIO
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fit import why_no_fit
from convlab.app.lab import Lab
from convlab.app.long_work import LongWork, Report
from convlab.files import write_atomically
from convlab.insight.gradient_comparison import Comparison, compare_gradients
from convlab.nn.network import Network

MOST_IMAGES = 10
SAMPLED = 30  # numbers of each parameter, unless more are wanted
CSV_COLUMNS = (
    "parameter", "place", "backward", "numerical", "kink", "checked", "of", "relative_error",
    "verdict",
)  # fmt: skip
SEED = 0  # the same numbers are drawn each time, so that two checks can be compared


class GradientCheckModel(QObject):
    """Compares both gradients, parameter by parameter, in a thread of its own.

    ``changed`` follows each parameter that is done; ``progressed`` carries the numbers that are
    done and how many there are.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._network: Network | None = None  # that was checked, as it was then
        self._batch = (0, 0)
        self._comparisons: dict[str, Comparison] = {}
        self._iteration = 0
        self._is_outdated = False
        self._problem = ""
        self._work = LongWork(self)
        lab.left.connect(self._work.wait)
        self._work.busy_changed.connect(self._on_busy_changed)
        self._work.progressed.connect(self._on_progressed)
        self._work.returned.connect(self._on_returned)
        self._work.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.dataset_changed.connect(self._on_dataset_changed)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What was compared so far, in the order of the network's parameters."""
        if self._network is None:
            return ()
        found = self._comparisons
        return tuple(found[name] for name in self._network.params if name in found)

    @property
    def unchecked(self) -> dict[str, int]:
        """The parameters that were not come to, if a check was given up, and their sizes."""
        params = {} if self._network is None else self._network.params
        return {name: a.size for name, a in params.items() if name not in self._comparisons}

    @property
    def is_busy(self) -> bool:
        """Whether a check is on."""
        return self._work.is_busy

    @property
    def is_outdated(self) -> bool:
        """Whether the network has changed since it was checked."""
        return self._is_outdated

    @property
    def has_dropout(self) -> bool:
        """Whether the checked network leaves out units in training."""
        network = self._network
        return network is not None and any(s.kind == "Dropout" for s in network.layer_shapes)

    @property
    def batch(self) -> tuple[int, int]:
        """The first training image of the check, counted from 0, and how many there are."""
        return self._batch

    @property
    def iteration(self) -> int:
        """After how many steps of a run the checked weights were copied."""
        return self._iteration

    @property
    def images(self) -> int:
        """How many training images there are."""
        return len(self._lab.dataset.train)

    @property
    def problem(self) -> str:
        """The sentence why the last check failed; else empty."""
        return self._problem

    def why_not(self) -> str:
        """Return why nothing can be checked now; empty if it can."""
        network, dataset = self._lab.predictor.answering, self._lab.dataset
        if network is None:
            return "There is no network yet: press Train first, or open weights."
        return why_no_fit(network, dataset)

    def check(self, first: int, images: int) -> None:
        """Check some numbers of every parameter, on training images from number ``first`` on."""
        network = self._lab.predictor.answering
        if network is None or self.why_not():
            return
        images = min(images, self.images - first)
        self._network = network.twin()
        self._iteration = self._lab.predictor.iteration
        self._batch = (first, images)
        self._comparisons = {}
        self._is_outdated = False
        self._start(dict.fromkeys(network.params, SAMPLED))

    def check_all(self, name: str) -> None:
        """Check every number of one parameter of the network that was checked last."""
        if self._network is not None and name in self._network.params:
            self._start({name: self._network.params[name].size})

    def cancel(self) -> None:
        """Give up the check that is on; what is done stays."""
        self._work.cancel()

    def to_csv(self, path: Path) -> None:
        """Write a row for each number that was checked, with the verdict on its parameter.

        A parameter that was not come to has one row without numbers. Raises OSError.
        """
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        for one in self.comparisons:
            for place, backward, numerical, kink in zip(
                one.places.tolist(), one.backward, one.numerical, one.kinks, strict=True
            ):
                where = " ".join(map(str, place))
                numbers = [one.name, where, backward, numerical, int(kink)]
                writer.writerow([*numbers, *_verdict_of(one)])
        for name, size in self.unchecked.items():
            writer.writerow([name, "", "", "", "", 0, size, "", "Not checked"])
        write_atomically(path, text.getvalue())

    def _start(self, entries: dict[str, int]) -> None:
        network, (first, images) = self._network, self._batch
        if network is None:
            return
        part = self._lab.dataset.train
        x, t = part.images[first : first + images], part.labels[first : first + images]
        self._problem = ""

        def work(report: Report) -> tuple[Comparison, ...]:
            with np.errstate(all="ignore"):  # what is not finite is told as a difference
                rng = np.random.default_rng(SEED)
                return compare_gradients(network, x, t, entries, rng, report)

        self._work.start(work)

    def _take(self, comparisons: tuple[Comparison, ...]) -> None:
        self._comparisons |= {one.name: one for one in comparisons}

    @Slot(bool)
    def _on_busy_changed(self, is_busy: bool) -> None:
        self.changed.emit()

    @Slot(int, int, object)
    def _on_progressed(self, done: int, total: int, seen: object) -> None:
        if isinstance(seen, tuple):
            self._take(seen)
            self.changed.emit()
        self.progressed.emit(done, total)

    @Slot(object)
    def _on_returned(self, comparisons: tuple[Comparison, ...]) -> None:
        self._take(comparisons)
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._problem = sentence
        self.changed.emit()

    @Slot()
    def _on_predictor_changed(self) -> None:
        if not self._is_outdated:
            self._is_outdated = True
            self.changed.emit()

    @Slot()
    def _on_dataset_changed(self) -> None:
        self.cancel()
        self._comparisons = {}
        self.changed.emit()


def _verdict_of(one: Comparison) -> tuple[int, int, float, str]:
    """Return how many numbers of a parameter were checked, of how many, and what came of it."""
    return len(one.backward), one.total, one.error, one.verdict.value
