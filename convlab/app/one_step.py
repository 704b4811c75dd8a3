"""One update of the answering network on images of one's choice, stage by stage."""

from copy import deepcopy
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fit import why_no_fit
from convlab.app.lab import Lab
from convlab.app.long_work import LongWork, Report
from convlab.files import write_atomically
from convlab.insight.one_step import OneStep, Stage, take_step
from convlab.nn.network import Network
from convlab.nn.optimizer import Optimizer

MOST_IMAGES = 100


class OneStepModel(QObject):
    """Makes the step on a copy; nothing else changes until :meth:`accept`.

    ``changed`` says that there is another step, another stage, or another reason for none.
    ``progressed`` carries the stages that are done and how many there will be, about.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._step: OneStep | None = None
        self._place = 0
        self._problem = ""
        self._is_outdated = False
        self._batch = (0, 0)  # of the step: its first image and how many
        self._accepted: Network | None = None
        self._optimizer: Optimizer | None = None  # with what it remembers of accepted steps
        self._work = LongWork(self)
        self._work.busy_changed.connect(self._on_busy_changed)
        self._work.progressed.connect(self._on_progressed)
        self._work.returned.connect(self._on_returned)
        self._work.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.session.state_changed.connect(self._on_state_changed)
        lab.dataset_changed.connect(self._on_lab_changed)
        lab.config_changed.connect(self._on_lab_changed)

    @property
    def step(self) -> OneStep | None:
        """The step that is walked through; None before any."""
        return self._step

    @property
    def stage(self) -> Stage | None:
        """The stage that is looked at."""
        return None if self._step is None else self._step.stages[self._place]

    @property
    def place(self) -> int:
        """The number of the stage that is looked at, from 0."""
        return self._place

    @property
    def batch(self) -> tuple[int, int]:
        """The first training image of the step, counted from 0, and how many there are."""
        return self._batch

    @property
    def problem(self) -> str:
        """The sentence why the last step could not be made; else empty."""
        return self._problem

    @property
    def is_busy(self) -> bool:
        """Whether a step is being made."""
        return self._work.is_busy

    @property
    def images(self) -> int:
        """How many training images there are."""
        return len(self._lab.dataset.train)

    def why_not_begin(self) -> str:
        """Return why no step can be made now; empty if one can."""
        network, dataset, config = (
            self._lab.predictor.answering,
            self._lab.dataset,
            self._lab.config,
        )
        if network is None:
            return "There is no network yet: press Train first, or open weights."
        if config is None:
            return "A setting in the Setup panel is not valid; mend it first."
        return why_no_fit(network, dataset)

    def why_not_accept(self) -> str:
        """Return why the step cannot be taken over now; empty if it can."""
        if self._step is None:
            return "Make a step first."
        if self._lab.session.is_busy:
            return "A run is on; stop it first."
        if self._is_outdated:
            return "The network has changed since; make the step again."
        if not np.isfinite(self._step.loss_after):
            return "The loss after this step is not finite; use a smaller learning rate."
        return ""

    def begin(self, first: int, images: int) -> None:
        """Make a step on so many training images from number ``first`` on, counted from 0."""
        network, config = self._lab.predictor.answering, self._lab.config
        if network is None or config is None or self.why_not_begin():
            return
        fresh = config.make_optimizer()
        optimizer = fresh
        if self._optimizer is not None and network is self._accepted:
            is_same = type(self._optimizer) is type(fresh)
            if is_same and asdict(self._optimizer) == asdict(fresh):
                optimizer = deepcopy(self._optimizer)
        part = self._lab.dataset.train
        x, t = part.images[first : first + images], part.labels[first : first + images]
        copy = network.copy()
        self._batch = (first, len(x))
        self._problem = ""
        self._is_outdated = False

        def work(report: Report) -> OneStep:
            with np.errstate(all="ignore"):  # a step may lead out of range, which is shown
                return take_step(copy, optimizer, x, t, report)

        self._work.start(work)

    def cancel(self) -> None:
        """Give up the step that is being made."""
        self._work.cancel()

    def go_to(self, place: int) -> None:
        """Look at another stage."""
        if self._step is not None:
            place = min(max(place, 0), len(self._step.stages) - 1)
            if place != self._place:
                self._place = place
                self.changed.emit()

    def accept(self) -> None:
        """Let the lab answer with the network after the step."""
        step = self._step
        if step is None or self.why_not_accept():
            return
        predictor = self._lab.predictor
        known = predictor.learned_from
        network = step.network.copy()
        self._accepted, self._optimizer = network, step.optimizer
        learned_from = self._lab.dataset.train if known is None else known
        predictor.use(network, trained=True, origin="run", learned_from=learned_from)

    def to_npz(self, path: Path) -> None:
        """Write every array of the step under its stage's number and its name. Raises OSError."""
        if self._step is None:
            return
        arrays = {
            f"{number:02d}_{stage.title.replace(': ', '_')}_{name}": array
            for number, stage in enumerate(self._step.stages)
            for name, array in stage.arrays.items()
        }
        buffer = BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        write_atomically(path, buffer.getvalue())

    @Slot(bool)
    def _on_busy_changed(self, is_busy: bool) -> None:
        self.changed.emit()

    @Slot(int, int, object)
    def _on_progressed(self, done: int, total: int, _: object) -> None:
        self.progressed.emit(done, total)

    @Slot(object)
    def _on_returned(self, step: OneStep) -> None:
        is_like_before = self._step is not None and len(self._step.stages) == len(step.stages)
        self._step = step
        self._place = self._place if is_like_before else 0
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._step = None
        self._problem = sentence
        self.changed.emit()

    @Slot()
    def _on_predictor_changed(self) -> None:
        if not self._is_outdated:
            self._is_outdated = True
            self.changed.emit()

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        self.changed.emit()

    @Slot()
    def _on_lab_changed(self) -> None:
        self.changed.emit()
