"""A run in a thread of its own, seen from the thread of the window."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QThreadPool
from pytestqt.qtbot import QtBot

from convlab.app.session import Session, State
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, SettingsError
from convlab.nn.optimizers import Adam
from convlab.training import Trainer, TrainingConfig
from convlab.training.events import (
    LearningRateChanged,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
)
from convlab.training.run_store import RunStore

SIGNALS = (
    "state_changed",
    "run_started",
    "steps_done",
    "epoch_evaluated",
    "snapshot_taken",
    "learning_rate_changed",
    "run_ended",
    "weights_shown",
    "failed",
)


class Diary:
    """All that a session has said, in order, and whether it spoke in this thread."""

    def __init__(self, session: Session) -> None:
        self.entries: list[tuple[str, Any]] = []
        self.threads: set[threading.Thread] = set()
        for name in SIGNALS:
            getattr(session, name).connect(self._writer(name))

    def _writer(self, name: str) -> Callable[[Any], None]:
        def write(value: Any) -> None:
            self.entries.append((name, value))
            self.threads.add(threading.current_thread())

        return write

    def of(self, name: str) -> list[Any]:
        return [value for kind, value in self.entries if kind == name]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.entries]

    @property
    def steps(self) -> list[StepDone]:
        return [step for steps in self.of("steps_done") for step in steps]


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    session.stop()
    qtbot.waitUntil(lambda: not session.is_busy)


@pytest.fixture
def diary(session: Session) -> Diary:
    return Diary(session)


@pytest.fixture
def endless(tiny_config: TrainingConfig) -> TrainingConfig:
    """A run that ends only when it is told to."""
    return replace(tiny_config, epochs=10_000)


def wait_for(qtbot: QtBot, session: Session, state: State) -> None:
    qtbot.waitUntil(lambda: session.state is state)


def test_a_whole_run_is_told_in_order(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(tiny_config, tiny_dataset)
    assert session.is_busy
    assert session.state is State.RUNNING
    wait_for(qtbot, session, State.IDLE)
    assert not session.is_busy
    assert diary.entries[0] == ("state_changed", State.RUNNING)
    assert isinstance(diary.entries[1][1], RunStarted)
    assert diary.names[-2:] == ["run_ended", "state_changed"]
    assert diary.of("state_changed") == [State.RUNNING, State.IDLE]
    assert [step.iteration for step in diary.steps] == list(range(1, 13))
    assert [event.iteration for event in diary.of("epoch_evaluated")] == [6, 12]
    (ended,) = diary.of("run_ended")
    assert (ended.reason, ended.iteration) == ("finished", 12)
    assert diary.of("failed") == []


def test_an_epoch_is_told_after_its_last_step_and_before_the_next(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    seen = 0
    for name, value in diary.entries:
        if name == "steps_done":
            seen = value[-1].iteration
        elif name in ("epoch_evaluated", "run_ended"):
            assert value.iteration == seen
        elif name == "snapshot_taken":
            assert value.iteration <= seen


def test_of_several_moments_in_a_row_views_show_the_last(session: Session, diary: Diary) -> None:
    steps = [StepDone(iteration, 1, 2.3) for iteration in (1, 2, 3)]
    moments = [SnapshotTaken(iteration, {}) for iteration in (1, 2)]
    session._events.extend([steps[0], moments[0], steps[1], moments[1], steps[2]])
    session._drain()
    assert diary.entries == [
        ("steps_done", steps),
        ("snapshot_taken", moments[0]),
        ("snapshot_taken", moments[1]),
        ("weights_shown", moments[1]),
    ]


def test_everything_is_told_in_the_thread_of_the_window(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert diary.threads == {threading.current_thread()}


def test_the_training_is_done_in_another_thread(
    session: Session,
    qtbot: QtBot,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: set[int] = set()
    run = Trainer.run

    def watched(*arguments: Any) -> Any:
        threads.add(threading.get_ident())
        return run(*arguments)

    monkeypatch.setattr(Trainer, "run", watched)
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_the_weights_of_an_event_are_not_those_being_trained(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    (started,), (ended,) = diary.of("run_started"), diary.of("run_ended")
    assert not started.params["W1"].flags.writeable
    assert (started.params["W1"] != ended.params["W1"]).any()


def test_pausing_holds_the_run_until_it_goes_on(
    session: Session, diary: Diary, qtbot: QtBot, endless: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(endless, tiny_dataset)
    qtbot.waitUntil(lambda: bool(diary.steps))
    session.pause()
    wait_for(qtbot, session, State.PAUSED)
    assert session.is_busy
    held_at = diary.steps[-1].iteration
    assert diary.of("snapshot_taken")[-1].iteration == held_at
    session.resume()
    qtbot.waitUntil(lambda: diary.steps[-1].iteration > held_at)
    assert session.state is State.RUNNING


def test_each_step_learns_one_mini_batch(
    session: Session, diary: Diary, qtbot: QtBot, endless: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(endless, tiny_dataset, paused=True)
    wait_for(qtbot, session, State.PAUSED)
    assert [step.iteration for step in diary.steps] == [1]
    for iteration in (2, 3):
        with qtbot.waitSignal(session.state_changed, check_params_cb=lambda s: s is State.PAUSED):
            session.step()
        assert diary.steps[-1].iteration == len(diary.steps) == iteration


@pytest.mark.parametrize("paused", [False, True])
def test_stopping_ends_the_run_before_its_next_mini_batch(
    paused: bool,
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    endless: TrainingConfig,
    tiny_dataset: Dataset,
) -> None:
    session.start(endless, tiny_dataset, paused=paused)
    wait_for(qtbot, session, State.PAUSED) if paused else qtbot.waitUntil(lambda: bool(diary.steps))
    session.stop()
    assert session.state is State.STOPPING
    wait_for(qtbot, session, State.IDLE)
    (ended,) = diary.of("run_ended")
    assert ended.reason == "stopped"
    assert ended.iteration == diary.steps[-1].iteration
    assert diary.of("state_changed")[-2:] == [State.STOPPING, State.IDLE]


def test_another_learning_rate_is_told_with_its_iteration(
    session: Session, diary: Diary, qtbot: QtBot, endless: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(endless, tiny_dataset, paused=True)
    wait_for(qtbot, session, State.PAUSED)
    session.set_learning_rate(0.25)
    qtbot.waitUntil(lambda: bool(diary.of("learning_rate_changed")))
    assert diary.of("learning_rate_changed") == [LearningRateChanged(1, 0.25)]


def test_one_run_follows_another_and_knows_nothing_of_it(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.start(tiny_config, tiny_dataset, paused=True)
    wait_for(qtbot, session, State.PAUSED)
    session.set_learning_rate(5.0)
    session.stop()
    wait_for(qtbot, session, State.IDLE)
    diary.entries.clear()
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert diary.of("learning_rate_changed") == []
    assert [step.iteration for step in diary.steps] == list(range(1, 13))
    assert diary.of("run_ended")[0].reason == "finished"


def test_a_second_run_is_refused_before_anything_of_it_is_made(
    qtbot: QtBot, store: RunStore, endless: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session = Session(store)
    session.start(endless, tiny_dataset)
    try:
        with pytest.raises(RuntimeError, match="on already"):
            session.start(endless, tiny_dataset)
        assert len(list(store.root.iterdir())) == 1
    finally:
        session.stop()
        qtbot.waitUntil(lambda: not session.is_busy)


def test_what_is_told_to_an_idle_session_does_not_reach_the_next_run(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session.stop()
    session.pause()
    session.set_learning_rate(5.0)
    assert diary.entries == []
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert diary.of("run_ended")[0].reason == "finished"
    assert diary.of("learning_rate_changed") == []


def test_a_second_run_at_the_same_time_is_a_mistake_until_the_session_is_idle(
    session: Session, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    refusals: list[bool] = []

    def start_again(_: RunEnded) -> None:
        with pytest.raises(RuntimeError, match="a run is on already"):
            session.start(tiny_config, tiny_dataset)
        refusals.append(True)

    session.run_ended.connect(start_again)
    session.start(tiny_config, tiny_dataset)
    with pytest.raises(RuntimeError, match="a run is on already"):
        session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert refusals == [True]


def test_a_run_may_be_started_as_soon_as_the_session_is_idle(
    session: Session, diary: Diary, qtbot: QtBot, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    def start_again(state: State) -> None:
        if state is State.IDLE and len(diary.of("run_ended")) == 1:
            session.start(tiny_config, tiny_dataset)

    session.state_changed.connect(start_again)
    session.start(tiny_config, tiny_dataset)
    qtbot.waitUntil(lambda: len(diary.of("run_ended")) == 2)
    wait_for(qtbot, session, State.IDLE)


def test_settings_that_cannot_be_used_leave_the_session_idle(
    session: Session, diary: Diary, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    with pytest.raises(SettingsError, match="mini_batch_size"):
        session.start(replace(tiny_config, mini_batch_size=61), tiny_dataset)
    assert session.state is State.IDLE
    assert not session.is_busy
    assert diary.entries == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConvlabError("The disk is gone."), "The disk is gone."),
        (MemoryError(), "There was not enough memory to go on training"),
        (ZeroDivisionError("by 0"), "an error inside the lab (ZeroDivisionError: by 0)"),
    ],
)
def test_a_failure_inside_a_run_is_told_and_the_session_can_be_used_again(
    error: Exception,
    sentence: str,
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    update_one = Adam.update_one

    def fail_at_last(optimizer: Adam, name: str, param: Any, grad: Any) -> None:
        if optimizer.iterations == 4:
            raise error
        update_one(optimizer, name, param, grad)

    with monkeypatch.context() as patch:
        patch.setattr(Adam, "update_one", fail_at_last)
        session.start(tiny_config, tiny_dataset)
        wait_for(qtbot, session, State.IDLE)
    (told,) = diary.of("failed")
    assert sentence in told
    assert [step.iteration for step in diary.steps] == [1, 2, 3], "the curves are kept"
    assert diary.names[-2:] == ["failed", "state_changed"]
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert diary.of("run_ended")[0].reason == "finished"


def test_a_run_that_diverges_leaves_good_weights_and_an_idle_session(
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    spoilt_update: Any,
) -> None:
    monkeypatch.setattr(Adam, "update_one", spoilt_update)
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    (ended,) = diary.of("run_ended")
    assert (ended.reason, ended.iteration) == ("diverged", 5)
    assert all(np.isfinite(array).all() for array in ended.params.values())
    assert len(diary.steps) == 5
    assert diary.of("failed") == []


@pytest.fixture
def slow_build(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every network is large, and is built only once the event is set."""
    may_build = threading.Event()
    build = Trainer.from_config

    def later(*arguments: Any, **named: Any) -> Trainer:
        assert threading.current_thread() is not threading.main_thread()
        may_build.wait(10)
        return build(*arguments, **named)

    monkeypatch.setattr("convlab.app.session.LARGE", 0)
    monkeypatch.setattr(Trainer, "from_config", later)
    yield may_build
    may_build.set()


