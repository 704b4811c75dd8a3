"""Events of a branch are told as people count."""

import numpy as np

from convlab.app.counting import Counting
from convlab.nn.description import NetworkDescription
from convlab.training.events import (
    EpochEvaluated,
    LearningRateChanged,
    Paused,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
    Warned,
)
from convlab.training.history import History

NETWORK = NetworkDescription("Net")


def started(branched_at: int = 0, epochs_before: int = 0) -> RunStarted:
    history = History(0.1)
    history.add_steps([StepDone(1, 1, 2.3), StepDone(2, 1, 2.2), StepDone(3, 2, 2.1)])
    history.add_evaluation(EpochEvaluated(2, 1, 0.5, 0.4))
    history.add_learning_rate(LearningRateChanged(2, 0.01))
    return RunStarted(3, 2, 0.1, NETWORK, {}, 3, history, branched_at, epochs_before)


def test_everything_of_a_branch_counts_on() -> None:
    counting = Counting()
    start = counting.told(started(600, 12))
    assert isinstance(start, RunStarted)
    assert start.iteration == 603
    assert start.history is not None
    assert start.history.iterations.tolist() == [601, 602, 603]
    assert start.history.epoch_of_step.tolist() == [13, 13, 14]
    assert start.history.evaluations == [EpochEvaluated(602, 13, 0.5, 0.4)]
    assert start.history.learning_rate_changes == [LearningRateChanged(602, 0.01)]
    assert counting.told(StepDone(4, 2, 2.0)) == StepDone(604, 14, 2.0)
    assert counting.told(EpochEvaluated(4, 2, 0.6, 0.5)) == EpochEvaluated(604, 14, 0.6, 0.5)
    assert counting.told(SnapshotTaken(4, {})) == SnapshotTaken(604, {})
    assert counting.told(LearningRateChanged(4, 0.1)) == LearningRateChanged(604, 0.1)
    assert counting.told(Paused(4)) == Paused(604)
    assert counting.told(Warned("Full.")) == Warned("Full.")
    end = RunEnded("finished", 6, "", 0.9, 1.0, {}, weights_iteration=4)
    told = counting.told(end)
    assert isinstance(told, RunEnded)
    assert (told.iteration, told.weights_iteration) == (606, 604)


def test_the_next_run_counts_from_its_own_beginning() -> None:
    counting = Counting()
    counting.told(started(600, 12))
    start = started()
    assert counting.told(start) is start
    step = StepDone(1, 1, np.nan)
    assert counting.told(step) is step
    assert (counting.iterations, counting.epochs) == (0, 0)
