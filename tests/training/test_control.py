import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from convlab.training.control import Control


class Announced(threading.Condition):
    """A condition that says when somebody has begun to wait on it."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody_waits = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.somebody_waits.set()  # the lock is still held, so the wait comes before any change
        return super().wait(timeout)


@contextmanager
def waiting(control: Control) -> Iterator[threading.Thread]:
    """A thread that waits while the run is paused; it must be through at the end."""
    condition = Announced()
    control._changed = condition
    thread = threading.Thread(target=control.wait_while_paused)
    thread.start()
    assert condition.somebody_waits.wait(5)
    yield thread
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "wish",
    [Control.resume, Control.step, Control.stop, lambda control: control.set_learning_rate(0.5)],
    ids=["resume", "step", "stop", "learning rate"],
)
def test_a_paused_run_waits_until_it_is_told_something(wish: Callable[[Control], None]) -> None:
    control = Control()
    control.pause()
    with waiting(control) as thread:
        assert thread.is_alive()
        wish(control)


def test_pausing_again_wakes_nobody() -> None:
    control = Control()
    control.pause()
    with waiting(control) as thread:
        control.pause()
        assert control.pause_requested
        assert thread.is_alive()
        control.resume()


def test_nobody_waits_when_nothing_is_paused() -> None:
    Control().wait_while_paused()


def test_a_step_lets_one_mini_batch_through_and_pauses() -> None:
    control = Control()
    control.step()
    control.step()
    for _ in range(2):
        assert not control.pause_requested
        control.take_step()
    assert control.pause_requested
    control.take_step()
    assert control.pause_requested


def test_going_on_forgets_the_steps_that_were_asked_for() -> None:
    control = Control()
    control.step()
    control.resume()
    control.pause()
    assert control.pause_requested


def test_stopping_ends_a_pause() -> None:
    control = Control()
    control.pause()
    control.stop()
    assert control.stop_requested
    assert not control.pause_requested


def test_a_learning_rate_is_taken_once_and_the_last_one_counts() -> None:
    control = Control()
    assert control.take_learning_rate() is None
    control.set_learning_rate(0.1)
    control.set_learning_rate(0.2)
    assert control.take_learning_rate() == 0.2
    assert control.take_learning_rate() is None
