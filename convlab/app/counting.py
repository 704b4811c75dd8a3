"""Counts a branch's iterations and epochs on from those of the run that it left."""

from dataclasses import replace

from convlab.training.events import (
    EpochEvaluated,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
)


class Counting:
    """How people count in the present run: from the very beginning, whichever run that was in.

    A run itself, and its files, count from 0. Here alone one count becomes the other.
    """

    def __init__(self) -> None:
        self.iterations = 0  # before the run's own first one
        self.epochs = 0

    def told(self, event: Event) -> Event:
        """Return an event of a run as it is told to people; a run's start sets the count."""
        if isinstance(event, RunStarted):
            self.iterations, self.epochs = event.branched_at, event.epochs_before
        if not self.iterations:
            return event
        match event:
            case RunStarted():
                history = event.history and event.history.copy(self.iterations, self.epochs)
                return replace(event, iteration=self._on(event.iteration), history=history)
            case StepDone() | EpochEvaluated():
                epoch = self.epochs + event.epoch
                return replace(event, iteration=self._on(event.iteration), epoch=epoch)
            case SnapshotTaken() | LearningRateChanged() | Paused() | Resumed():
                return replace(event, iteration=self._on(event.iteration))
            case RunEnded():
                in_use = event.weights_iteration
                weights = None if in_use is None else self._on(in_use)
                return replace(
                    event, iteration=self._on(event.iteration), weights_iteration=weights
                )
        return event

    def _on(self, iteration: int) -> int:
        return self.iterations + iteration
