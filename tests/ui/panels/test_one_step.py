"""A person walks through a step, looks at arrays, and takes the new weights over."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.nn import SimpleConvNet
from convlab.nn.network import Network
from convlab.nn.network_settings import NETWORKS
from convlab.nn.networks.own_network import OwnNetworkSettings
from convlab.ui.panels import PANELS
from convlab.ui.panels.one_step import OneStepPanel
from convlab.ui.theme import Theme


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> Iterator[OneStepPanel]:
    panel = OneStepPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(680, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.hide()


def make(qtbot: QtBot, panel: OneStepPanel, network: Network | None = None) -> None:
    network = network or SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0))
    panel.lab.predictor.use(network, trained=True)
    qtbot.mouseClick(panel.begin_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.step is not None and not panel.model.is_busy)


def titles(panel: OneStepPanel) -> list[str]:
    return [panel.stage_choice.itemText(n) for n in range(panel.stage_choice.count())]


def go_to(panel: OneStepPanel, title: str) -> None:
    place = next(n for n, text in enumerate(titles(panel)) if text.endswith(title))
    panel.stage_choice.activated.emit(place)


def shown_arrays(panel: OneStepPanel) -> dict[str, str]:
    rows = range(panel.arrays.rowCount())
    return {panel.arrays.item(n, 0).text(): panel.arrays.item(n, 1).text() for n in rows}


def test_the_window_finds_the_panel() -> None:
    assert PANELS.get("One step") is OneStepPanel


def test_without_a_network_it_says_what_to_do(panel: OneStepPanel) -> None:
    assert panel.hint.isVisible()
    assert "press Train first" in panel.hint.text()
    assert not panel.begin_button.isEnabled()
    assert not panel.accept_button.isEnabled()


def test_next_leads_from_the_images_to_the_new_weights(qtbot: QtBot, panel: OneStepPanel) -> None:
    make(qtbot, panel)
    seen = [panel.stage_choice.currentText()]
    assert not panel.back_button.isEnabled()
    while panel.next_button.isEnabled():
        qtbot.mouseClick(panel.next_button, Qt.MouseButton.LeftButton)
        seen.append(panel.stage_choice.currentText())
    assert seen == titles(panel)
    phases = [text.split(". ")[1].split(":")[0] for text in seen]
    assert list(dict.fromkeys(phases)) == [
        "Batch",
        "Forward",
        "Loss",
        "Backward",
        "Update",
        "Result",
    ]
    qtbot.mouseClick(panel.back_button, Qt.MouseButton.LeftButton)
    assert panel.stage_choice.currentText() == seen[-2]


def test_a_stage_shows_its_arrays_with_shapes_and_its_lines(
    qtbot: QtBot, panel: OneStepPanel
) -> None:
    make(qtbot, panel)
    go_to(panel, "Forward: Conv1")
    assert shown_arrays(panel) == {
        "x": "10×1×28×28",
        "W": "30×1×5×5",
        "b": "30",
        "col": "5760×25",
        "out": "10×30×24×24",
    }
    assert "col = im2col(x, FH, FW, stride, pad)" in panel.code.toPlainText()
    assert panel.code.toPlainText().startswith("# stride = 1, pad = 0")
    assert panel.lab.selection.layer == "Conv1"


def test_every_number_can_be_read_exactly(qtbot: QtBot, panel: OneStepPanel) -> None:
    make(qtbot, panel)
    go_to(panel, "Backward: Conv1")
    view, stage = panel.view, panel.model.stage
    assert stage is not None
    gradient = stage.arrays["dW"]
    view.axes[0].setValue(7)
    assert view.caption.text() == "dW[7, 0]"
    view.picture.pointed.emit((2, 3))
    assert panel.status.text() == f"dW[7, 0, 2, 3] = {gradient[7, 0, 2, 3]!s}"
    view.kind_choice.setCurrentIndex(1)
    cell = view.table.model().index(2, 3)
    assert np.float32(cell.data()) == gradient[7, 0, 2, 3]
    view.picture.pointed.emit(None)
    assert panel.status.text().startswith("Loss ")


def test_of_a_long_table_the_picture_shows_the_first_rows_and_says_so(
    qtbot: QtBot, panel: OneStepPanel
) -> None:
    make(qtbot, panel)
    go_to(panel, "Forward: Conv1")
    panel.arrays.setCurrentCell(3, 0)
    assert panel.view.caption.text() == "First 512 rows of col"
    panel.view.kind_choice.setCurrentIndex(1)
    assert panel.view.table.model().rowCount() == 5760


def test_accept_lets_the_lab_answer_with_the_new_weights(qtbot: QtBot, panel: OneStepPanel) -> None:
    make(qtbot, panel)
    step = panel.model.step
    assert step is not None
    qtbot.mouseClick(panel.accept_button, Qt.MouseButton.LeftButton)
    answering = panel.lab.predictor.answering
    assert answering is not None
    np.testing.assert_array_equal(answering.params["W1"], step.network.params["W1"])
    assert not panel.accept_button.isVisible()
    assert panel.status.text().startswith("The step was taken: the network after it, with other W1")
    qtbot.mouseClick(panel.undo_button, Qt.MouseButton.LeftButton)
    assert panel.accept_button.isEnabled()
    assert "Accept lets the lab answer" in panel.status.text()
    panel.lab.predictor.use(answering, trained=True)
    assert not panel.accept_button.isEnabled()
    assert "make the step again" in panel.accept_button.toolTip()
    assert "make the step again" in panel.status.text()


def test_the_chosen_array_is_in_sight_however_low_the_panel_is(
    qtbot: QtBot, panel: OneStepPanel
) -> None:
    make(qtbot, panel)
    go_to(panel, "Forward: Conv1")
    for height in (330, 260):
        panel.resize(680, height)
        item = panel.arrays.currentItem()
        assert item is not None
        assert item.text() == "out"
        seen = panel.arrays.viewport().rect()
        qtbot.waitUntil(
            lambda item=item, seen=seen: seen.contains(  # type: ignore[misc]
                panel.arrays.visualItemRect(item).center()
            )
        )


def test_a_layer_chosen_elsewhere_is_gone_to(qtbot: QtBot, panel: OneStepPanel) -> None:
    make(qtbot, panel)
    panel.lab.selection.choose_layer("Affine2")
    assert panel.stage_choice.currentText().endswith("Forward: Affine2")
    panel.lab.selection.choose_layer("Conv1", (7, 2, 3))
    assert panel.stage_choice.currentText().endswith("Forward: Conv1")
    assert panel.lab.selection.unit == (7, 2, 3)
    panel.lab.selection.choose_layer("Affine2")
    panel.lab.selection.choose_layer("Nonsense")
    assert panel.stage_choice.currentText().endswith("Forward: Affine2")


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_can_be_walked_through(qtbot: QtBot, panel: OneStepPanel, name: str) -> None:
    panel.batch.images_box.setValue(1)
    make(qtbot, panel, NETWORKS.get(name)().build((1, 28, 28), 10, np.random.default_rng(0)))
    assert panel.model.problem == ""
    for place in range(panel.stage_choice.count()):
        panel.model.go_to(place)
        for row in range(panel.arrays.rowCount()):
            panel.arrays.setCurrentCell(row, 0)


def test_a_step_that_is_too_large_is_refused_in_a_sentence(
    qtbot: QtBot, panel: OneStepPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.insight.one_step.MOST_BYTES", 1000)
    panel.lab.predictor.use(SimpleConvNet(hidden_size=4), trained=True)
    qtbot.mouseClick(panel.begin_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "choose a smaller network" in panel.hint.text())


def test_the_arrays_are_exported_and_the_choice_remembered(
    qtbot: QtBot, panel: OneStepPanel, tmp_path: Path
) -> None:
    panel.batch.images_box.setValue(3)
    make(qtbot, panel)
    panel.export_npz(tmp_path / "step.npz")
    with np.load(tmp_path / "step.npz", allow_pickle=False) as arrays:
        assert arrays["00_Batch_images"].shape == (3, 1, 28, 28)
    assert panel.choices() == {"images": "3"}
    panel.restore_choices({"images": "17"})
    assert panel.batch.images_box.value() == 17
    panel.restore_choices({"images": "many"})
    assert panel.batch.images_box.value() == 17


def test_with_dropout_both_losses_are_told(qtbot: QtBot, panel: OneStepPanel) -> None:
    settings = OwnNetworkSettings(layers=["Affine size=30", "Dropout dropout_ratio=0.5"])
    make(qtbot, panel, settings.build((1, 28, 28), 10, np.random.default_rng(0)))
    step = panel.model.step
    assert step is not None
    learned, before = f"{step.loss_learned:.6g}", f"{step.loss_before:.6g}"
    assert panel.status.text().startswith(f"Loss {learned} with dropout, {before} without;")
