"""Train, Pause, Step, Stop and the learning rate, through the buttons of the window."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolBar
from pytestqt.qtbot import QtBot

from convlab.app.run_queue import QueuedRun
from convlab.app.session import State
from convlab.nn import Adam
from convlab.training.config import TrainingConfig
from convlab.training.events import LearningRateChanged
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.setup import SetupPanel


def enabled(window: MainWindow) -> set[str]:
    """The actions that can be pressed, and the field if it can be typed into."""
    controls = window.controls
    words = {action.text() for action in controls.actions if action.isEnabled()}
    return words | ({"rate"} if controls.rate.isEnabled() else set())


def curves_of(window: MainWindow) -> CurvesPanel:
    panel = window.docks.panels["Curves"]
    assert isinstance(panel, CurvesPanel)
    return panel


def type_rate(qtbot: QtBot, window: MainWindow, text: str) -> None:
    rate = window.controls.rate
    rate.clear()
    qtbot.keyClicks(rate, text)
    qtbot.keyClick(rate, Qt.Key.Key_Return)


@pytest.fixture
def paused(long_run: TrainingConfig, person, window: MainWindow) -> MainWindow:
    """The window with a long run that waits after its first mini-batch."""
    person.click(window, window.controls.step)
    person.reach(window, State.PAUSED)
    return window


def test_step_starts_a_run_of_one_mini_batch(paused: MainWindow) -> None:
    assert paused.progress.iteration == 1
    assert list(curves_of(paused).model.iterations) == [1]


@pytest.mark.usefixtures("long_run")
def test_a_run_is_paused_stepped_resumed_and_stopped(
    qtbot: QtBot, person, window: MainWindow
) -> None:
    controls, progress = window.controls, window.progress
    assert enabled(window) == {"Train", "Step"}

    person.click(window, controls.train)
    qtbot.waitUntil(lambda: progress.iteration > 0)
    assert enabled(window) == {"Pause", "Stop", "rate"}

    person.click(window, controls.pause)
    person.reach(window, State.PAUSED)
    assert enabled(window) == {"Go on", "Step", "Stop", "rate"}

    paused_at = progress.iteration
    model = curves_of(window).model
    for steps in (1, 2):
        with qtbot.waitSignal(window.lab.session.snapshot_taken) as taken:
            person.click(window, controls.step)
        assert taken.args[0].iteration == paused_at + steps
        assert len(model.iterations) == progress.iteration == paused_at + steps
        person.reach(window, State.PAUSED)

    person.click(window, controls.train)
    qtbot.waitUntil(lambda: progress.iteration > paused_at + 3)
    assert enabled(window) == {"Pause", "Stop", "rate"}

    with qtbot.waitSignal(window.lab.session.run_ended) as ended:
        person.click(window, controls.stop)
        assert enabled(window) == set()
    assert ended.args[0].reason == "stopped"
    person.reach(window, State.IDLE)
    assert enabled(window) == {"Train", "Step"}
    assert controls.rate.text() == ""
    assert "stopped" in window.notice.text


def test_a_paused_run_can_be_stopped(person, paused: MainWindow) -> None:
    person.click(paused, paused.controls.stop)
    person.reach(paused, State.IDLE)
    assert paused.progress.iteration == 1


def test_another_learning_rate_is_used_and_marked_on_the_curves(
    qtbot: QtBot, paused: MainWindow
) -> None:
    curves = curves_of(paused)
    assert paused.controls.rate.text() == "0.001"
    with qtbot.waitSignal(paused.lab.session.learning_rate_changed) as changed:
        type_rate(qtbot, paused, "0,005")  # as people in many countries write it
    assert changed.args == [LearningRateChanged(1, 0.005)]
    assert paused.controls.rate.text() == "0.005"
    for section in (curves.accuracy, curves.loss):
        marks = section.plot.marks
        qtbot.waitUntil(lambda marks=marks: marks.marks == ((1, "lr 0.005"),))


@pytest.mark.parametrize("wrong", ["fast", "0", "-1", "1e9", "nan", "inf", ""])
def test_a_wrong_learning_rate_is_refused_in_a_sentence(
    qtbot: QtBot, person, paused: MainWindow, wrong: str
) -> None:
    type_rate(qtbot, paused, wrong)
    assert paused.notice.text == (
        "The learning rate must be a number above 0 and at most 100; "
        f"received {wrong!r}, so the run goes on as before."
    )
    # Had it been taken, it would be told before the next step is.
    with qtbot.assertNotEmitted(paused.lab.session.learning_rate_changed):
        with qtbot.waitSignal(paused.lab.session.steps_done):
            person.click(paused, paused.controls.step)
        person.reach(paused, State.PAUSED)


def test_what_was_refused_gives_way_to_the_rate_that_holds(
    qtbot: QtBot, paused: MainWindow
) -> None:
    type_rate(qtbot, paused, "-3")
    assert paused.controls.rate.text() == "0.001"
    assert paused.notice.isVisible()
    with qtbot.waitSignal(paused.lab.session.learning_rate_changed):
        type_rate(qtbot, paused, "0.0005")
    assert not paused.notice.isVisible()
    assert paused.controls.rate.text() == "0.0005"


def test_a_pause_moves_no_button(person, paused: MainWindow) -> None:
    bar = paused.findChild(QToolBar, "bar-run")

    def lefts() -> list[int]:
        return [bar.widgetForAction(action).x() for action in paused.controls.actions]

    before = lefts()
    person.click(paused, paused.controls.stop)
    person.reach(paused, State.IDLE)
    assert paused.controls.train.text() == "Train"
    assert lefts() == before


def test_settings_that_cannot_be_used_disable_train(window: MainWindow) -> None:
    setup = window.docks.panels["Setup"]
    assert isinstance(setup, SetupPanel)
    size = setup.form.rows()["network.filter_size"]
    size.editor.setValue(29)
    assert enabled(window) == set()
    assert not window.files.save_settings.isEnabled()
    assert "29" in size.problem

    size.editor.setValue(5)
    assert enabled(window) == {"Train", "Step"}
    assert size.problem == ""


def test_while_a_preset_waits_for_its_images_only_stop_can_be_pressed(
    person, window: MainWindow, tiny_config: TrainingConfig
) -> None:
    lab = window.lab
    digits = QueuedRun("digits", replace(tiny_config, dataset="bundled"))
    lab.queue.start([digits], lab.dataset)
    assert not lab.session.is_busy
    assert enabled(window) == {"Stop"}
    window.controls.train.trigger()  # by its key
    assert not lab.session.is_busy
    person.click(window, window.controls.stop)
    assert not lab.queue.is_active
    assert enabled(window) == {"Train", "Step"}
    assert not lab.session.is_busy
    lab.queue.loader.wait()


def test_settings_that_become_wrong_during_a_run_leave_it_alone(
    qtbot: QtBot, person, paused: MainWindow
) -> None:
    paused.lab.set_config(None)
    assert enabled(paused) == {"Go on", "Step", "Stop", "rate"}
    person.click(paused, paused.controls.train)
    qtbot.waitUntil(lambda: paused.progress.iteration > 3)


def test_a_run_that_diverges_says_when_and_what_to_try(
    qtbot: QtBot,
    person,
    window: MainWindow,
    tiny_config: TrainingConfig,
    monkeypatch: pytest.MonkeyPatch,
    spoilt_update: Any,
) -> None:
    with monkeypatch.context() as spoiled:
        spoiled.setattr(Adam, "update_one", spoilt_update)
        window.lab.set_config(tiny_config)
        with qtbot.waitSignal(window.lab.session.run_ended) as ended:
            person.click(window, window.controls.train)
        person.reach(window, State.IDLE)
    event = ended.args[0]
    assert event.reason == "diverged"
    assert "at iteration 5" in window.notice.text
    assert "Try a smaller learning rate" in window.notice.text
    model = curves_of(window).model
    assert len(model.losses) == 5
    assert all(np.isfinite(array).all() for array in event.params.values())

    with qtbot.waitSignal(window.lab.session.run_ended) as ended:
        person.click(window, window.controls.train)
    assert ended.args[0].reason == "finished"
    assert len(model.losses) == 12
    person.reach(window, State.IDLE)
