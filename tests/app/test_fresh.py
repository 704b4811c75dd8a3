import threading
from collections.abc import Callable
from weakref import WeakSet

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.fresh import Fresh
from convlab.app.session import Session, State
from convlab.errors import ConvlabError


class Counting:
    """Work that says how often it was prepared; ``result`` may be an error."""

    def __init__(self) -> None:
        self.prepared = 0
        self.result: object = 0
        self.may_end = threading.Event()
        self.may_end.set()

    def prepare(self) -> Callable[[], object] | None:
        self.prepared += 1
        result, number = self.result, self.prepared

        def work() -> object:
            if isinstance(result, Exception):
                raise result
            assert self.may_end.wait(5)
            return number

        return None if result is None else work


@pytest.fixture
def work() -> Counting:
    return Counting()


@pytest.fixture
def fresh(qtbot: QtBot, work: Counting) -> Fresh:
    return Fresh(Session(), work.prepare)


def test_nothing_is_computed_while_nobody_watches(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    fresh.recompute()
    with qtbot.assertNotEmitted(fresh.changed, wait=50):
        fresh.recompute()
    assert work.prepared == 0
    with qtbot.waitSignal(fresh.changed):
        fresh.set_watched(True)
    assert fresh.value == 1


def test_nothing_is_computed_once_nobody_watches_any_more(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    with qtbot.waitSignal(fresh.changed):
        fresh.set_watched(True)
    fresh.set_watched(False)
    with qtbot.assertNotEmitted(fresh.changed, wait=50):
        fresh.recompute()
    assert work.prepared == 1


def test_a_computation_that_is_due_is_left_when_nobody_watches_any_more(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    fresh.set_watched(True)
    with qtbot.assertNotEmitted(fresh.changed, wait=50):
        fresh.set_watched(False)
    assert work.prepared == 0


def test_it_rests_while_a_run_is_on_for_as_long_as_the_work_was(
    qtbot: QtBot, work: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    monkeypatch.setattr(Session, "takes_time", property(lambda _: True))
    monkeypatch.setattr("convlab.app.shared_rest._watched", WeakSet())
    clock = [0.0]
    monkeypatch.setattr("convlab.app.fresh.perf_counter", lambda: clock[0])
    fresh = Fresh(session, work.prepare)
    rests: list[int] = []
    monkeypatch.setattr(fresh._timer, "start", rests.append)
    fresh.set_watched(True)
    fresh._on_timeout()
    clock[0] = 0.5
    with qtbot.waitSignal(fresh.changed):
        pass
    assert rests == [0, 7500]  # so a sixteenth of a core is used
    work.result = ConvlabError("It does not fit.")
    fresh.recompute()
    fresh._on_timeout()
    clock[0] = 0.501
    with qtbot.waitSignal(fresh.failed):
        pass
    assert rests[-1] == 150
    other = Fresh(session, work.prepare)
    other.set_watched(True)  # so both together take what one took
    fresh.recompute()
    fresh._on_timeout()
    with qtbot.waitSignal(fresh.failed):
        pass
    assert rests[-1] == 300
    other.set_watched(False)


def test_a_pause_ends_a_rest(qtbot: QtBot, work: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    session, is_on = Session(), [True]
    monkeypatch.setattr(Session, "takes_time", property(lambda _: is_on[0]))
    monkeypatch.setattr("convlab.app.fresh.rest_after", lambda _: 1000.0)
    fresh = Fresh(session, work.prepare)
    with qtbot.waitSignal(fresh.changed):
        fresh.set_watched(True)
    with qtbot.assertNotEmitted(fresh.changed, wait=50):
        fresh.recompute()
    with qtbot.waitSignal(fresh.changed):
        is_on[0] = False
        session.state_changed.emit(State.PAUSED)
    assert fresh.value == 2


def test_many_changes_at_once_are_one_computation(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    fresh.set_watched(True)
    for _ in range(20):
        fresh.recompute()
    qtbot.waitUntil(lambda: fresh.value is not None and not fresh.is_busy)
    assert work.prepared == 1


def test_what_changes_during_the_work_is_computed_afterwards(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    work.may_end.clear()
    fresh.set_watched(True)
    qtbot.waitUntil(lambda: fresh.is_busy)
    fresh.recompute()
    work.may_end.set()
    qtbot.waitUntil(lambda: fresh.value == 2)


def test_an_error_is_told_and_the_next_result_comes(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    work.result = ConvlabError("It does not fit.")
    with qtbot.waitSignal(fresh.failed) as failed:
        fresh.set_watched(True)
    assert failed.args == ["It does not fit."]
    assert fresh.value is None
    work.result = 1
    with qtbot.waitSignal(fresh.changed):
        fresh.recompute()
    assert fresh.value == 2


def test_where_there_is_nothing_to_compute_the_value_goes(
    qtbot: QtBot, fresh: Fresh, work: Counting
) -> None:
    with qtbot.waitSignal(fresh.changed):
        fresh.set_watched(True)
    work.result = None
    with qtbot.waitSignal(fresh.changed):
        fresh.recompute()
    assert fresh.value is None
