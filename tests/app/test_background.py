"""Work beside the window ends with a result or with a sentence, whatever happens in it."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.background import Background
from convlab.errors import ConvlabError


@pytest.fixture
def background(qtbot: QtBot) -> Background:
    return Background()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConvlabError("It does not fit."), "It does not fit."),
        (MemoryError(), "There is no memory left."),
        (
            ValueError("could not broadcast"),
            "This stopped on an error inside the lab (ValueError: could not broadcast).",
        ),
    ],
)
def test_every_error_is_told_and_the_next_call_can_come(
    qtbot: QtBot, background: Background, error: Exception, sentence: str
) -> None:
    def fail() -> object:
        raise error

    with qtbot.waitSignal(background.failed) as failed:
        background.start(fail)
    assert failed.args == [sentence]
    assert not background.is_busy
    with qtbot.waitSignal(background.returned) as returned:
        background.start(lambda: "there")
    assert returned.args == ["there"]


def test_only_the_last_call_is_told(qtbot: QtBot, background: Background) -> None:
    may_end = threading.Event()
    told: list[object] = []
    background.returned.connect(told.append)
    background.start(lambda: may_end.wait(5))
    with qtbot.waitSignal(background.returned):
        background.start(lambda: "second")
        may_end.set()
    assert told == ["second"]


def test_what_is_dropped_is_not_told(qtbot: QtBot, background: Background) -> None:
    ended = threading.Event()
    with qtbot.assertNotEmitted(background.returned, wait=50):
        background.start(ended.set)
        background.drop()
        assert ended.wait(5)
    assert not background.is_busy
