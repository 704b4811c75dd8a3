"""The status bar says where a branch began, and counts on from there."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.progress import Progress
from convlab.app.session import Session
from convlab.nn.description import NetworkDescription
from convlab.training.events import EndReason, RunEnded, RunStarted, StepDone
from convlab.ui.status import WIDE, Status

BRANCH = RunStarted(20, 50, 0.1, NetworkDescription("Net"), {}, 600, None, 600, 12)


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def status(qtbot: QtBot, session: Session) -> Iterator[Status]:
    status = Status(Progress(session))
    qtbot.addWidget(status)
    status.resize(WIDE, 30)
    with qtbot.waitExposed(status):
        status.show()
    yield status
    status.hide()


def test_a_branch_is_counted_on_and_nothing_is_cut_off(
    qtbot: QtBot, session: Session, status: Status
) -> None:
    session.run_started.emit(BRANCH)
    session.steps_done.emit([StepDone(640, 13, 0.5)])
    shown = status._iteration
    assert shown.text() == "Iteration 640 of 1,600 (branched at 600)"
    qtbot.waitUntil(lambda: shown.label.width() >= shown.label.sizeHint().width())
    assert status._epoch.text() == "Epoch 13 of 32"
    assert (status._bar.minimum(), status._bar.value(), status._bar.maximum()) == (600, 640, 1600)
    session.run_started.emit(RunStarted(20, 50, 0.1, NetworkDescription("Net"), {}))
    assert shown.text() == "Iteration 0 of 1,000"
    assert shown.toolTip() == ""


def test_where_there_is_no_room_a_tooltip_says_it(
    qtbot: QtBot, session: Session, status: Status
) -> None:
    session.run_started.emit(BRANCH)
    status.resize(WIDE - 1, 30)
    qtbot.waitUntil(lambda: status._iteration.text() == "Iteration 600 of 1,600")
    assert "from iteration 600" in status._iteration.toolTip()


def test_it_says_that_a_run_is_loaded(session: Session, status: Status) -> None:
    session.set_loading(True)
    assert status._state.text() == "Loading…"
    session.set_loading(False)
    assert status._state.text() == "Ready"


@pytest.mark.parametrize("reason", get_args(EndReason))
def test_it_has_a_word_for_every_end(session: Session, status: Status, reason: EndReason) -> None:
    session.run_started.emit(BRANCH)
    session.run_ended.emit(RunEnded(reason, 640, "", None, 1.0, {}))
    assert reason in status._state.text().lower()
