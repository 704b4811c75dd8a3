"""What is said of a drawing, and what the one who drew it can say to that."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox
from pytestqt.qtbot import QtBot

from convlab.app import lab as lab_module
from convlab.app.lab import Lab
from convlab.data.digit_image import Drawing, Stroke
from convlab.data.loading import load_dataset
from convlab.data.own_drawings import OwnDrawings
from convlab.data.strokes import read_drawings
from convlab.nn import SimpleConvNet
from convlab.ui.panels.draw import DrawPanel
from convlab.ui.theme import Theme

SEVEN = Drawing((Stroke(np.array([[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]), 0.09),))
FAT_SEVEN = Drawing((Stroke(SEVEN.strokes[0].points, 0.25),))
SQUARE = Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2]])),))
ERASED = Drawing((*SEVEN.strokes, Stroke(np.array([[0.4, 0.8]]), 0.05, erases=True)))
LEFT = Qt.MouseButton.LeftButton


def network(**scores: float) -> SimpleConvNet:
    """A network that hardly looks at the image: ``_4=5`` lets it read a 4."""
    net = SimpleConvNet((1, 28, 28), hidden_size=8)
    net.params["W3"][...] = 0
    for digit, score in scores.items():
        net.params["b3"][int(digit[1:])] = score
    return net


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> DrawPanel:
    panel = DrawPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(330, 680)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def put(qtbot: QtBot, panel: DrawPanel, drawing: Drawing = SEVEN) -> None:
    with qtbot.waitSignal(panel.model.changed):
        panel.canvas.set_drawing(drawing)


def click(qtbot: QtBot, panel: DrawPanel, box: QCheckBox) -> None:
    with qtbot.waitSignal(panel.model.changed):
        qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


def boxes(panel: DrawPanel) -> dict[str, QCheckBox]:
    return {box.accessibleName(): box for box in panel.preparation.findChildren(QCheckBox)}


@pytest.mark.parametrize(
    ("net", "answer", "spoken"),
    [
        (network(_4=9), "4", "Answer: 4, 99.9%"),
        (network(_4=9, _9=8.8), "4 or 9", "Answer: 4 or 9"),
        (network(), "not sure", "Answer: not sure"),
    ],
)
def test_doubt_is_said_in_words(
    qtbot: QtBot, panel: DrawPanel, net: SimpleConvNet, answer: str, spoken: str
) -> None:
    panel.lab.predictor.use(net, trained=True)
    put(qtbot, panel)
    label = panel.reading.answer
    assert (label.text(), label.accessibleName()) == (answer, spoken)
    assert label.fontMetrics().horizontalAdvance(answer) <= label.width()


def test_what_is_unlike_all_that_was_learned_is_not_trusted(qtbot: QtBot, panel: DrawPanel) -> None:
    digits = load_dataset("bundled").train
    panel.lab.predictor.use(network(_4=9), trained=True, learned_from=digits)
    put(qtbot, panel, SQUARE)
    qtbot.waitUntil(lambda: panel.model.is_unlike)
    assert panel.reading.answer.text() == "not sure"
    assert "unlike the images" in panel.reading.status.text()
    assert panel.model.answer == 4  # what the bars go on to show
    put(qtbot, panel, SEVEN)
    assert panel.reading.answer.text() == "4"
    panel.lab.predictor.use(network(_4=9), trained=True)  # nobody knows what this one has seen
    put(qtbot, panel, SQUARE)
    assert not panel.model.is_unlike


def test_the_steps_are_shown_on_demand_and_each_can_be_left_out(
    qtbot: QtBot, panel: DrawPanel
) -> None:
    put(qtbot, panel, FAT_SEVEN)
    assert not panel.preparation.isVisible()
    usual = panel.model.image
    qtbot.mouseClick(panel.reading.steps_button, LEFT)
    assert panel.preparation.isVisible()
    assert list(boxes(panel)) == ["Even pen", "Crop", "Fit", "Center"]
    for box in boxes(panel).values():
        assert box.toolTip().endswith(".")
        click(qtbot, panel, box)
        assert not np.array_equal(panel.model.image, usual), box.text()
        click(qtbot, panel, box)
        np.testing.assert_array_equal(panel.model.image, usual)


def test_closing_the_steps_takes_them_all_again(qtbot: QtBot, panel: DrawPanel) -> None:
    put(qtbot, panel)
    usual = panel.model.image
    panel.reading.steps_button.click()
    click(qtbot, panel, boxes(panel)["Center"])
    with qtbot.waitSignal(panel.model.changed):
        panel.reading.steps_button.click()
    np.testing.assert_array_equal(panel.model.image, usual)


def test_whether_the_steps_are_shown_is_remembered(panel: DrawPanel) -> None:
    assert panel.choices() == {"preprocessing": "hidden"}
    panel.restore_choices({"preprocessing": "shown"})
    assert panel.preparation.isVisible()
    panel.restore_choices({"preprocessing": "nonsense"})
    assert not panel.preparation.isVisible()


def test_one_click_files_a_drawing_once(qtbot: QtBot, panel: DrawPanel) -> None:
    assert not panel.labels.button(7).isEnabled()
    put(qtbot, panel)
    for _ in range(2):
        qtbot.mouseClick(panel.labels.button(7), LEFT)
    qtbot.mouseClick(panel.labels.button(1), LEFT)
    assert [drawing.label for drawing in read_drawings(OwnDrawings().path)] == [7]
    assert panel.reading.status.text() == "Filed as a 7. You have 1 drawing now."
    assert panel.reading.status.property("role") == "good"
    put(qtbot, panel, SQUARE)
    assert "Filed" not in panel.reading.status.text()
    assert not panel.labels.button(7).isChecked()
    qtbot.mouseClick(panel.labels.button(1), LEFT)
    assert [drawing.label for drawing in OwnDrawings().read()] == [7, 1]


def test_what_cannot_be_filed_is_explained(qtbot: QtBot, panel: DrawPanel, person) -> None:
    put(qtbot, panel, ERASED)
    qtbot.mouseClick(panel.labels.button(7), LEFT)
    assert "without the eraser" in person.dismiss()
    assert "Filed" not in panel.reading.status.text()
    assert panel.labels.button(1).isEnabled()
    assert not panel.labels.button(7).isChecked()
    assert OwnDrawings().read() == []


def test_the_untrained_network_is_one_click_away(qtbot: QtBot, panel: DrawPanel) -> None:
    put(qtbot, panel)
    button = panel.reading.compare_button
    assert not button.isVisible()
    panel.lab.predictor.use(network(_4=9), trained=True)
    qtbot.waitUntil(lambda: panel.reading.answer.text() == "4")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: panel.reading.answer.text() == "not sure")
    assert panel.reading.status.text() == "The network is untrained: its answer is a guess."
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: panel.reading.answer.text() == "4")
    qtbot.mouseClick(button, LEFT)
    panel.lab.predictor.use(network(_9=9), trained=True)
    qtbot.waitUntil(lambda: panel.reading.answer.text() == "9")
    assert not button.isChecked()


def test_the_weights_that_come_with_the_lab_read_digits_whatever_the_dataset(
    qtbot: QtBot, panel: DrawPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(_4=9).save_params(tmp_path / "shipped.safetensors")
    monkeypatch.setattr(lab_module, "shipped_weights", lambda: tmp_path / "shipped.safetensors")
    lab = panel.lab
    lab.set_dataset(replace(lab.dataset, class_names=tuple("ABCDEFGHIJ")))
    lab.use_shipped_weights()
    put(qtbot, panel)
    assert panel.reading.status.text() == "Read by the weights that come with the lab."
    assert panel.reading.answer.text() == "4"


def test_the_set_is_looked_at_evaluated_and_thinned_out(
    qtbot: QtBot, panel: DrawPanel, person
) -> None:
    panel.labels.drawings_button.click()
    dialog = panel.drawings_dialog
    assert dialog.isVisible()
    assert not dialog.gallery.isVisible()
    assert not any(b.isEnabled() for b in (dialog.evaluate, dialog.delete, dialog.export))
    for label in (7, 7, 4):
        panel.own_drawings.add(SEVEN, label)
    assert dialog.summary.text() == "3 drawings."
    assert not dialog.evaluate.isEnabled()  # there is no network yet
    panel.lab.predictor.use(network(_7=9), trained=True)
    qtbot.mouseClick(dialog.evaluate, LEFT)
    qtbot.waitUntil(lambda: dialog.summary.text() == "2 of 3 are read right (66.7%).")
    texts = [dialog.gallery.model().index(row, 0).data() for row in range(3)]
    assert texts == ["7", "7", "4, read 7"]

    wrong = dialog.gallery.model().index(2, 0)
    dialog.gallery.selectionModel().select(wrong, QItemSelectionModel.SelectionFlag.Select)
    person.answer("Keep")
    qtbot.mouseClick(dialog.delete, LEFT)
    assert len(OwnDrawings().read()) == 3
    person.answer("Delete")
    qtbot.mouseClick(dialog.delete, LEFT)
    assert person.questions == ["Delete 1 drawing?"] * 2
    assert [drawing.label for drawing in OwnDrawings().read()] == [7, 7]
    dialog.close()


def test_the_next_run_learns_the_set_or_leaves_it_out(qtbot: QtBot, panel: DrawPanel) -> None:
    panel.labels.drawings_button.click()
    dialog, lab = panel.drawings_dialog, panel.lab
    assert not dialog.learn.isEnabled()  # there is nothing to learn
    panel.own_drawings.add(SEVEN, 7)
    qtbot.mouseClick(dialog.learn, LEFT)
    assert lab.config is not None
    assert lab.config.own_drawings == 10
    assert dialog.summary.text() == "1 drawing. The next run learns each 10 times an epoch."
    assert dialog.learn.text() == "Leave out of training"
    qtbot.mouseClick(dialog.learn, LEFT)
    assert lab.config.own_drawings == 0
    assert dialog.summary.text() == "1 drawing."
    lab.set_dataset(replace(lab.dataset, class_names=tuple("ABCDEFGHIJ")))
    assert not dialog.learn.isEnabled()
    assert "Tiny stripes" in dialog.learn.toolTip()
    dialog.close()


def test_a_set_that_cannot_be_read_is_explained(panel: DrawPanel, person) -> None:
    OwnDrawings().path.parent.mkdir(parents=True)
    OwnDrawings().path.write_text("nonsense")
    panel.labels.drawings_button.click()
    assert "cannot be read" in person.dismiss()
    panel.drawings_dialog.close()
    assert not [w for w in panel.findChildren(QMessageBox) if w.isVisible()]
