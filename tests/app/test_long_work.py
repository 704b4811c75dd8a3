import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.long_work import LongWork, Report
from convlab.errors import ConvlabError


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[LongWork]:
    work = LongWork()
    yield work
    work.wait()


def test_it_tells_how_far_it_is_and_then_its_result(qtbot: QtBot, work: LongWork) -> None:
    def count(report: Report) -> str:
        report(1, 2, "half")
        return "all"

    told: list[object] = []
    work.progressed.connect(lambda *how_far: told.append(how_far))
    work.returned.connect(told.append)
    with qtbot.waitSignal(work.returned):
        work.start(count)
        assert work.is_busy
    assert told == [(1, 2, "half"), "all"]
    assert not work.is_busy


def test_canceled_work_ends_soon_and_tells_nothing(qtbot: QtBot, work: LongWork) -> None:
    begun, ended = threading.Event(), threading.Event()

    def count(report: Report) -> None:
        begun.set()
        try:
            while True:
                report(1, 2, None)
        finally:
            ended.set()

    work.start(count)
    assert begun.wait(5)
    with qtbot.assertNotEmitted(work.returned), qtbot.assertNotEmitted(work.failed):
        work.cancel()
        assert ended.wait(5)
    assert not work.is_busy


def test_only_the_last_call_counts(qtbot: QtBot, work: LongWork) -> None:
    def forever(report: Report) -> None:
        while True:
            report(0, 1, None)

    work.start(forever)
    with qtbot.waitSignal(work.returned) as returned:
        work.start(lambda report: "second")
    assert returned.args == ["second"]


def test_an_error_is_told_in_its_sentence(qtbot: QtBot, work: LongWork) -> None:
    def fail(report: Report) -> None:
        raise ConvlabError("There is no such filter.")

    with qtbot.waitSignal(work.failed) as failed:
        work.start(fail)
    assert failed.args == ["There is no such filter."]


def test_an_unexpected_error_ends_the_work_with_a_sentence(qtbot: QtBot, work: LongWork) -> None:
    def fail(report: Report) -> None:
        raise ValueError("shapes differ")

    with qtbot.waitSignal(work.failed) as failed:
        work.start(fail)
    assert "ValueError: shapes differ" in failed.args[0]
    assert not work.is_busy


def test_deleting_it_ends_a_second_call_soon(qtbot: QtBot) -> None:
    begun, ended = threading.Event(), threading.Event()

    def forever(report: Report) -> None:
        begun.set()
        try:
            while True:
                report(0, 1, None)
        finally:
            ended.set()

    work = LongWork()
    with qtbot.waitSignal(work.returned):
        work.start(lambda report: "first")
    work.start(forever)
    assert begun.wait(5)
    work.deleteLater()
    with qtbot.waitSignal(work.destroyed):
        pass
    assert ended.wait(5)
