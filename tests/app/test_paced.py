"""What follows training is passed on a few times a second, what a person does at once."""

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.paced import Paced
from convlab.app.session import Session, State

LONG = 3_600_000  # milliseconds: longer than any test


class Run:
    """A run in the state that a test wants."""

    state = State.RUNNING


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    run = Run()
    monkeypatch.setattr(Session, "state", property(lambda _: run.state))
    return run


def counting(lab: Lab, rest: int) -> tuple[Paced, list[None]]:
    paced, passed_on = Paced(lab, rest), list[None]()
    paced.due.connect(lambda: passed_on.append(None))
    return paced, passed_on


def test_several_changes_in_a_row_are_the_first_and_one_more(
    lab: Lab, run: Run, qtbot: QtBot
) -> None:
    paced, passed_on = counting(lab, 1)
    for _ in range(5):
        paced.ask()
    assert len(passed_on) == 1
    qtbot.waitUntil(lambda: len(passed_on) == 2)
    with qtbot.assertNotEmitted(paced.due, wait=20):
        pass


def test_what_is_more_than_learning_does_not_wait(lab: Lab, run: Run) -> None:
    paced, passed_on = counting(lab, LONG)
    paced.ask()
    paced.ask(only_learned=False)
    assert len(passed_on) == 2


@pytest.mark.parametrize("state", [State.IDLE, State.PAUSED, State.STOPPING])
def test_nothing_waits_when_the_network_does_not_learn(lab: Lab, run: Run, state: State) -> None:
    run.state = state
    paced, passed_on = counting(lab, LONG)
    for _ in range(3):
        paced.ask()
    assert len(passed_on) == 3


def test_no_moment_of_the_past_waits(lab: Lab, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(lab.time_machine), "is_live", property(lambda _: False))
    paced, passed_on = counting(lab, LONG)
    for _ in range(3):
        paced.ask()
    assert len(passed_on) == 3


def test_a_pause_brings_what_waits_at_once(lab: Lab, run: Run) -> None:
    paced, passed_on = counting(lab, LONG)
    paced.ask()
    paced.ask()
    run.state = State.PAUSED
    lab.session.state_changed.emit(run.state)
    assert len(passed_on) == 2
    lab.session.state_changed.emit(run.state)
    assert len(passed_on) == 2
