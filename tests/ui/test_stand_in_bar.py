"""A row at the top says that a changed network answers, and undoes it."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.insight.filter_edit import first_layer
from convlab.nn import Adam, SimpleConvNet
from convlab.training.config import TrainingConfig
from convlab.ui.docks import LAYOUT_VERSION
from convlab.ui.main_window import MainWindow
from convlab.ui.stand_in_bar import StandInBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def network(lab: Lab) -> SimpleConvNet:
    network = SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0))
    lab.predictor.use(network, trained=True)
    return network


@pytest.fixture
def bar(network: SimpleConvNet, window: MainWindow) -> StandInBar:
    return window.stand_in_bar


def mute(lab: Lab, network: SimpleConvNet, count: int) -> None:
    layer = first_layer(network)
    assert layer is not None
    filters = layer.filters(network)
    lab.stand_in.edit_filters({number: filters[number].muted() for number in range(count)})


def test_it_is_there_while_a_changed_network_answers(
    bar: StandInBar, lab: Lab, network: SimpleConvNet, qtbot: QtBot
) -> None:
    assert not bar.isVisible()
    mute(lab, network, 2)
    assert bar.isVisible()
    assert bar.text.text() == "A changed network answers everywhere: 2 filters edited."
    assert not bar.undo_step_button.isVisible()
    assert not bar.forget_button.isVisible()
    qtbot.mouseClick(bar.undo_all_button, LEFT)
    assert lab.predictor.answering is network
    assert not bar.isVisible()


def test_steps_are_undone_one_by_one_or_all(
    bar: StandInBar, lab: Lab, network: SimpleConvNet, qtbot: QtBot
) -> None:
    lab.stand_in.take_step(network.copy(), Adam())
    assert bar.undo_step_button.isVisible()
    assert not bar.undo_all_button.isVisible()  # which would be the same
    lab.stand_in.take_step(network.copy(), Adam())
    assert bar.undo_all_button.isVisible()
    qtbot.mouseClick(bar.undo_step_button, LEFT)
    assert bar.text.text().endswith(": 1 step taken.")


def test_what_a_run_sets_aside_is_told_and_brought_back_after_it(
    bar: StandInBar, lab: Lab, network: SimpleConvNet, qtbot: QtBot, long_run: TrainingConfig
) -> None:
    mute(lab, network, 1)
    lab.session.start(long_run, lab.dataset)
    qtbot.waitUntil(lambda: bar.text.text() == "Set aside when a run began: 1 filter edited.")
    assert not bar.bring_back_button.isEnabled()
    assert "wait for its end" in bar.bring_back_button.toolTip()
    lab.session.stop()
    qtbot.waitUntil(lambda: bar.bring_back_button.isEnabled())
    qtbot.mouseClick(bar.bring_back_button, LEFT)
    answering = lab.predictor.answering
    assert answering is not None
    assert not answering.params["W1"][0].any()
    assert bar.text.text().startswith("A changed network answers")


def test_what_was_set_aside_can_be_forgotten(
    bar: StandInBar, lab: Lab, network: SimpleConvNet, qtbot: QtBot
) -> None:
    mute(lab, network, 1)
    lab.predictor.use(network.copy(), trained=True)
    assert bar.isVisible()
    qtbot.mouseClick(bar.forget_button, LEFT)
    assert not bar.isVisible()


def test_a_layout_of_the_last_time_neither_shows_nor_hides_it(
    bar: StandInBar, lab: Lab, network: SimpleConvNet, window: MainWindow
) -> None:
    without = window.saveState(LAYOUT_VERSION)
    mute(lab, network, 1)
    shown = window.saveState(LAYOUT_VERSION)
    window.restoreState(without, LAYOUT_VERSION)
    assert bar.isVisible()
    lab.stand_in.undo_all()
    window.restoreState(shown, LAYOUT_VERSION)
    assert not bar.isVisible()
