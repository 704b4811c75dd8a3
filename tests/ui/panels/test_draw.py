"""One draws a digit, and sees what the network makes of it."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.nn import SimpleConvNet
from convlab.nn.optimizers import Adam
from convlab.ui.panels import PANELS
from convlab.ui.panels.draw import DrawPanel

SEVEN = Drawing((Stroke(np.array([[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]), 0.09),))
LEFT = Qt.MouseButton.LeftButton


def network(answer=None, **changes):
    settings = {"input_dim": (1, 28, 28), "hidden_size": 8, "output_size": 10, **changes}
    net = SimpleConvNet(
        conv_param={"filter_num": 2, "filter_size": 5, "pad": 0, "stride": 1}, **settings
    )
    if answer is not None:
        net.params["b3"][answer] = 5.0
    return net


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = DrawPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(330, 640)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def put(qtbot, panel, drawing=SEVEN):
    with qtbot.waitSignal(panel.model.changed):
        panel.canvas.set_drawing(drawing)


def use(qtbot, panel, net, *, trained=True):
    with qtbot.waitSignal(panel.model.changed):
        panel.lab.predictor.use(net, trained=trained)


def status(panel):
    return panel.reading.status.property("role"), panel.reading.status.text()


def test_the_panel_is_found_by_its_name():
    assert PANELS.get("Draw") is DrawPanel
    assert DrawPanel.area == "right"


def test_a_stroke_of_the_mouse_is_read(qtbot, panel):
    use(qtbot, panel, network(answer=7))
    corner = panel.canvas.paper.topLeft().toPoint()
    qtbot.mousePress(panel.canvas, LEFT, pos=corner + QPoint(80, 60))
    with qtbot.waitSignal(panel.model.changed):
        qtbot.mouseMove(panel.canvas, corner + QPoint(80, 200))
    assert panel.reading.answer.text() == "7"  # before the pen is lifted
    certainty = panel.model.certainty
    assert panel.reading.certainty.text() == f"{certainty:.1%}"
    assert f"7: {certainty:.1%}" in panel.reading.bars.accessibleDescription()
    assert panel.reading.answer.accessibleName() == f"Answer: 7, {certainty:.1%}"
    qtbot.mouseRelease(panel.canvas, LEFT, pos=corner + QPoint(80, 200))


def test_the_picture_is_what_the_network_gets_pixel_for_pixel(qtbot, panel):
    put(qtbot, panel)
    shown = panel.reading.picture.grab().toImage()
    step = (shown.width() - 2) / 28
    pixels = [
        [shown.pixelColor(int(1 + step * (x + 0.5)), int(1 + step * (y + 0.5))).red()
         for x in range(28)]
        for y in range(28)
    ]  # fmt: skip
    np.testing.assert_array_equal(pixels, digit_image(SEVEN))


def test_without_a_network_it_says_that_nothing_was_learned(qtbot, panel):
    role, text = status(panel)
    assert role == "warning"
    assert "untrained" in text
    assert "Train" in text
    put(qtbot, panel)
    assert panel.reading.answer.text() == "–"
    assert panel.reading.bars.accessibleDescription() == "None yet."


def test_an_untrained_network_only_guesses(qtbot, panel):
    use(qtbot, panel, network(answer=3), trained=False)
    put(qtbot, panel)
    assert status(panel) == ("warning", "The network is untrained: its answer is a guess.")
    assert panel.reading.answer.text() == "3"
    assert panel.reading.answer.property("role") == "muted"
    assert "a guess" in panel.reading.answer.accessibleName()


def test_an_empty_sheet_says_what_to_do(qtbot, panel):
    use(qtbot, panel, network(answer=3))
    assert status(panel) == ("muted", "Draw a digit; the network reads it while you draw.")
    assert panel.reading.answer.text() == "–"
    put(qtbot, panel)
    assert status(panel) == ("muted", "Read with the weights that were opened.")
    with qtbot.waitSignal(panel.model.changed):
        panel.canvas.clear()
    assert panel.reading.answer.text() == "–"


def test_the_same_drawing_is_read_again_while_the_network_learns(qtbot, panel, lab):
    put(qtbot, panel)
    told = []
    panel.model.changed.connect(lambda: told.append(status(panel)[1]))
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: "Read after 12 iterations of training." in told)
    words = [" or ".join(map(str, panel.model.likely)) or "not sure"]
    assert [panel.reading.answer.text()] == words


def test_a_network_for_other_images_is_explained(qtbot, panel):
    use(qtbot, panel, network(input_dim=(3, 32, 32)))
    put(qtbot, panel)
    role, text = status(panel)
    assert role == "error"
    assert "3×32×32" in text
    assert panel.reading.answer.text() == "–"


def test_other_classes_are_numbered_until_the_dataset_names_them(qtbot, panel, lab):
    use(qtbot, panel, network(answer=2, output_size=3))
    put(qtbot, panel)
    assert panel.reading.answer.text() == "2"
    classes = ("shirt", "shoe", "ankle boot")
    few = [
        dataclasses.replace(part, images=part.images[:3], labels=part.labels[:3] * 0)
        for part in (lab.dataset.train, lab.dataset.test)
    ]
    lab.set_dataset(
        dataclasses.replace(lab.dataset, train=few[0], test=few[1], class_names=classes)
    )
    assert panel.reading.answer.text() == "ankle boot"
    assert panel.reading.bars.accessibleDescription().startswith("shirt: ")


def test_the_tools_are_the_canvass_own(qtbot, panel):
    buttons = {button.accessibleName(): button for button in panel.findChildren(QToolButton)}
    tools = ("Pen", "Eraser", "Undo", "Redo", "Clear")
    assert all("(" in buttons[tool].toolTip() for tool in tools), "a shortcut is not told"
    assert not buttons["Clear"].isEnabled()
    put(qtbot, panel)
    qtbot.mouseClick(buttons["Clear"], LEFT)
    assert not panel.canvas.drawing().strokes
    qtbot.mouseClick(buttons["Undo"], LEFT)
    assert panel.canvas.drawing().strokes == SEVEN.strokes


def test_the_slider_shows_and_sets_the_width_of_the_tool_in_hand(qtbot, panel):
    slider = panel.tools.width_slider
    slider.setValue(12)
    assert panel.canvas.brush.percent == 12
    panel.canvas.brush.eraser_action.trigger()
    assert slider.value() == 16
    assert slider.accessibleName() == "Width of the eraser"
    panel.canvas.brush.pen_action.trigger()
    assert slider.value() == 12


def test_shortcuts_work_from_anywhere_in_the_panel(qtbot, panel):
    put(qtbot, panel)
    panel.activateWindow()
    panel.tools.width_slider.setFocus()
    qtbot.waitUntil(panel.tools.width_slider.hasFocus)
    qtbot.keyClick(
        panel.tools.width_slider, Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier
    )
    assert not panel.canvas.drawing().strokes


@pytest.mark.parametrize("size", [(330, 640), (330, 420), (700, 320)])
def test_canvas_and_answer_are_in_view_at_any_size(qtbot, panel, size):
    panel.resize(*size)
    qtbot.waitUntil(lambda: panel.canvas.width() <= size[0])
    for widget in (panel.canvas, panel.reading.answer, panel.tools):
        corner = widget.mapTo(panel, widget.rect().bottomRight())
        assert panel.rect().contains(corner)
    assert panel.canvas.paper.width() >= 160


def test_a_low_and_wide_panel_has_the_reading_beside_the_canvas(qtbot, panel):
    def left_of_reading():
        return panel.reading.mapTo(panel, QPoint()).x()

    assert left_of_reading() < 20
    panel.resize(700, 320)
    qtbot.waitUntil(lambda: left_of_reading() > panel.canvas.width())


def test_changes_to_the_network_are_said(qtbot, panel, lab):
    use(qtbot, panel, network(answer=3))
    put(qtbot, panel)
    with qtbot.waitSignal(panel.model.changed):
        lab.stand_in.take_step(lab.predictor.original.copy(), Adam())
    assert status(panel)[1] == "Read with the weights that were opened, with your changes."
    with qtbot.waitSignal(panel.model.changed):
        lab.stand_in.undo()
    assert status(panel)[1] == "Read with the weights that were opened."
