import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMessageBox

from convlab.insight.mosaic import TilePixel
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.ui.panels import PANELS
from convlab.ui.panels.filters import DIVERGING, EMPTY, GRAY, HINT, NO_FILTERS, FiltersPanel

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 6, "hidden_size": 4})


def params(seed=0, factor=1.0):
    rng = np.random.default_rng(seed)
    shapes = {name: values.shape for name, values in build_network(NETWORK).params.items()}
    return {name: factor * rng.normal(0.0, 0.01, shape) for name, shape in shapes.items()}


def start(lab):
    lab.session.run_started.emit(RunStarted(2, 6, 0.001, NETWORK, params()))


def learn(lab, iteration=1234):
    lab.session.snapshot_taken.emit(SnapshotTaken(iteration, params(seed=1, factor=10.0)))


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = FiltersPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(690, 260)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.dialog.close()


def captions(panel):
    return [view.accessibleName() for view in panel.grids.views]


def test_the_window_finds_the_panel():
    assert PANELS.get("Filters") is FiltersPanel


def test_it_says_what_to_do_first(panel):
    assert panel.hint.isVisible()
    assert panel.hint.text() == EMPTY
    assert not panel.export_button.isEnabled()
    assert not panel.colors_box.isEnabled()


def test_a_run_is_shown_as_it_starts_and_as_it_learns(panel, lab):
    start(lab)
    assert not panel.hint.isVisible()
    assert captions(panel) == ["Before training", "After 0 iterations", "Difference"]
    at_start = panel.grids.grab().toImage()
    lab.session.snapshot_taken.emit(SnapshotTaken(1, params(seed=1)))
    assert captions(panel)[1] == "After 1 iteration"
    learn(lab)
    assert captions(panel)[1] == "After 1,234 iterations"
    assert panel.grids.grab().toImage() != at_start


def test_a_real_run_ends_with_its_last_weights(panel, lab, qtbot):
    with qtbot.waitSignal(lab.session.run_ended) as ended:
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    (event,) = ended.args
    assert captions(panel)[1] == f"After {event.iteration} iterations"
    np.testing.assert_array_equal(panel.model.after, event.params["W1"])
    assert np.abs(panel.model.difference).max() > 0


def test_hidden_it_does_no_work_and_catches_up_when_shown(panel, lab, qtbot):
    start(lab)
    panel.hide()
    learn(lab)
    assert captions(panel)[1] == "After 0 iterations"
    with qtbot.waitExposed(panel):
        panel.show()
    assert captions(panel)[1] == "After 1,234 iterations"


def scales(panel):
    names = [
        child.accessibleName()
        for child in panel.grids.findChildren(object)
        if hasattr(child, "accessibleName")
    ]
    return [name for name in names if name.startswith("Colors from")]


def test_before_and_after_share_their_scale_until_told_otherwise(panel, lab):
    start(lab)
    learn(lab)
    before, after, _ = scales(panel)
    assert before == after
    panel.same_scale_box.setChecked(False)
    before, after, _ = scales(panel)
    assert before != after


def test_the_choice_of_colors_changes_the_weights_but_never_the_difference(panel, lab):
    start(lab)
    learn(lab)
    assert panel.colors_box.currentText() == GRAY
    gray = [view.grab().toImage() for view in panel.grids.views]
    panel.colors_box.setCurrentText(DIVERGING)
    colored = [view.grab().toImage() for view in panel.grids.views]
    assert gray[0] != colored[0]
    assert gray[1] != colored[1]
    assert gray[2] == colored[2]


def test_dark_colors_reach_the_grids(panel, lab, theme):
    start(lab)
    learn(lab)
    light = panel.grids.views[2].grab().toImage()
    theme.choose("dark")
    assert panel.grids.views[2].grab().toImage() != light