def test_a_large_network_is_built_beside_the_window(
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    endless: TrainingConfig,
    tiny_dataset: Dataset,
    slow_build: threading.Event,
) -> None:
    session.start(endless, tiny_dataset, paused=True)
    assert session.state is State.STARTING
    with pytest.raises(RuntimeError):
        session.start(endless, tiny_dataset)
    slow_build.set()
    wait_for(qtbot, session, State.PAUSED)
    assert len(diary.steps) == 1
    assert len(diary.of("run_started")) == 1


def test_a_run_that_only_starts_can_be_stopped(
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    endless: TrainingConfig,
    tiny_dataset: Dataset,
    slow_build: threading.Event,
) -> None:
    session.start(endless, tiny_dataset)
    session.stop()
    assert session.is_busy
    wait_for(qtbot, session, State.IDLE)
    slow_build.set()
    QThreadPool.globalInstance().waitForDone()
    QCoreApplication.processEvents()
    assert session.state is State.IDLE
    assert diary.of("run_started") == []


def test_what_goes_wrong_while_it_starts_is_told_in_a_sentence(
    session: Session,
    diary: Diary,
    qtbot: QtBot,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> Trainer:
        raise MemoryError

    monkeypatch.setattr("convlab.app.session.LARGE", 0)
    monkeypatch.setattr(Trainer, "from_config", fail)
    session.start(tiny_config, tiny_dataset)
    wait_for(qtbot, session, State.IDLE)
    assert diary.of("failed") == ["There is not enough memory for this network; make it smaller."]
