"""The window says what to try when a run learned nothing."""

from dataclasses import replace
from typing import Any

from pytestqt.qtbot import QtBot

from convlab.app.session import State
from convlab.training.config import TrainingConfig
from convlab.ui.main_window import MainWindow


def test_a_run_at_chance_level_ends_with_a_hint(
    qtbot: QtBot, person: Any, window: MainWindow, tiny_config: TrainingConfig
) -> None:
    optimizer = replace(tiny_config.optimizer, settings={"lr": 100.0, "momentum": 0.9})
    window.lab.set_config(replace(tiny_config, optimizer=replace(optimizer, name="Momentum")))
    with qtbot.waitSignal(window.lab.session.run_ended):
        person.click(window, window.controls.train)
    person.reach(window, State.IDLE)
    assert window.notice.text.startswith("Finished in ")
    assert "no better than a guess among 10 classes" in window.notice.text
    assert window.notice.text.endswith("or more epochs if the loss was still falling.")