def test_the_status_tells_filter_place_and_values(panel, lab):
    start(lab)
    learn(lab)
    assert panel.status.text() == HINT
    panel.grids.views[0].pointed.emit(TilePixel(4, 1, 2))
    before = panel.model.before[4, 0, 1, 2]
    after = panel.model.after[4, 0, 1, 2]
    values = f"before {before:+.4f},  after {after:+.4f},  difference {after - before:+.4f}"
    assert panel.status.text().replace("−", "-") == f"Filter 5 of 6, row 2, column 3:  {values}"
    panel.grids.views[0].pointed.emit(None)
    assert panel.status.text() == HINT


def test_the_status_has_room_for_its_longest_text(panel, qtbot):
    one_line = panel.status.height()
    panel.resize(450, 260)
    qtbot.waitUntil(lambda: panel.status.height() >= 2 * one_line)


def test_a_click_enlarges_and_the_enlarged_filter_goes_on_learning(panel, lab, qtbot):
    start(lab)
    view = panel.grids.views[1]
    point = view.tile_rect(3).center().toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert panel.dialog.isVisible()
    assert panel.dialog.windowTitle() == "Filter 4 of 6"
    enlarged = panel.dialog.grab().toImage()
    panel.hide()
    learn(lab)
    assert panel.dialog.grab().toImage() != enlarged


def test_the_keyboard_enlarges_too(panel, lab, qtbot):
    start(lab)
    qtbot.keyClick(panel.grids, Qt.Key.Key_Right)
    assert panel.status.text() == "Filter 2 of 6: press Enter to enlarge it."
    qtbot.keyClick(panel.grids, Qt.Key.Key_Return)
    assert panel.dialog.number == 1


def test_weights_of_a_file_stand_alone(panel, lab):
    start(lab)
    lab.predictor.use(build_network(NETWORK), trained=True)
    assert captions(panel) == ["Weights of the file"]
    assert not panel.same_scale_box.isEnabled()
    start(lab)
    assert len(captions(panel)) == 3


def test_an_untrained_network_is_no_file(panel, lab):
    lab.predictor.use(build_network(NETWORK), trained=False)
    assert panel.hint.text() == EMPTY
    assert panel.hint.isVisible()


def test_a_network_without_filters_is_said_to_have_none(panel):
    panel.model.show_weights({"W1": np.zeros((784, 50))})
    assert panel.hint.text() == NO_FILTERS
    assert panel.hint.isVisible()
    assert not panel.export_button.isEnabled()


def test_channels_are_said_to_be_averaged(panel):
    panel.model.show_weights({"W1": np.zeros((4, 3, 5, 5))})
    assert "mean of 3 channels" in panel.status.text()


def test_weights_that_are_not_finite_are_shown(panel):
    weights = np.full((4, 1, 5, 5), np.nan)
    weights[0] = np.inf
    panel.model.show_weights({"W1": weights})
    panel.grids.views[0].pointed.emit(TilePixel(0, 0, 0))
    panel.dialog.show_filter(0)
    panel.dialog.grab()
    assert panel.status.text() == "Filter 1 of 6, row 1, column 1:  weight +inf".replace("6", "4")


def test_pictures_and_tables_are_written(panel, lab, tmp_path):
    start(lab)
    panel.hide()
    learn(lab)
    panel.export_png(tmp_path / "filters.png")
    panel.export_csv(tmp_path / "filters.csv")
    image = QImage(str(tmp_path / "filters.png"))
    assert image.width() > image.height() > 400
    with (tmp_path / "filters.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 6 * 5 * 5


@pytest.mark.parametrize("export", ["export_png", "export_csv"])
def test_a_file_that_cannot_be_written_is_explained(panel, lab, tmp_path, monkeypatch, export):
    shown = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: shown.append(args[-1]))
    start(lab)
    (tmp_path / "file").touch()
    getattr(panel, export)(tmp_path / "file" / "filters")
    assert len(shown) == 1
    assert "could not be written" in shown[0]
    assert "choose another folder" in shown[0]
