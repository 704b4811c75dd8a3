"""One lays a filter on a picture, edits it, and takes that back."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLineEdit

from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.panel_frame import PanelFrame
from convlab.ui.panels import PANELS
from convlab.ui.panels.apply_filter import EMPTY, HINT, NO_FILTERS, UNTESTED, ApplyFilterPanel
from convlab.ui.widgets.applied_pictures import AT_EDGE

LEFT = Qt.MouseButton.LeftButton
NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 6, "hidden_size": 8})


@pytest.fixture
def frame(qtbot, lab, theme):
    frame = PanelFrame(ApplyFilterPanel(lab, theme))
    qtbot.addWidget(frame)
    frame.resize(680, 330)
    with qtbot.waitExposed(frame):
        frame.show()
    return frame


@pytest.fixture
def panel(frame):
    return frame.widget().findChild(ApplyFilterPanel)


@pytest.fixture
def opened(lab, panel, qtbot):
    """The panel with a network of six filters, all results there."""
    lab.predictor.use(build_network(NETWORK), trained=True)
    qtbot.waitUntil(lambda: panel.model.applied_filter is not None)
    qtbot.waitUntil(lambda: panel.model.change is not None and not panel.model.is_testing)
    return panel


def write(qtbot, panel, row, column, text):
    """Type a number into a cell."""
    grid = panel.editor.grid
    grid.setCurrentCell(row, column)
    grid.editItem(grid.item(row, column))
    field = grid.findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is None)


def test_the_window_finds_the_panel():
    assert PANELS.get("ApplyFilter") is ApplyFilterPanel


def test_it_says_what_to_do_first(panel, lab):
    assert panel.hint.text() == EMPTY
    assert panel.hint.isVisible()
    assert not panel.export_button.isEnabled()
    bare = NetworkDescription("OwnNetwork", {"layers": ["Affine size=3"]})
    lab.predictor.use(build_network(bare), trained=True)
    assert panel.hint.text() == NO_FILTERS


def test_a_filter_is_chosen_in_the_strip_with_mouse_and_keys(opened, qtbot):
    center = opened.strip.cell(3).center()
    qtbot.mouseClick(opened.strip.viewport(), LEFT, pos=center)
    assert opened.editor.title.text() == "Filter 4"
    qtbot.keyClick(opened.strip, Qt.Key.Key_Right)
    assert opened.editor.title.text() == "Filter 5"
    qtbot.keyClick(opened.strip, Qt.Key.Key_Home)
    assert opened.editor.title.text() == "Filter 1"
    assert opened.strip.number_at(QPoint(5000, 5000)) == -1


def test_a_number_is_typed_and_undone(opened, qtbot):
    before = opened.edit.chosen.kernel.copy()
    write(qtbot, opened, 1, 2, "-0.75")
    assert opened.edit.chosen.kernel[0, 1, 2] == -0.75
    assert opened.editor.grid.item(1, 2).text() == "−0.75"
    assert opened.undo_button.isEnabled()
    qtbot.mouseClick(opened.undo_button, LEFT)
    assert np.array_equal(opened.edit.chosen.kernel, before)
    assert not opened.undo_button.isEnabled()
    qtbot.mouseClick(opened.redo_button, LEFT)
    assert opened.edit.chosen.kernel[0, 1, 2] == -0.75


@pytest.mark.parametrize("text", ["much", "nan", "1e9"])
def test_what_is_no_number_is_refused_in_a_sentence(opened, qtbot, text):
    shown = opened.editor.grid.item(0, 0).text()
    write(qtbot, opened, 0, 0, text)
    assert not opened.edit.history.can_undo
    assert opened.status.text().startswith(f"“{text}” is no number")
    assert opened.editor.grid.item(0, 0).text() == shown


def test_leaving_a_cell_as_it_is_changes_nothing(opened, qtbot):
    grid = opened.editor.grid
    grid.editItem(grid.item(0, 0))
    qtbot.keyClick(grid.findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is None)
    assert not opened.edit.history.can_undo


def test_the_bias_is_typed(opened, qtbot):
    opened.editor.bias.selectAll()
    qtbot.keyClicks(opened.editor.bias, "0,5")
    qtbot.keyClick(opened.editor.bias, Qt.Key.Key_Return)
    assert opened.edit.chosen.bias == 0.5
    assert opened.editor.bias.text() == "0.50"


def test_every_button_of_the_editor_does_what_it_says(opened, qtbot):
    editor, edit = opened.editor, opened.edit
    editor.preset_button.menu().actions()[0].trigger()
    assert edit.chosen.kernel[0, 2].tolist() == [0, -2, 0, 2, 0]
    assert not editor.paste_button.isEnabled()
    qtbot.mouseClick(editor.copy_button, LEFT)
    edit.choose(1)
    qtbot.mouseClick(editor.paste_button, LEFT)
    assert edit.chosen.kernel[0, 2].tolist() == [0, -2, 0, 2, 0]
    qtbot.mouseClick(editor.strength_button, LEFT)
    assert edit.chosen.strength < 1
    qtbot.mouseClick(editor.mute_button, LEFT)
    assert not edit.chosen.kernel.any()
    assert set(edit.edits) == {0, 1}
    qtbot.mouseClick(opened.reset_button, LEFT)
    assert not edit.edits
    assert not opened.reset_button.isEnabled()


def test_accuracies_before_and_after_are_told(opened, qtbot):
    assert "→" not in opened.accuracy_above.text()
    assert opened.accuracy_above.text().endswith("of 20 images")
    before = opened.model.change
    opened.edit.mute()
    qtbot.waitUntil(lambda: opened.model.change is not before and not opened.model.is_testing)
    assert "→" in opened.accuracy_above.text()
    right = opened.model.change.after.right[3]
    assert opened.classes.in_words(3).endswith(f"→ {right} of 2 images right")


def test_scores_out_of_range_are_told_and_not_counted_as_right(opened, qtbot):
    before = opened.model.change
    for row, column in np.ndindex(5, 5):
        opened.edit.set_weight(None, row, column, 1e38)
    qtbot.waitUntil(lambda: opened.model.change is not before and not opened.model.is_testing)
    assert opened.accuracy_above.text().endswith("→ no finite scores")
    assert opened.accuracy_above.toolTip().startswith("Of 20 of 20 images the scores are not")
    assert opened.classes.in_words(0).endswith("→ 0 of 2 images right")
    opened.edit.reset()
    qtbot.waitUntil(lambda: opened.accuracy_above.text().endswith("of 20 images"))
    assert opened.accuracy_above.toolTip().startswith("The share of test images")


def test_the_numbers_behind_the_pictures_are_told(opened, qtbot):
    _, response, after = opened.pictures.panes
    response.setFocus()
    qtbot.keyClick(response, Qt.Key.Key_Right)
    applied = opened.model.applied_filter
    value = applied.response[12, 13]
    assert opened.status.text().startswith("Row 13, column 14: response ")
    said = opened.status.text().split("response ")[1].split(",")[0].replace("−", "-")
    assert float(said) == pytest.approx(value, rel=1e-3, abs=1e-6)
    source = opened.pictures.panes[0]
    corner = source.place().topLeft().toPoint() + QPoint(2, 2)
    qtbot.mouseMove(source, corner)
    qtbot.waitUntil(lambda: opened.status.text() == AT_EDGE)
    after.pointed.emit(None)
    assert opened.status.text() == HINT


def test_the_edited_network_answers_when_the_button_is_pressed(opened, lab, qtbot):
    own = lab.predictor.network
    assert not opened.use_button.isEnabled()  # nothing is edited yet
    opened.edit.mute()
    qtbot.mouseClick(opened.use_button, LEFT)
    assert opened.use_button.isChecked()
    assert lab.predictor.network is not own
    qtbot.mouseClick(opened.use_button, LEFT)
    assert not opened.use_button.isChecked()
    assert lab.predictor.network is own


def test_during_a_run_the_network_that_learns_answers(opened, lab, qtbot, long_run_config):
    opened.edit.mute()
    lab.session.start(long_run_config, lab.dataset)
    qtbot.waitUntil(lambda: not opened.use_button.isEnabled())
    assert "stop the run first" in opened.use_button.toolTip()


@pytest.fixture
def long_run_config(tiny_config):
    return type(tiny_config).from_dict({**tiny_config.to_dict(), "epochs": 10_000})


def test_filters_of_color_images_show_a_channel_at_a_time(panel, lab, qtbot):
    color = NetworkDescription("SimpleConvNet", {"filter_num": 3, "hidden_size": 4}, (3, 28, 28))
    lab.predictor.use(build_network(color), trained=True)
    qtbot.waitUntil(lambda: panel.model.applied_filter is not None)
    assert panel.editor.channel_box.isVisible()
    panel.editor.channel_box.activated.emit(2)
    write(qtbot, panel, 0, 0, "3")
    assert panel.edit.chosen.kernel[:, 0, 0].tolist()[2] == 3.0
    assert panel.edit.chosen.kernel[0, 0, 0] != 3.0
    qtbot.waitUntil(lambda: panel.accuracy_above.text() == UNTESTED)


def test_it_fits_a_small_dock_and_both_schemes(opened, frame, theme, qtbot):
    theme.choose("dark")
    frame.resize(330, 260)
    qtbot.waitUntil(lambda: opened.width() <= 330)
    assert opened.accuracy.isVisible()
    assert not opened.accuracy_above.isVisible()
    assert frame.horizontalScrollBar().maximum() == 0


def test_everything_is_exported(opened, tmp_path):
    opened.export_png(tmp_path / "filter.png")
    assert QImage(str(tmp_path / "filter.png")).width() > 1200
    opened.export_csv(tmp_path / "filter.csv")
    with (tmp_path / "filter.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 10
    opened.export_npz(tmp_path / "filter.npz")
    with np.load(tmp_path / "filter.npz") as arrays:
        assert arrays["kernel"].shape == (1, 5, 5)
