"""The curves of one run: what was learned at which iteration."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.session import Session
from convlab.app.smoothing import GrowingArray, MovingAverage
from convlab.files import write_atomically
from convlab.training.events import EpochEvaluated, LearningRateChanged, RunStarted, StepDone

CSV_COLUMNS = ("iteration", "epoch", "loss", "learning_rate", "train_accuracy", "test_accuracy")
DEFAULT_SMOOTHING = 0.9

Row = tuple[int, int, float, float, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the curves say at one iteration; accuracies (0 to 1) are of the last evaluation."""

    iteration: int
    epoch: int
    loss: float
    smoothed: float
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
        self._smoothing = DEFAULT_SMOOTHING
        # One drain of the session brings several events; the timer lets them all arrive.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.changed)
        self._clear(epochs=0, iterations_per_epoch=1, learning_rate=0.0)
        session.run_started.connect(self._on_run_started)
        session.steps_done.connect(self._on_steps_done)
        session.epoch_evaluated.connect(self._on_epoch_evaluated)
        session.learning_rate_changed.connect(self._on_learning_rate_changed)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been learned yet."""
        return len(self._losses) == 0

    @property
    def epochs(self) -> int:
        """The number of epochs that the run was planned for; 0 before any run."""
        return self._epochs

    @property
    def iterations_per_epoch(self) -> int:
        """The number of mini-batches in one epoch."""
        return self._iterations_per_epoch

    @property
    def iterations(self) -> NDArray[np.int64]:
        """The iteration of each step (N,), rising."""
        return self._iterations.values

    @property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each step (N,); it may hold values that are not finite."""
        return self._losses.values

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The moving average of the losses (N,); NaN before the first finite loss."""
        return self._smoothed.values

    @property
    def evaluations(self) -> tuple[EpochEvaluated, ...]:
        """The accuracies after each epoch, in order."""
        return tuple(self._evaluations)

    @property
    def learning_rate_changes(self) -> tuple[LearningRateChanged, ...]:
        """The changes of the learning rate that were made while the run was on, in order."""
        return tuple(self._rates[1:])

    @property
    def smoothing(self) -> float:
        """How strongly the loss is smoothed: 0 (not at all) to 0.99."""
        return self._smoothing

    def set_smoothing(self, strength: float) -> None:
        """Smooth the whole curve anew, with a strength of 0 to 0.99."""
        average = MovingAverage(strength)
        self._smoothing = strength
        self._average = average
        self._smoothed = GrowingArray(np.float64)
        self._smoothed.extend(average.extend(self.losses))
        self._timer.start()

    def reading_at(self, iteration: float) -> Reading | None:
        """Return what the curves say at the step nearest to ``iteration``; None while empty."""
        if self.is_empty:
            return None
        iterations = self.iterations
        index = int(np.searchsorted(iterations, iteration - 0.5))
        index = min(index, len(iterations) - 1)
        step = int(iterations[index])
        evaluated = bisect_right(self._evaluations, step, key=attrgetter("iteration"))
        last = self._evaluations[evaluated - 1] if evaluated else None
        return Reading(
            iteration=step,
            epoch=int(self._epoch_of_step.values[index]),
            loss=float(self.losses[index]),
            smoothed=float(self.smoothed[index]),
            train_accuracy=last.train_accuracy if last else None,
            test_accuracy=last.test_accuracy if last else None,
        )

    def history_rows(self) -> Iterator[Row]:
        """Yield one row a step, in the order of ``CSV_COLUMNS``; None where not evaluated."""
        evaluations = {evaluation.iteration: evaluation for evaluation in self._evaluations}
        changed_at = [change.iteration for change in self._rates]
        # A change takes effect with the step after it, so a step looks for earlier ones only.
        in_force = np.searchsorted(changed_at, self.iterations, side="left") - 1
        steps = zip(
            self.iterations.tolist(),
            self._epoch_of_step.values.tolist(),
            self.losses.tolist(),
            in_force.tolist(),
            strict=True,
        )
        for iteration, epoch, loss, rate in steps:
            evaluation = evaluations.get(iteration)
            yield (
                iteration,
                epoch,
                loss,
                self._rates[rate].learning_rate,
                evaluation.train_accuracy if evaluation else None,
                evaluation.test_accuracy if evaluation else None,
            )

    def to_csv(self, path: Path) -> None:
        """Write the history to ``path``, one row a step. Raises OSError if that fails."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(self.history_rows())
        write_atomically(path, text.getvalue())

    def _clear(self, epochs: int, iterations_per_epoch: int, learning_rate: float) -> None:
        # New arrays, because plots may still hold views of the old ones.
        self._epochs = epochs
        self._iterations_per_epoch = iterations_per_epoch
        self._iterations = GrowingArray(np.int64)
        self._epoch_of_step = GrowingArray(np.int64)
        self._losses = GrowingArray(np.float64)
        self._smoothed = GrowingArray(np.float64)
        self._average = MovingAverage(self._smoothing)
        self._evaluations: list[EpochEvaluated] = []
        self._rates = [LearningRateChanged(-1, learning_rate)]

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        self._clear(event.epochs, event.iterations_per_epoch, event.learning_rate)
        self.reset.emit()
        self._timer.start()

    @Slot(object)
    def _on_steps_done(self, steps: list[StepDone]) -> None:
        losses = np.array([step.loss for step in steps], dtype=np.float64)
        self._iterations.extend(np.array([step.iteration for step in steps], dtype=np.int64))
        self._epoch_of_step.extend(np.array([step.epoch for step in steps], dtype=np.int64))
        self._losses.extend(losses)
        self._smoothed.extend(self._average.extend(losses))
        self._timer.start()

    @Slot(object)
    def _on_epoch_evaluated(self, event: EpochEvaluated) -> None:
        self._evaluations.append(event)
        self._timer.start()

    @Slot(object)
    def _on_learning_rate_changed(self, event: LearningRateChanged) -> None:
        if self._rates[-1].iteration == event.iteration:
            self._rates.pop()  # only the last of several changes between two steps takes effect
        self._rates.append(event)
        self._timer.start()
