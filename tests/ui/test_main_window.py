"""The window as a whole: closing it, what it remembers, and who can use it how."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QProgressBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig
from convlab.ui.app import make_window
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.draw import DrawPanel
from convlab.ui.panels.setup import SetupPanel
from convlab.ui.window_memory import WindowMemory

Open = Callable[[MainWindow], MainWindow]

TWO_SECONDS = 2000


def menu_action(window: MainWindow, text: str) -> QAction:
    actions = window.findChildren(QAction)
    return next(a for a in actions if a.text().replace("&", "") == text)


def test_closing_asks_while_it_trains_and_a_no_changes_nothing(
    qtbot: QtBot, person, window: MainWindow, long_run: TrainingConfig
) -> None:
    person.click(window, window.controls.train)
    qtbot.waitUntil(lambda: window.progress.iteration > 0)
    person.answer("Keep training")
    window.close()
    assert person.questions == ["The network is still training."]
    assert window.isVisible()
    before = window.progress.iteration
    qtbot.waitUntil(lambda: window.progress.iteration > before + 2)
    assert window.lab.session.state is State.RUNNING


@pytest.mark.usefixtures("long_run")
def test_the_weights_can_be_saved_before_closing(
    qtbot: QtBot, person, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    person.click(window, window.controls.train)
    qtbot.waitUntil(lambda: window.progress.iteration > 0)
    person.answer("Save weights…")
    window.close()
    assert file.is_file()
    assert window.isVisible()


@pytest.mark.parametrize("is_paused", [False, True])
@pytest.mark.usefixtures("long_run")
def test_stop_and_close_ends_the_run_and_the_window_within_two_seconds(
    qtbot: QtBot, person, window: MainWindow, is_paused: bool
) -> None:
    person.click(window, window.controls.train)
    qtbot.waitUntil(lambda: window.progress.iteration > 0)
    if is_paused:
        person.click(window, window.controls.pause)
        person.reach(window, State.PAUSED)
    person.answer("Stop and close")
    asked_at = perf_counter()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=TWO_SECONDS)
    assert perf_counter() - asked_at < TWO_SECONDS / 1000
    assert window.lab.session.state is State.IDLE
    assert len(person.questions) == 1


@pytest.mark.usefixtures("long_run")
def test_a_run_that_ends_while_the_question_is_open_does_not_keep_the_window(
    qtbot: QtBot, person, window: MainWindow
) -> None:
    person.click(window, window.controls.train)
    qtbot.waitUntil(lambda: window.progress.iteration > 0)

    def end_the_run() -> None:
        window.lab.session.stop()
        qtbot.waitUntil(lambda: not window.lab.session.is_busy)

    person.answer("Stop and close", meanwhile=end_the_run)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=TWO_SECONDS)


def test_the_end_tells_of_the_images_of_its_run_though_others_were_opened(
    qtbot: QtBot, person, window: MainWindow, tiny_dataset: Dataset
) -> None:
    person.click(window, window.controls.step)
    person.reach(window, State.PAUSED)
    other = replace(tiny_dataset, name="other", test=tiny_dataset.train)
    window.lab.set_dataset(other)
    with qtbot.waitSignal(window.lab.session.run_ended):
        person.click(window, window.controls.train)
    person.reach(window, State.IDLE)
    assert "of the 20 test images" in window.notice.text


def test_without_a_run_the_window_closes_at_once(person, window: MainWindow) -> None:
    person.answer("Keep training")
    assert window.close()
    assert person.questions == []
    assert not window.isVisible()


def at_first(window: MainWindow) -> list[QDockWidget]:
    """The docks that are open at the first start."""
    panels = window.docks.panels
    return [dock for title, dock in window.docks.docks.items() if not panels[title].is_inside]


def test_layout_colors_and_settings_return_at_the_next_start(
    qapp: QApplication, opened: Open
) -> None:
    first = opened(make_window(qapp))
    setup = first.docks.panels["Setup"]
    assert isinstance(setup, SetupPanel)
    assert all(dock.isVisible() for dock in at_first(first))
    setup.form.rows()["epochs"].editor.setValue(7)
    setup.form.rows()["network.filter_num"].editor.setValue(12)
    menu_action(first, "Dark").trigger()
    first.docks.docks["Filters"].toggleViewAction().trigger()
    right = Qt.DockWidgetArea.RightDockWidgetArea
    first.addDockWidget(right, first.docks.docks["Setup"])
    first.resize(1200, 700)
    config = first.lab.config
    first.close()

    second = opened(make_window(qapp))
    assert second.theme.is_dark
    assert menu_action(second, "Dark").isChecked()
    assert second.lab.config == config
    assert second.lab.config.epochs == 7
    again = second.docks.panels["Setup"]
    assert isinstance(again, SetupPanel)
    assert again.form.value() == config
    assert not second.docks.docks["Filters"].isVisible()
    assert second.docks.docks["Curves"].isVisible()
    assert second.dockWidgetArea(second.docks.docks["Setup"]) == right

    menu_action(second, "Reset layout").trigger()
    assert second.docks.docks["Filters"].isVisible()
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    assert second.dockWidgetArea(second.docks.docks["Setup"]) == left
    menu_action(second, "Light").trigger()
    assert not second.theme.is_dark


def test_damaged_memory_or_a_dataset_that_is_gone_give_a_usual_start(
    qapp: QApplication, opened: Open
) -> None:
    memory = WindowMemory()
    memory.keep_config(TrainingConfig.from_dict({"dataset": "/no/such/folder", "epochs": 3}))
    first = opened(make_window(qapp))
    assert first.lab.dataset.name == "bundled"
    assert first.lab.config == TrainingConfig.from_dict({"epochs": 3})
    first.close()

    for file in WindowMemory()._config_path.parent.iterdir():
        file.write_bytes(b"\x00\xff garbage = [")
    second = opened(make_window(qapp))
    assert second.lab.config == TrainingConfig()
    assert all(dock.isVisible() for dock in at_first(second))


def test_the_window_fits_a_small_screen(window: MainWindow) -> None:
    smallest = window.minimumSizeHint()
    assert smallest.width() <= 683  # 1366x768 at twice the scale
    assert smallest.height() <= 384
    assert (window.width(), window.height()) == (1366, 768)


def test_the_progress_bar_comes_with_the_first_run(person, window: MainWindow) -> None:
    bar = window.status.findChild(QProgressBar)
    assert not bar.isVisible()
    person.click(window, window.controls.step)
    person.reach(window, State.PAUSED)
    assert bar.isVisible()


def test_a_long_message_is_told_whole_in_a_small_window(qtbot: QtBot, window: MainWindow) -> None:
    long = "The weights have grown out of range. " * 6
    window.resize(683, 384)
    qtbot.waitUntil(lambda: window.docks.arrangement == "tabs")
    window.notice.say("error", long)
    qtbot.waitUntil(lambda: not window.docks.size_timer.isActive())
    notice = window.notice
    assert window.rect().contains(notice.geometry())
    assert notice.height() >= notice.heightForWidth(notice.width())
    assert not notice.geometry().intersects(window.status.geometry())
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: notice.geometry().bottom() < 60)  # beside the controls again


def test_every_action_says_what_it_does(window: MainWindow) -> None:
    actions = [a for a in window.findChildren(QAction) if not a.isSeparator()]
    named = [a for a in actions if a.text()]
    assert [a.text() for a in named if not a.toolTip()] == []
    for action in window.controls.actions:
        assert action.shortcut().toString() in action.toolTip()
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus == ["&File", "&Run", "&View", "&Inside", "&Help"]


def test_no_two_actions_share_a_shortcut(window: MainWindow) -> None:
    keys = [
        key.toString()
        for action in window.findChildren(QAction)
        for key in action.shortcuts()
        if action.shortcutContext() is Qt.ShortcutContext.WindowShortcut
    ]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_every_panel_and_every_control_has_an_accessible_name(window: MainWindow) -> None:
    for title, panel in window.docks.panels.items():
        assert panel.accessibleName() == title
        assert panel.objectName()
    nameless = [
        widget
        for widget in focusable(window)
        if not (widget.accessibleName() or widget.property("text") or widget.windowTitle())
    ]
    assert nameless == []


def focusable(window: MainWindow) -> list[QWidget]:
    """The visible widgets that the Tab key can reach, in its order."""
    found: list[QWidget] = []
    widget: QWidget = window
    while True:
        widget = widget.nextInFocusChain()
        if widget is window or widget is None:
            return found
        tabbable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if tabbable and widget.isVisible() and widget.isEnabled() and not widget.focusProxy():
            found.append(widget)


def test_tab_reaches_the_main_controls(qtbot: QtBot, window: MainWindow) -> None:
    setup, draw = window.docks.panels["Setup"], window.docks.panels["Draw"]
    assert isinstance(setup, SetupPanel)
    assert isinstance(draw, DrawPanel)
    wanted: list[QWidget] = [row.editor for row in setup.form.rows().values()]
    wanted.append(draw.canvas)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first = QApplication.focusWidget()
    visited: list[QWidget] = [] if first is None else [first]
    for _ in range(200):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is None or focus in visited:
            break
        visited.append(focus)
    assert [w.accessibleName() for w in wanted if w not in visited] == []
    assert [w for w in visited if w in wanted] == wanted, "Tab does not follow the eye"


def test_binding_does_not_lose_references(qtbot: QtBot) -> None:
    """PySide6 6.12 loses one to None at every call that returns nothing, and aborts in the end."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(1000):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - 500
