"""What a person may tell a run, told from the consuming side between two of its events."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.nn.engine import Engine
from convlab.training import Trainer
from convlab.training.control import Control
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

MakeTrainer = Callable[..., Trainer]


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_stopping_takes_effect_before_the_next_mini_batch(make_trainer: MakeTrainer) -> None:
    control = Control()
    trainer = make_trainer()
    events = trainer.run(control)
    assert kinds([next(events), next(events)]) == [RunStarted, StepDone]
    control.stop()
    rest = list(events)
    assert StepDone not in kinds(rest)
    ended = rest[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.reason, ended.iteration, ended.test_accuracy) == ("stopped", 1, None)
    assert ended.message == "The run was stopped after 1 iteration."
    np.testing.assert_array_equal(ended.params["W1"], trainer.network.params["W1"])


def test_stopping_ends_an_evaluation_too(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = Control()
    trainer = make_trainer(epochs=1)
    predict = Engine.predict

    def predict_and_stop(engine: Engine, x: Any) -> Any:
        control.stop()
        return predict(engine, x)

    events = trainer.run(control)
    for event in events:
        if isinstance(event, StepDone) and event.iteration == 3:
            monkeypatch.setattr(Engine, "predict", predict_and_stop)
            break
    rest = list(events)
    assert EpochEvaluated not in kinds(rest)
    assert isinstance(rest[-1], RunEnded)
    assert (rest[-1].reason, rest[-1].test_accuracy) == ("stopped", None)


def test_a_stopped_run_can_be_taken_up_again(make_trainer: MakeTrainer) -> None:
    whole, parted = make_trainer(), make_trainer()
    list(whole.run())
    control = Control()
    for event in parted.run(control):
        if isinstance(event, StepDone) and event.iteration == 4:
            control.stop()
    list(parted.run())
    assert parted.train_loss_list == whole.train_loss_list
    assert parted.test_acc_list == whole.test_acc_list


def test_pausing_takes_effect_before_the_next_mini_batch(make_trainer: MakeTrainer) -> None:
    control = Control()
    events = make_trainer().run(control, snapshot_seconds=float("inf"))
    assert kinds([next(events), next(events)]) == [RunStarted, StepDone]
    control.pause()
    snapshot, paused = next(events), next(events)
    assert isinstance(snapshot, SnapshotTaken)
    assert snapshot.iteration == 1
    assert paused == Paused(1)
    control.resume()
    assert next(events) == Resumed(1)
    assert kinds([next(events)]) == [StepDone]


def test_stepping_learns_one_mini_batch_and_pauses(make_trainer: MakeTrainer) -> None:
    control = Control()
    control.step()
    events = make_trainer().run(control, snapshot_seconds=float("inf"))
    assert kinds([next(events) for _ in range(4)]) == [
        RunStarted, StepDone, SnapshotTaken, Paused,
    ]  # fmt: skip
    for iteration in (2, 3):
        control.step()
        resumed, step = next(events), next(events)
        assert isinstance(resumed, Resumed)
        assert isinstance(step, StepDone)
        assert step.iteration == iteration
        if iteration == 3:
            assert isinstance(next(events), EpochEvaluated)
        assert kinds([next(events), next(events)]) == [SnapshotTaken, Paused]


def test_a_pause_can_be_ended_by_stopping(make_trainer: MakeTrainer) -> None:
    control = Control()
    control.pause()
    events = make_trainer().run(control)
    assert kinds([next(events) for _ in range(3)]) == [RunStarted, SnapshotTaken, Paused]
    control.stop()
    rest = list(events)
    assert kinds(rest) == [RunEnded]


def test_pausing_changes_no_number(make_trainer: MakeTrainer) -> None:
    straight, halting = make_trainer(), make_trainer()
    list(straight.run())
    control = Control()
    for event in halting.run(control, snapshot_seconds=0):
        if isinstance(event, StepDone):
            control.pause()
        elif isinstance(event, Paused):
            control.resume()
    assert halting.train_loss_list == straight.train_loss_list
    assert halting.test_acc_list == straight.test_acc_list


def test_time_spent_in_a_pause_does_not_count(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    for module in ("clock", "run_loop"):
        monkeypatch.setattr(f"convlab.training.{module}.perf_counter", lambda: now)
    control = Control()
    for event in make_trainer(epochs=1).run(control):
        if isinstance(event, StepDone):
            now += 2
            control.pause()
        elif isinstance(event, Paused):
            now += 1000
            control.resume()
    assert isinstance(event, RunEnded)
    assert event.seconds == 6


def test_another_learning_rate_holds_from_the_next_mini_batch_on(make_trainer: MakeTrainer) -> None:
    control = Control()
    trainer = make_trainer()
    events = trainer.run(control, snapshot_seconds=float("inf"))
    next(events)
    next(events)
    before = trainer.network.params["b3"].copy()
    control.set_learning_rate(1e-12)
    assert next(events) == LearningRateChanged(1, 1e-12)
    assert trainer.optimizer.lr == 1e-12
    assert kinds([next(events)]) == [StepDone]
    np.testing.assert_allclose(trainer.network.params["b3"], before, atol=1e-9)
    control.set_learning_rate(1e-12)
    assert kinds([next(events)]) == [StepDone], "nothing has changed"


def test_another_learning_rate_is_told_during_a_pause(make_trainer: MakeTrainer) -> None:
    control = Control()
    control.pause()
    events = make_trainer().run(control)
    assert kinds([next(events) for _ in range(3)]) == [RunStarted, SnapshotTaken, Paused]
    control.set_learning_rate(0.5)
    assert next(events) == LearningRateChanged(0, 0.5)
    control.resume()
    assert next(events) == Resumed(0)
