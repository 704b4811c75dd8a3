"""What a run has measured so far, and its form as CSV."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from io import StringIO
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from convlab.training.events import EpochEvaluated, LearningRateChanged, StepDone
from convlab.training.growing_array import GrowingArray

CSV_COLUMNS = ("iteration", "epoch", "loss", "learning_rate", "train_accuracy", "test_accuracy")

Row = tuple[int, int, float, float, float | None, float | None]


class History:
    """Losses of every iteration, accuracies of every epoch, and the learning rates in force."""

    def __init__(self, learning_rate: float) -> None:
        self._iterations = GrowingArray(np.int64)
        self._epochs = GrowingArray(np.int64)
        self._losses = GrowingArray(np.float64)
        self._evaluations: list[EpochEvaluated] = []
        self._rates = [LearningRateChanged(-1, learning_rate)]

    @property
    def iterations(self) -> NDArray[np.int64]:
        """The iteration of each step (N,), rising."""
        return self._iterations.values

    @property
    def epoch_of_step(self) -> NDArray[np.int64]:
        """The epoch of each step (N,), counted from 1."""
        return self._epochs.values

    @property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each step (N,); the last one of a run may not be finite."""
        return self._losses.values

    @property
    def evaluations(self) -> Sequence[EpochEvaluated]:
        """The accuracies after each epoch, in order."""
        return self._evaluations

    @property
    def learning_rate_changes(self) -> Sequence[LearningRateChanged]:
        """The changes of the learning rate that were made while the run was on, in order."""
        return self._rates[1:]

    def add_steps(self, steps: Sequence[StepDone]) -> None:
        """Append steps, in order."""
        self._iterations.extend(np.array([step.iteration for step in steps], dtype=np.int64))
        self._epochs.extend(np.array([step.epoch for step in steps], dtype=np.int64))
        self._losses.extend(np.array([step.loss for step in steps], dtype=np.float64))

    def add_evaluation(self, evaluation: EpochEvaluated) -> None:
        """Append the accuracies of an epoch."""
        self._evaluations.append(evaluation)

    def add_learning_rate(self, change: LearningRateChanged) -> None:
        """Append a change; of several between two steps only the last one took effect."""
        if self._rates[-1].iteration == change.iteration:
            self._rates.pop()
        self._rates.append(change)

    def rows(self, first: int = 0) -> Iterator[Row]:
        """Yield one row a step, in the order of ``CSV_COLUMNS``; None where not evaluated.

        ``first`` leaves so many steps out.
        """
        iterations = self.iterations[first:]
        if not len(iterations):
            return
        known = bisect_left(self._evaluations, iterations[0], key=attrgetter("iteration"))
        evaluations = {evaluation.iteration: evaluation for evaluation in self._evaluations[known:]}
        changed_at = [change.iteration for change in self._rates]
        # A change takes effect with the step after it, so a step looks for earlier ones only.
        in_force = np.searchsorted(changed_at, iterations, side="left") - 1
        steps = zip(
            iterations.tolist(),
            self.epoch_of_step[first:].tolist(),
            self.losses[first:].tolist(),
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

    def to_csv(self, first: int = 0) -> str:
        """Return the history as CSV, one row a step.

        ``first`` leaves so many steps out, and with them the names of the columns.
        """
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not first:
            writer.writerow(CSV_COLUMNS)
        writer.writerows(self.rows(first))
        return text.getvalue()
