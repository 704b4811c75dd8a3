import pytest
from pytestqt.qtbot import QtBot

from convlab.app import progress as module
from convlab.app.progress import WINDOW_SECONDS, Progress
from convlab.app.session import Session, State
from convlab.nn.description import NetworkDescription
from convlab.training.events import RunEnded, RunStarted, StepDone

STARTED = RunStarted(3, 10, 0.1, NetworkDescription("Net"), {})
ENDED = RunEnded("stopped", 12, "Stopped.", None, 1.5, {})


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "perf_counter", clock)
    return clock


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def progress(session: Session, clock: Clock) -> Progress:
    return Progress(session)


def learn(session: Session, clock: Clock, iteration: int, seconds: float = 0.0) -> None:
    """Let some time go by and tell that the run has come to an iteration."""
    clock.now += seconds
    session.steps_done.emit([StepDone(iteration, (iteration - 1) // 10 + 1, 2.3)])


def test_before_any_run_nothing_is_known(progress: Progress) -> None:
    assert progress.state is State.IDLE
    assert (progress.iteration, progress.iterations, progress.ended) == (0, 0, None)
    assert progress.steps_per_second is None
    assert progress.seconds_left is None


def test_it_follows_the_steps(session: Session, progress: Progress, clock: Clock) -> None:
    session.run_started.emit(STARTED)
    assert (progress.epoch, progress.epochs) == (1, 3)
    assert (progress.iteration, progress.iterations) == (0, 30)
    session.steps_done.emit([StepDone(10, 1, 2.3), StepDone(11, 2, 2.2)])
    assert (progress.epoch, progress.iteration) == (2, 11)


def test_a_branch_counts_on(session: Session, progress: Progress, clock: Clock) -> None:
    branch = RunStarted(3, 10, 0.1, NetworkDescription("Net"), {}, 25, None, 25, 2)
    session.run_started.emit(branch)
    assert (progress.branched_at, progress.iteration, progress.iterations) == (25, 25, 55)
    assert (progress.epoch, progress.epochs) == (3, 5)
    session.steps_done.emit([StepDone(36, 4, 2.2)])
    assert (progress.epoch, progress.iteration) == (4, 36)


def test_it_tells_while_a_run_is_loaded(session: Session, progress: Progress, qtbot: QtBot) -> None:
    with qtbot.waitSignal(progress.changed):
        session.set_loading(True)
    assert progress.is_loading
    with qtbot.waitSignal(progress.changed):
        session.set_loading(False)
    assert not progress.is_loading


def test_speed_and_time_left(session: Session, progress: Progress, clock: Clock) -> None:
    session.run_started.emit(STARTED)
    learn(session, clock, 2)
    assert progress.steps_per_second is None
    learn(session, clock, 6, seconds=0.5)
    assert progress.steps_per_second == pytest.approx(8)
    assert progress.seconds_left == pytest.approx(24 / 8)


def test_the_speed_is_that_of_the_last_seconds(
    session: Session, progress: Progress, clock: Clock
) -> None:
    session.run_started.emit(STARTED)
    learn(session, clock, 1)
    learn(session, clock, 2, seconds=WINDOW_SECONDS)
    learn(session, clock, 12, seconds=1)
    assert progress.steps_per_second == pytest.approx(10)


def test_a_pause_is_no_slow_step(session: Session, progress: Progress, clock: Clock) -> None:
    session.run_started.emit(STARTED)
    learn(session, clock, 1)
    learn(session, clock, 3, seconds=0.2)
    session.state_changed.emit(State.PAUSED)
    assert progress.state is State.PAUSED
    assert progress.steps_per_second is None
    clock.now += 1
    session.state_changed.emit(State.RUNNING)
    learn(session, clock, 4)
    learn(session, clock, 6, seconds=0.2)
    assert progress.steps_per_second == pytest.approx(10)


def test_steps_told_at_the_same_moment_give_no_speed(
    session: Session, progress: Progress, clock: Clock
) -> None:
    session.run_started.emit(STARTED)
    learn(session, clock, 1)
    learn(session, clock, 2)
    assert progress.steps_per_second is None
    assert progress.seconds_left is None


def test_the_end_is_kept_until_the_next_run(session: Session, progress: Progress) -> None:
    session.run_started.emit(STARTED)
    session.run_ended.emit(ENDED)
    session.state_changed.emit(State.IDLE)
    assert progress.ended == ENDED
    assert progress.iteration == 12
    session.run_started.emit(STARTED)
    assert progress.ended is None
    assert progress.iteration == 0


def test_it_says_that_it_has_changed(
    session: Session, progress: Progress, clock: Clock, qtbot: QtBot
) -> None:
    for signal, value in (
        (session.run_started, STARTED),
        (session.steps_done, [StepDone(1, 1, 2.3)]),
        (session.state_changed, State.PAUSED),
        (session.run_ended, ENDED),
    ):
        with qtbot.waitSignal(progress.changed):
            signal.emit(value)
