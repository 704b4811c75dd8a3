"""The curves of one run: what was learned at which iteration."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.session import Session
from convlab.app.smoothing import MovingAverage
from convlab.files import write_atomically
from convlab.training.events import EpochEvaluated, LearningRateChanged, RunStarted, StepDone
from convlab.training.growing_array import GrowingArray
from convlab.training.history import History

DEFAULT_SMOOTHING = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """What the curves say at one iteration; accuracies (0 to 1) are of the last evaluation.

    Before the first step nothing is known of a loss, and no epoch has begun.
    """

    iteration: int
    epoch: int | None
    loss: float | None
    smoothed: float | None
    train_accuracy: float | None
    test_accuracy: float | None


class CurvesModel(QObject):
    """Collects what a session tells about its run, ready to be drawn.

    ``reset`` is emitted when a new run starts, ``changed`` once for all that came in together.
    """

    reset = Signal()
    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # One drain of the session brings several events; the timer lets them all arrive.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.changed)
        self._epochs = 0
        self._iterations_per_epoch = 1
        self._offset = self._epochs_before = 0
        self._history = History(learning_rate=0.0)
        self._average = MovingAverage(DEFAULT_SMOOTHING)
        self._smoothed = GrowingArray(np.float64)
        self._before: NDArray[np.float64] = np.empty(0)  # the losses of the run that it left
        session.run_started.connect(self._on_run_started)
        session.steps_done.connect(self._on_steps_done)
        session.epoch_evaluated.connect(self._on_epoch_evaluated)
        session.learning_rate_changed.connect(self._on_learning_rate_changed)

    @property
    def offset(self) -> int:
        """The iteration at which the run left another one, whose iterations it counts on from."""
        return self._offset

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been learned yet."""
        return len(self._history.losses) == 0

    @property
    def epochs(self) -> int:
        """The number of epochs that the run was planned for; 0 before any run."""
        return self._epochs

    @property
    def epochs_before(self) -> int:
        """How many epochs were over where the run left another one."""
        return self._epochs_before

    @property
    def iterations_per_epoch(self) -> int:
        """The number of mini-batches in one epoch."""
        return self._iterations_per_epoch

    @property
    def iterations(self) -> NDArray[np.int64]:
        """The iteration of each step (N,), rising."""
        return self._history.iterations

    @property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each step (N,); it may hold values that are not finite."""
        return self._history.losses

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The moving average of the losses (N,); NaN before the first finite loss."""
        return self._smoothed.values

    @property
    def evaluations(self) -> Sequence[EpochEvaluated]:
        """The accuracies after each epoch, in order."""
        return self._history.evaluations

    @property
    def learning_rate_changes(self) -> Sequence[LearningRateChanged]:
        """The changes of the learning rate that were made while the run was on, in order."""
        return self._history.learning_rate_changes

    @property
    def smoothing(self) -> float:
        """How strongly the loss is smoothed: 0 (not at all) to 0.99."""
        return self._average.strength

    @Slot(float)
    def set_smoothing(self, strength: float) -> None:
        """Smooth the whole curve anew, with a strength of 0 to 0.99."""
        self._average = MovingAverage(strength)
        self._smooth()
        self._timer.start()

    def set_losses_before(self, losses: NDArray[np.float64]) -> None:
        """Begin to smooth with the losses (N,) of the run that this one left, up to there."""
        if len(losses) != len(self._before):
            self._before = losses.copy()
            self.set_smoothing(self.smoothing)

    def _smooth(self) -> None:
        """Smooth all losses with a new average, as if those before had been of the same run."""
        self._average.extend(self._before)
        self._smoothed = GrowingArray(np.float64)
        self._smoothed.extend(self._average.extend(self.losses))

    def reading_at(self, iteration: float) -> Reading | None:
        """Return what the curves say at the step nearest to ``iteration``; None while empty.

        The beginning, before the first step, is one of the steps.
        """
        if self.is_empty:
            return None
        history = self._history
        if iteration < history.iterations[0] - 0.5:
            return Reading(self._offset, None, None, None, None, None)
        index = int(np.searchsorted(history.iterations, iteration - 0.5))
        index = min(index, len(history.iterations) - 1)
        step = int(history.iterations[index])
        evaluated = bisect_right(history.evaluations, step, key=attrgetter("iteration"))
        last = history.evaluations[evaluated - 1] if evaluated else None
        return Reading(
            iteration=step,
            epoch=int(history.epoch_of_step[index]),
            loss=float(history.losses[index]),
            smoothed=float(self.smoothed[index]),
            train_accuracy=last.train_accuracy if last else None,
            test_accuracy=last.test_accuracy if last else None,
        )

    def to_csv(self, path: Path) -> None:
        """Write the history to ``path``, one row a step. Raises OSError if that fails."""
        write_atomically(path, self._history.to_csv())

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        # New arrays, because plots may still hold views of the old ones.
        self._epochs = event.epochs
        self._iterations_per_epoch = event.iterations_per_epoch
        self._offset, self._epochs_before = event.branched_at, event.epochs_before
        self._history = History(event.learning_rate)
        self._average = MovingAverage(self.smoothing)
        self._before = np.empty(0)
        if event.history is not None:
            self._history = event.history.copy()
        self._smooth()
        self.reset.emit()
        self._timer.start()

    @Slot(object)
    def _on_steps_done(self, steps: list[StepDone]) -> None:
        before = len(self.losses)
        self._history.add_steps(steps)
        self._smoothed.extend(self._average.extend(self.losses[before:]))
        self._timer.start()

    @Slot(object)
    def _on_epoch_evaluated(self, event: EpochEvaluated) -> None:
        self._history.add_evaluation(event)
        self._timer.start()

    @Slot(object)
    def _on_learning_rate_changed(self, event: LearningRateChanged) -> None:
        self._history.add_learning_rate(event)
        self._timer.start()
