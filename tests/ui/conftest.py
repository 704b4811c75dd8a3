"""The window of the lab on small images, and the questions and complaints that it opens."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.training.config import TrainingConfig
from convlab.ui.main_window import MainWindow
from convlab.ui.theme import Theme
from convlab.ui.window_memory import WindowMemory


class Person:
    """Does in a window what a person does with the mouse, and reads what is said."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self._qtbot = qtbot
        self._monkeypatch = monkeypatch
        self.questions: list[str] = []

    def click(self, window: MainWindow, action: QAction) -> None:
        """Press the button of an action in the tool bar; it must be there and be enabled."""
        bar = window.findChild(QToolBar, "bar-run")
        button = bar.widgetForAction(action)
        assert button.isEnabled(), f"{action.text()} cannot be pressed"
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def reach(self, window: MainWindow, state: State) -> None:
        """Wait for a state of the run."""
        self._qtbot.waitUntil(lambda: window.lab.session.state is state)

    def answer(self, choice: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """From now on, press the button ``choice`` of every question; ``questions`` keeps them."""

        def press(box: QMessageBox) -> int:
            self.questions.append(box.text())
            meanwhile()
            next(b for b in box.buttons() if b.text() == choice).click()
            return 0

        self._monkeypatch.setattr(QMessageBox, "exec", press)

    def dismiss(self) -> str:
        """Wait for the one dialog that complains, close it, and return what it said."""
        self._qtbot.waitUntil(lambda: len(_open_boxes()) > 0)
        (box,) = _open_boxes()
        said = box.informativeText()
        box.accept()
        self._qtbot.waitUntil(lambda: not _open_boxes())
        return said


def _open_boxes() -> list[QMessageBox]:
    widgets = QApplication.topLevelWidgets()
    return [w for w in widgets if isinstance(w, QMessageBox) and w.isVisible()]


class EventCount(QObject):
    """Counts how often a widget gets events of one kind."""

    def __init__(self, watched: QWidget, kind: QEvent.Type) -> None:
        super().__init__(watched)
        self._kind = kind
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == self._kind
        return False

    def caused_by(self, change: Callable[[], object]) -> int:
        """Return how many events a change causes."""
        QApplication.processEvents()
        before = self.count
        change()
        QApplication.processEvents()
        return self.count - before


@pytest.fixture
def count_events(qtbot: QtBot) -> type[EventCount]:
    """Counts events of a kind that a widget gets: ``count_events(widget, kind)``."""
    return EventCount


@pytest.fixture
def person(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Whoever sits at the window."""
    return Person(qtbot, monkeypatch)


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Callable[[MainWindow], MainWindow]]:
    """Shows windows; at the end, a run that is still on is stopped and they are closed."""
    windows: list[MainWindow] = []

    def open_window(window: MainWindow) -> MainWindow:
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield open_window
    for window in windows:
        session = window.lab.session
        session.stop()
        qtbot.waitUntil(lambda session=session: not session.is_busy)  # type: ignore[misc]
        window.close()
        window.deleteLater()


@pytest.fixture
def window(lab: Lab, theme: Theme, opened: Callable[[MainWindow], MainWindow]) -> MainWindow:
    """The window on a tiny dataset, before any run."""
    return opened(MainWindow(lab, theme, WindowMemory()))


@pytest.fixture
def long_run(lab: Lab, tiny_config: TrainingConfig) -> TrainingConfig:
    """Settings of a run that goes on until it is stopped; the lab uses them."""
    config = TrainingConfig.from_dict({**tiny_config.to_dict(), "epochs": 10_000})
    lab.set_config(config)
    return config
