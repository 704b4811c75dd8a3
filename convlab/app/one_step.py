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
from convlab.app.run_optimizer import moment_shown, remembering
from convlab.app.stand_in import TakenStep
from convlab.files import write_atomically
from convlab.insight.one_step import (
    MOST_BYTES,
    OneStep,
    Stage,
    check_size,
    step_bytes,
    take_step,
)
from convlab.nn.network import Network
from convlab.nn.optimizer import Optimizer
from convlab.training.config import TrainingConfig

MOST_IMAGES = 100
GOES_ON = (
    "{0} goes on with what it remembered after iteration {1:,}, so this is the step that the run "
    "would make on these images."
)
ANEW = (
    "{0} begins anew here, as at the start of a run ({1} = 0); in the course of one its step would "
    "be another."
)
MOST_BYTES_BESIDE = MOST_BYTES // 4  # of a step that is made while the last one is still shown


class OneStepModel(QObject):
    """Makes the step on a copy; nothing else changes until :meth:`accept`.

    A step that was accepted is no part of a run: the network after it stands in for the run's.

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
        self._stage_count = 0  # of the last step
        self._problem = ""
        self._memory_in_words = ""
        self._before: Network | None = None  # that answered when the step was begun
        self._has_other_weights = False  # whether it has got others since
        self._batch = (0, 0)  # of the step: its first image and how many
        self._taken: Network | None = None  # with which the lab answers after the step
        self._asked_lr = self._taken_lr = 0.0  # of the settings, when it was begun and accepted
        self._work = LongWork(self)
        lab.left.connect(self._work.wait)
        self._work.busy_changed.connect(self._on_busy_changed)
        self._work.progressed.connect(self._on_progressed)
        self._work.returned.connect(self._on_returned)
        self._work.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_lab_changed)
        lab.stand_in.changed.connect(self._on_lab_changed)
        lab.session.weights_shown.connect(self._on_weights_shown)
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
    def memory_in_words(self) -> str:
        """Whether the optimizer of the step began anew or went on; empty if that says nothing."""
        return self._memory_in_words

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

    @property
    def is_accepted(self) -> bool:
        """Whether the lab answers with the network after the step."""
        changes = self._lab.stand_in.changes
        return bool(changes) and changes[-1].network is self._taken

    def why_not_accept(self) -> str:
        """Return why the step cannot be taken over now; empty if it can."""
        if self._step is None:
            return "Make a step first."
        if self._lab.session.is_busy:
            return "A run is on; stop it first."
        if self._has_other_weights or self._lab.predictor.answering is not self._before:
            return "The network has changed since; make the step again."
        if not np.isfinite(self._step.loss_after):
            return "The loss after this step is not finite; use a smaller learning rate."
        return ""

    def begin(self, first: int, images: int) -> None:
        """Make a step on so many training images from number ``first`` on, counted from 0.

        Where a checkpoint tells what the optimizer of the run remembers, it goes on with that.
        """
        network, config = self._lab.predictor.answering, self._lab.config
        if network is None or config is None or self.why_not_begin():
            return
        optimizer = self._optimizer(config)
        self._asked_lr = config.make_optimizer().lr
        part = self._lab.dataset.train
        x, t = part.images[first : first + images], part.labels[first : first + images]
        twin = network.twin()
        self._batch = (first, len(x))
        self._problem = ""
        self._before, self._has_other_weights = network, False
        if step_bytes(network, optimizer, len(x)) > MOST_BYTES_BESIDE:
            self._step = None

        predictor = self._lab.predictor
        moment = None if optimizer.iterations else moment_shown(self._lab)
        iteration, is_trained = predictor.iteration, predictor.is_trained

        def work(report: Report) -> tuple[OneStep, str]:
            check_size(twin, optimizer, len(x))  # before a large checkpoint is read for nothing
            of_run = None if moment is None else remembering(optimizer, twin, moment)
            with np.errstate(all="ignore"):  # a step may lead out of range, which is shown
                step = take_step(twin.copy(), of_run or optimizer, x, t, report)
            if of_run is None:
                return step, _anew_in_words(step.optimizer) if is_trained else ""
            return step, GOES_ON.format(type(of_run).__name__, iteration)

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
        if self._step is not None and not self.why_not_accept():
            self._taken, self._taken_lr = self._step.network.twin(), self._asked_lr
            self._lab.stand_in.take_step(self._taken, self._step.optimizer)

    def undo(self) -> None:
        """Let the lab answer as before the step, which may be accepted anew."""
        if self.is_accepted:
            self._lab.stand_in.undo()

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

    def _optimizer(self, config: TrainingConfig) -> Optimizer:
        """Return the optimizer of the settings, with what it remembers of a step taken before.

        Its learning rate, which a run may have changed, stays until the settings have another one.
        """
        fresh, changes = config.make_optimizer(), self._lab.stand_in.changes
        last = changes[-1] if changes else None
        if isinstance(last, TakenStep) and not self._lab.predictor.is_compared:
            going_on = deepcopy(last.optimizer)
            if fresh.lr != self._taken_lr:
                going_on.lr = fresh.lr
            settings = asdict(fresh) | {"lr": going_on.lr}
            if type(going_on) is type(fresh) and asdict(going_on) == settings:
                return going_on
        return fresh

    @Slot(bool)
    def _on_busy_changed(self, is_busy: bool) -> None:
        self.changed.emit()

    @Slot(int, int, object)
    def _on_progressed(self, done: int, total: int, _: object) -> None:
        self.progressed.emit(done, total)

    @Slot(object)
    def _on_returned(self, made: tuple[OneStep, str]) -> None:
        step, self._memory_in_words = made
        is_like_before = self._stage_count == len(step.stages)
        self._step, self._stage_count = step, len(step.stages)
        self._place = self._place if is_like_before else 0
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._step = None
        self._problem = sentence
        self.changed.emit()

    @Slot(object)
    def _on_weights_shown(self, _: object) -> None:
        self._has_other_weights = True
        self.changed.emit()

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        self.changed.emit()

    @Slot()
    def _on_lab_changed(self) -> None:
        self.changed.emit()


def _anew_in_words(after: Optimizer) -> str:
    """Return that an optimizer began anew; empty if it went on, or never remembers anything."""
    if after.iterations > 1 or not after.state:
        return ""
    return ANEW.format(type(after).__name__, " = ".join(after.state))
