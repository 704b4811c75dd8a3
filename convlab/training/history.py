"""What a run has measured so far, and its form as CSV."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from operator import attrgetter
from typing import Any

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
    def first_learning_rate(self) -> float:
        """The learning rate in force at the first step; 0 where a file tells of no step."""
        return self._rates[0].learning_rate

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

    def copy(self, shift: int = 0, epochs: int = 0) -> "History":
        """Return a history of the same steps that goes on by itself.

        Its iterations count from ``shift``, its epochs from ``epochs``.
        """
        arrays = self.to_arrays()
        if shift:
            arrays["iterations"] = arrays["iterations"] + shift
            arrays["epochs"] = arrays["epochs"] + epochs
            arrays["evaluations"][:, :2] += shift, epochs
            arrays["learning_rates"][1:, 0] += shift
        return History.from_arrays(arrays)

    def up_to(self, iteration: int) -> "History":
        """Return a history of its own of what is not later than ``iteration``."""
        arrays = self.to_arrays()
        steps = int(np.searchsorted(arrays["iterations"], iteration, side="right"))
        for name in ("iterations", "epochs", "losses"):
            arrays[name] = arrays[name][:steps]
        evaluations, rates = arrays["evaluations"], arrays["learning_rates"]
        arrays["evaluations"] = evaluations[evaluations[:, 0] <= iteration]
        arrays["learning_rates"] = rates[rates[:, 0] <= iteration]
        return History.from_arrays(arrays)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays, which later steps leave alone.

        ``iterations``, ``epochs`` and ``losses`` (N,); ``evaluations`` (E, 4): iteration, epoch
        and the two accuracies; ``learning_rates`` (R, 2): an iteration and the rate from then on.
        """
        evaluations = [
            (e.iteration, e.epoch, e.train_accuracy, e.test_accuracy) for e in self._evaluations
        ]
        rates = [(change.iteration, change.learning_rate) for change in self._rates]
        return {
            "iterations": self.iterations,
            "epochs": self.epoch_of_step,
            "losses": self.losses,
            "evaluations": np.array(evaluations, dtype=np.float64).reshape(-1, 4),
            "learning_rates": np.array(rates, dtype=np.float64).reshape(-1, 2),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "History":
        """Return the history in arrays like those of :meth:`to_arrays`.

        Raises KeyError or ValueError if they are none.
        """
        if len({len(arrays[name]) for name in ("iterations", "epochs", "losses")}) != 1:
            raise ValueError("a history has as many epochs and losses as iterations")
        (_, first), *changes = arrays["learning_rates"].tolist()
        history = cls(first)
        history._iterations.extend(arrays["iterations"].astype(np.int64))
        history._epochs.extend(arrays["epochs"].astype(np.int64))
        history._losses.extend(arrays["losses"].astype(np.float64))
        for iteration, epoch, train, test in arrays["evaluations"].tolist():
            history.add_evaluation(EpochEvaluated(int(iteration), int(epoch), train, test))
        for iteration, rate in changes:
            history.add_learning_rate(LearningRateChanged(int(iteration), rate))
        return history

    @classmethod
    def from_csv(cls, text: str) -> "History":
        """Read what :meth:`to_csv` wrote; a last line that is cut off is left out.

        Raises ValueError if it is something else.
        """
        names, *rows = csv.reader(text[: text.rfind("\n") + 1].splitlines()) or [[]]
        if tuple(names) != CSV_COLUMNS or any(len(row) != len(CSV_COLUMNS) for row in rows):
            raise ValueError("these are not the columns of a history")
        rate = float(rows[0][3]) if rows else 0.0
        history = cls(rate)
        steps = []
        for iteration, epoch, loss, learning_rate, train, test in rows:
            step = StepDone(int(iteration), int(epoch), float(loss))
            if float(learning_rate) != rate:
                rate = float(learning_rate)
                history.add_learning_rate(LearningRateChanged(step.iteration - 1, rate))
            if train and test:
                history.add_evaluation(
                    EpochEvaluated(step.iteration, step.epoch, float(train), float(test))
                )
            steps.append(step)
        history.add_steps(steps)
        return history

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
