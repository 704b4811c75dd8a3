"""The table of gradients, its verdicts, and what a person is told about them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.nn.layers.affine import Affine
from convlab.nn.networks.own_network import OwnNetworkSettings
from convlab.ui.panel_frame import PanelFrame
from convlab.ui.panels import PANELS
from convlab.ui.panels.gradient_check import VERDICT, GradientCheckPanel, _differing
from convlab.ui.theme import Theme

CHECKED = 3  # the column that tells how many numbers were compared


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> Iterator[GradientCheckPanel]:
    panel = GradientCheckPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(680, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.hide()


def use(panel: GradientCheckPanel, *lines: str) -> None:
    settings = OwnNetworkSettings(layers=list(lines))
    network = settings.build((1, 28, 28), 10, np.random.default_rng(0))
    panel.lab.predictor.use(network, trained=True)


def check(qtbot: QtBot, panel: GradientCheckPanel) -> None:
    qtbot.mouseClick(panel.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.model.is_busy, timeout=20_000)


def verdicts(panel: GradientCheckPanel) -> dict[str, str]:
    rows = range(panel.table.rowCount())
    return {panel.table.item(n, 0).text(): panel.table.item(n, VERDICT).text() for n in rows}


def test_the_window_finds_the_panel() -> None:
    assert PANELS.get("Gradient check") is GradientCheckPanel


def test_without_a_network_it_says_what_to_do(panel: GradientCheckPanel) -> None:
    assert panel.hint.isVisible()
    assert "press Train first" in panel.hint.text()
    assert not panel.check_button.isEnabled()


def test_a_check_fills_the_table_and_says_how_it_went(
    qtbot: QtBot, panel: GradientCheckPanel
) -> None:
    use(panel, "Affine size=5", "Tanh")
    check(qtbot, panel)
    assert verdicts(panel) == dict.fromkeys(("W1", "b1", "W2", "b2"), "Agree")
    assert panel.table.item(0, CHECKED).text() == "30 / 3,920"
    assert panel.table.item(1, CHECKED).text() == "all 5"
    said = panel.explanation.text()
    assert said.startswith("No checked gradient differs (2 images from no. 1).")
    assert "Dropout" not in said


def test_the_numbers_of_a_chosen_parameter_are_shown_the_worst_first(
    qtbot: QtBot, panel: GradientCheckPanel
) -> None:
    use(panel, "Affine size=5", "Tanh")
    check(qtbot, panel)
    panel.table.setCurrentCell(2, 0)
    one = panel.model.comparisons[2]
    assert panel.caption.text() == "30 of 50 numbers of W2, furthest apart first"
    worst = int(np.abs(one.backward - one.numerical).argmax())
    told = f"{one.backward[worst]:.5g}".replace("-", "−")
    assert panel.numbers.item(0, 1).text() == told


def test_all_of_an_array_is_checked_on_demand(qtbot: QtBot, panel: GradientCheckPanel) -> None:
    use(panel, "Affine size=5", "Tanh")
    check(qtbot, panel)
    panel.table.setCurrentCell(2, 0)
    assert panel.all_button.text() == "Check all of W2"
    qtbot.mouseClick(panel.all_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.table.item(2, CHECKED).text() == "all 50", timeout=20_000)
    assert not panel.all_button.isVisible()


def test_a_long_check_can_be_canceled(qtbot: QtBot, panel: GradientCheckPanel) -> None:
    use(panel, "Affine size=100")
    check(qtbot, panel)
    with qtbot.waitSignal(panel.model.progressed, timeout=20_000):
        qtbot.mouseClick(panel.all_button, Qt.MouseButton.LeftButton)
    assert panel.progress.isVisible()
    assert 0 <= panel.progress.value() < panel.progress.maximum() == 78_400
    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    assert not panel.progress.isVisible()
    assert panel.check_button.isVisible()


def test_the_verdicts_are_seen_without_scrolling_in_a_narrow_dock(
    qtbot: QtBot, panel: GradientCheckPanel
) -> None:
    use(panel, "Convolution filter_num=2 filter_size=3", "BatchNormalization", "Relu")
    panel.resize(330, 300)
    check(qtbot, panel)
    seen = panel.table.viewport().rect()
    for row in range(panel.table.rowCount()):
        cell = panel.table.visualItemRect(panel.table.item(row, VERDICT))
        assert seen.left() <= cell.left()
        assert cell.right() <= seen.right()


def test_a_long_explanation_covers_no_numbers_in_a_narrow_dock(
    qtbot: QtBot, panel: GradientCheckPanel
) -> None:
    use(panel, "Affine size=5", "Relu", "Dropout")
    frame = PanelFrame(panel)
    qtbot.addWidget(frame)
    frame.resize(330, 420)
    with qtbot.waitExposed(frame):
        frame.show()
    check(qtbot, panel)
    said, numbers = panel.explanation, panel.numbers
    qtbot.waitUntil(lambda: said.height() >= said.heightForWidth(said.width()) > 0)
    qtbot.waitUntil(
        lambda: (
            said.mapTo(panel, said.rect().topLeft()).y()
            > numbers.mapTo(panel, numbers.rect().bottomLeft()).y()
        )
    )
    panel.setParent(None)  # which the fixture takes leave of


def test_a_wrong_backward_is_named(
    qtbot: QtBot, panel: GradientCheckPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Affine.backward
    monkeypatch.setattr(Affine, "backward", lambda layer, dout: 1.01 * right(layer, dout))
    use(panel, "Affine size=5", "Tanh")
    check(qtbot, panel)
    assert verdicts(panel) == {"W1": "Differ", "b1": "Differ", "W2": "Agree", "b2": "Agree"}
    assert panel.explanation.text().startswith("W1, b1 differ (2 images from no. 1).")
    assert "backward is wrong" in panel.explanation.text()


def test_kinks_and_dropout_are_explained(qtbot: QtBot, panel: GradientCheckPanel) -> None:
    use(panel, "Affine size=5", "Relu", "Dropout")
    network = panel.lab.predictor.answering
    assert network is not None
    network.params["W1"][...] = 0  # so that every ReLU begins just there
    network.params["W2"][...] = np.random.default_rng(0).normal(size=(5, 10))
    check(qtbot, panel)
    panel.table.setCurrentCell(1, 0)
    assert verdicts(panel)["b1"] == "Kinks"
    assert "5 numbers lie at a kink" in panel.explanation.text()
    assert "Dropout is switched off" in panel.explanation.text()


def test_one_parameter_and_one_kink_are_told_in_the_singular(
    qtbot: QtBot, panel: GradientCheckPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(panel, "Affine size=1", "Relu")
    network = panel.lab.predictor.answering
    assert network is not None
    network.params["W1"][...] = 0
    network.params["W2"][...] = np.random.default_rng(0).normal(size=(1, 10))
    check(qtbot, panel)
    panel.table.setCurrentCell(1, 0)
    assert "1 number lies at a kink" in panel.explanation.text()
    assert _differing(["W1"]) == "W1 differs"
    assert _differing(["W1", "b1"]) == "W1, b1 differ"


def test_the_numbers_are_exported(qtbot: QtBot, panel: GradientCheckPanel, tmp_path: Path) -> None:
    use(panel, "Affine size=5")
    check(qtbot, panel)
    panel.export_csv(tmp_path / "check.csv")
    assert len((tmp_path / "check.csv").read_text().splitlines()) == 1 + 30 + 5 + 30 + 10


def test_what_is_not_done_is_not_exported_and_what_was_given_up_is_said(
    qtbot: QtBot, panel: GradientCheckPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(panel, "Affine size=5", "Tanh")
    check(qtbot, panel)
    for name in ("W2", "b2"):
        del panel.model._comparisons[name]
    with monkeypatch.context() as while_busy:
        while_busy.setattr(type(panel.model), "is_busy", True)
        panel.model.changed.emit()
        assert not panel.export_button.isEnabled()
        assert panel.explanation.text().startswith("Checking.")
    panel.model.changed.emit()
    assert panel.export_button.isEnabled()
    assert "It was given up before 2 parameters of 4." in panel.explanation.text()
