import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from convlab.ui.garbage import Garbage


@pytest.fixture
def garbage(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Garbage]:
    was_enabled = gc.isenabled()
    monkeypatch.setattr("convlab.ui.garbage.LOOK_EVERY", 5)
    garbage = Garbage()
    garbage.take_over()
    yield garbage
    garbage._timer.stop()
    gc.unfreeze()
    if was_enabled:
        gc.enable()


class Circle:
    """Dies only when somebody collects it, and says in which thread that was."""

    died_in: list[threading.Thread] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        self.died_in.append(threading.current_thread())


@pytest.mark.usefixtures("garbage")
def test_what_another_thread_leaves_behind_dies_in_the_thread_of_the_window(qtbot: QtBot) -> None:
    Circle.died_in.clear()

    def litter() -> None:
        for _ in range(3000):
            Circle()

    thread = threading.Thread(target=litter)
    thread.start()
    thread.join()
    assert Circle.died_in == []
    qtbot.waitUntil(lambda: len(Circle.died_in) == 3000)
    assert set(Circle.died_in) == {threading.main_thread()}
