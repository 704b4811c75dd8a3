"""How a run stands and what it has measured, gathered from its events."""

from dataclasses import replace

from convlab.training.events import (
    EpochEvaluated,
    LearningRateChanged,
    RunEnded,
    RunStarted,
    StepDone,
)
from convlab.training.filter_track import FilterTrack
from convlab.training.history import History
from convlab.training.run_info import RunInfo, loss_curve
from convlab.training.state import TrainerState


class RunRecord:
    """What is told of one run: :attr:`info`, :attr:`history` and :attr:`filters`.

    ``info`` and ``filters`` are those of an earlier part of the run, if it goes on.
    """

    def __init__(self, info: RunInfo, filters: FilterTrack) -> None:
        self.info = replace(info, state="running", message="", moved_to="", test_accuracy=-1.0)
        self.filters = filters
        self._history = History(0.0)
        self._steps: list[StepDone] = []

    @property
    def history(self) -> History:
        """What the run has measured, as far as it was told."""
        if self._steps:
            self._history.add_steps(self._steps)
            self._steps = []
        return self._history

    def start(self, event: RunStarted) -> None:
        """Take over what the run tells of its earlier part, and forget what was later."""
        self._history = event.history.copy() if event.history else History(event.learning_rate)
        self.info = replace(
            self.info,
            epochs=event.epochs,
            iterations=event.iterations,
            iteration=event.iteration,
            branched_at=event.branched_at,
            epochs_before=event.epochs_before,
            best_accuracy=-1.0,
            best_iteration=0,
            last_accuracy=-1.0,
        )
        for evaluation in self._history.evaluations:
            self._learn_accuracy(evaluation)
        self.filters.drop_after(event.iteration)

    def add_step(self, event: StepDone) -> None:
        """Add a step; that is cheap, since the history takes many at a time."""
        self._steps.append(event)

    def add_evaluation(self, event: EpochEvaluated) -> None:
        """Add the accuracies of an epoch."""
        self.history.add_evaluation(event)
        self._learn_accuracy(event)

    def add_learning_rate(self, event: LearningRateChanged) -> None:
        """Add a change of the learning rate."""
        self.history.add_learning_rate(event)

    def reach(self, state: TrainerState) -> None:
        """Note how far the run is at a checkpoint."""
        self.info = replace(
            self.info,
            iteration=state.iteration,
            weights_iteration=state.iteration,
            seconds=state.seconds,
            curve=loss_curve(self.history),
        )

    def end(self, event: RunEnded) -> None:
        """Note how the run ended."""
        in_use = event.iteration if event.weights_iteration is None else event.weights_iteration
        self.info = replace(
            self.info,
            state=event.reason,
            message=event.message,
            iteration=event.iteration,
            weights_iteration=in_use,
            seconds=event.seconds,
            test_accuracy=-1.0 if event.test_accuracy is None else event.test_accuracy,
            curve=loss_curve(self.history),
        )

    def _learn_accuracy(self, event: EpochEvaluated) -> None:
        accuracy = event.test_accuracy
        self.info = replace(self.info, last_accuracy=accuracy)
        if accuracy > self.info.best_accuracy:
            self.info = replace(self.info, best_accuracy=accuracy, best_iteration=event.iteration)
