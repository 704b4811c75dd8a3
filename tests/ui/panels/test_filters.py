import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMessageBox

from convlab.app.session import State
from convlab.insight.filter_edit import first_layer
from convlab.insight.mosaic import TilePixel
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.ui.panels import PANELS
from convlab.ui.panels.filters import (
    EMPTY,
    HINT,
    NO_FILTERS,
    NOT_CHANGED,
    OWN_SCALES,
    FiltersPanel,
)
from convlab.ui.widgets.filter_pictures import FilterColors

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 6, "hidden_size": 4})
LENET = NetworkDescription("LeNet")  # whose Conv2 has six channels, and is W3
NO_CONVOLUTION = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]})


def params(network=NETWORK, seed=0, factor=1.0):
    rng = np.random.default_rng(seed)
    shapes = {name: values.shape for name, values in build_network(network).params.items()}
    return {name: factor * rng.normal(0.0, 0.01, shape) for name, shape in shapes.items()}


def start(lab, network=NETWORK):
    lab.session.run_started.emit(RunStarted(2, 6, 0.001, network, params(network)))


def learn(lab, iteration=1234, network=NETWORK):
    weights = params(network, seed=1, factor=10.0)
    lab.session.weights_shown.emit(SnapshotTaken(iteration, weights))


def open_weights(lab, network=NETWORK, value=None):
    opened = build_network(network)
    if value is not None:
        opened.params["W1"][...] = value
    lab.predictor.use(opened, trained=True)


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
    assert not panel.color_choice.isEnabled()
    assert not panel.layer_choice.layer_box.isVisible()


def test_it_says_that_the_filters_are_not_those_of_a_changed_network(panel, lab):
    start(lab)
    learn(lab)
    original = lab.predictor.original
    assert panel.status.text() == OWN_SCALES
    lab.stand_in.edit_filters({1: first_layer(original).filters(original)[1].muted()})
    assert panel.status.text() == NOT_CHANGED
    np.testing.assert_array_equal(panel.model.after, original.params["W1"])
    lab.stand_in.undo_all()
    assert panel.status.text() == OWN_SCALES


def test_a_run_is_shown_as_it_starts_and_as_it_learns(panel, lab):
    start(lab)
    assert not panel.hint.isVisible()
    assert captions(panel) == ["Before training", "After 0 iterations", "Difference"]
    at_start = panel.grids.grab().toImage()
    learn(lab, iteration=1)
    assert captions(panel)[1] == "After 1 iteration"
    learn(lab)
    assert captions(panel)[1] == "After 1,234 iterations"
    assert panel.grids.grab().toImage() != at_start


def test_a_real_run_ends_with_its_last_weights(panel, lab, qtbot):
    with qtbot.waitSignal(lab.session.run_ended) as ended:
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    (event,) = ended.args
    qtbot.waitUntil(lambda: captions(panel)[1] == f"After {event.iteration} iterations")
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


def test_while_a_run_is_on_it_draws_a_few_times_a_second_and_the_last_filters_always(
    panel, lab, qtbot, monkeypatch
):
    with monkeypatch.context() as patches:
        patches.setattr(type(lab.session), "state", property(lambda _: State.RUNNING))
        start(lab)
        drawn = captions(panel)
        learn(lab, iteration=5)
        learn(lab, iteration=6)
        assert captions(panel) == drawn
    qtbot.waitUntil(lambda: captions(panel)[1] == "After 6 iterations")


def test_what_a_person_chooses_is_drawn_at_once_even_then(panel, lab, monkeypatch):
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: State.RUNNING))
    start(lab, LENET)
    learn(lab, iteration=5, network=LENET)
    panel.model.choose_layer(panel.model.layers[1].name)
    assert panel.layer_choice.layer_box.currentText().startswith("Conv2")


@pytest.mark.parametrize("state", [State.PAUSED, State.STOPPING])
def test_a_run_that_does_not_learn_is_drawn_at_once(panel, lab, monkeypatch, state):
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: state))
    start(lab)
    for iteration in (5, 6):
        learn(lab, iteration)
        assert captions(panel)[1] == f"After {iteration} iterations"


def test_moments_are_drawn_at_once_while_a_run_is_on(panel, lab, monkeypatch):
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: State.RUNNING))
    monkeypatch.setattr(type(lab.time_machine), "is_live", property(lambda _: False))
    start(lab)
    for iteration in (5, 6):
        learn(lab, iteration)
        assert captions(panel)[1] == f"After {iteration} iterations"


def scales(panel):
    names = [
        child.accessibleName()
        for child in panel.grids.findChildren(object)
        if hasattr(child, "accessibleName")
    ]
    return [name for name in names if name.startswith("Colors from")]


def test_each_filter_has_its_own_scale_at_first_as_in_the_book(panel, lab):
    start(lab)
    learn(lab)
    assert panel.color_choice.value() == FilterColors("gray", "filter")
    assert scales(panel) == [
        "Colors from min to max of each filter",
        "Colors from min to max of each filter",
        "Colors from −max to +max of each filter",
    ]
    assert panel.status.text() == OWN_SCALES


def test_before_and_after_can_share_their_scale(panel, lab):
    start(lab)
    learn(lab)
    panel.color_choice.choose("gray", "same")
    before, after, _ = scales(panel)
    assert before == after
    panel.color_choice.choose("gray", "grid")
    before, after, _ = scales(panel)
    assert before != after
    assert panel.status.text() == HINT


def test_the_choice_of_colors_changes_the_weights_but_never_the_difference(panel, lab):
    start(lab)
    learn(lab)
    gray = [view.grab().toImage() for view in panel.grids.views]
    panel.color_choice.choose("diverging", "filter")
    colored = [view.grab().toImage() for view in panel.grids.views]
    assert gray[0] != colored[0]
    assert gray[1] != colored[1]
    assert gray[2] == colored[2]


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_every_convolution_of_the_network_can_be_shown(panel, lab):
    start(lab, LENET)
    learn(lab, network=LENET)
    box = panel.layer_choice.layer_box
    titles = [box.itemText(index) for index in range(box.count())]
    assert titles == ["Conv1 · 6 filters of 5×5", "Conv2 · 16 filters of 5×5×6"]
    assert box.currentText() == titles[0]
    choose(box, titles[1])
    np.testing.assert_array_equal(panel.model.after, params(LENET, seed=1, factor=10.0)["W3"])
    assert {view.tiling.count for view in panel.grids.views} == {16}


def test_one_channel_or_the_average_of_all_is_shown(panel, lab):
    start(lab, LENET)
    learn(lab, network=LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    weights = panel.model.after
    view = panel.grids.views[1]
    view.pointed.emit(TilePixel(3, 1, 2))
    assert f"after {weights[3, :, 1, 2].mean():+.3f}," in panel.status.text().replace("−", "-")
    average = view.grab().toImage()
    choose(panel.layer_choice.channel_box, "Channel 6")
    assert f"after {weights[3, 5, 1, 2]:+.3f}," in panel.status.text().replace("−", "-")
    assert view.grab().toImage() != average


def test_the_next_network_offers_its_own_layers(panel, lab):
    start(lab, LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    start(lab)
    assert panel.layer_choice.layer_box.count() == 1
    assert panel.layer_choice.layer_box.currentText() == "Conv1 · 6 filters of 5×5"
    assert not panel.layer_choice.channel_box.isVisible()


def test_what_was_chosen_comes_back_at_the_next_start(panel, lab, theme, qtbot):
    start(lab, LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    panel.color_choice.choose("diverging", "grid")
    other = FiltersPanel(lab, theme)
    qtbot.addWidget(other)
    other.restore_choices(panel.choices())
    start(lab, LENET)
    assert other.model.layer.name == "Conv2"
    assert other.color_choice.value() == FilterColors("diverging", "grid")


def test_the_status_tells_filter_place_and_values(panel, lab):
    start(lab)
    learn(lab)
    panel.grids.views[0].pointed.emit(TilePixel(4, 1, 2))
    before = panel.model.before[4, 0, 1, 2]
    after = panel.model.after[4, 0, 1, 2]
    # Three digits of the largest: before training the weights are ten times smaller.
    values = f"before {before:+.4f}, after {after:+.3f}, difference {after - before:+.3f}"
    assert panel.status.text().replace("−", "-") == f"Filter 5, row 2, column 3: {values}"
    panel.grids.views[0].pointed.emit(None)
    assert panel.status.text() == OWN_SCALES


def test_the_status_has_room_for_its_longest_text(panel, lab, qtbot):
    start(lab)
    one_line = panel.status.height()
    panel.resize(450, 260)
    qtbot.waitUntil(lambda: panel.status.height() >= 2 * one_line)


def test_a_click_enlarges_and_the_enlarged_filter_goes_on_learning(panel, lab, qtbot):
    start(lab)
    view = panel.grids.views[1]
    point = view.tile_rect(3).center().toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert panel.dialog.isVisible()
    assert panel.dialog.windowTitle() == "Conv1, filter 4 of 6"
    enlarged = panel.dialog.grab().toImage()
    panel.hide()
    learn(lab)
    assert panel.dialog.grab().toImage() != enlarged


def test_the_keyboard_enlarges_too(panel, lab, qtbot):
    start(lab)
    qtbot.keyClick(panel.grids, Qt.Key.Key_Right)
    assert panel.status.text() == "Filter 2: press Enter to enlarge it."
    qtbot.keyClick(panel.grids, Qt.Key.Key_Return)
    assert panel.dialog.number == 1


def test_the_enlarged_filter_says_which_channel_it_shows(panel, lab):
    start(lab, LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    panel.dialog.show_filter(2)
    assert panel.dialog.windowTitle() == "Conv2, average of the channels, filter 3 of 16"
    choose(panel.layer_choice.channel_box, "Channel 6")
    assert panel.dialog.windowTitle() == "Conv2, channel 6, filter 3 of 16"


def test_weights_of_a_file_stand_alone(panel, lab):
    start(lab)
    open_weights(lab, LENET)
    assert captions(panel) == ["Weights of the file"]
    assert panel.layer_choice.layer_box.count() == 2
    start(lab)
    assert len(captions(panel)) == 3


def test_weights_that_were_there_before_the_panel_are_shown_at_once(lab, theme, qtbot):
    lab.use_shipped_weights()
    panel = FiltersPanel(lab, theme)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    assert captions(panel) == ["Weights that come with the lab"]
    assert panel.export_button.isEnabled()
    panel.hide()


def test_where_there_is_no_width_the_buttons_stand_below_the_choices(panel, lab, qtbot):
    start(lab, LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    choice, button = panel.layer_choice, panel.export_button
    assert abs(choice.geometry().center().y() - button.geometry().center().y()) <= 2
    panel.resize(340, 270)
    qtbot.waitUntil(lambda: button.y() >= choice.geometry().bottom())
    assert button.geometry().right() <= panel.rect().right()


def test_a_network_without_filters_is_said_to_have_none(panel, lab):
    open_weights(lab, NO_CONVOLUTION)
    assert panel.hint.text() == NO_FILTERS
    assert panel.hint.isVisible()
    assert not panel.export_button.isEnabled()


def test_weights_that_are_not_finite_are_shown(panel, lab):
    weights = np.full((6, 1, 5, 5), np.nan)
    weights[0] = np.inf
    open_weights(lab, value=weights)
    panel.grids.views[0].pointed.emit(TilePixel(0, 0, 0))
    panel.dialog.show_filter(0)
    panel.dialog.grab()
    assert panel.status.text() == "Filter 1, row 1, column 1: weight +inf"


def test_the_header_has_words_where_there_is_room(panel, lab, qtbot):
    start(lab, LENET)
    choose(panel.layer_choice.layer_box, "Conv2 · 16 filters of 5×5×6")
    assert panel.color_choice.text() == "Colors"
    panel.resize(520, 260)
    assert panel.color_choice.text() == ""
    boxes = (panel.layer_choice.layer_box, panel.layer_choice.channel_box)
    qtbot.waitUntil(lambda: panel.export_button.geometry().right() < panel.width())
    qtbot.waitUntil(lambda: all(box.width() >= box.sizeHint().width() for box in boxes))


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


@pytest.mark.parametrize("filters", [6, 512])
def test_the_picture_has_all_filters_however_many(panel, lab, tmp_path, filters):
    layers = [f"Convolution filter_num={filters} filter_size=3"]
    open_weights(lab, NetworkDescription("OwnNetwork", {"layers": layers}, (1, 4, 4)))
    panel.export_png(tmp_path / "filters.png")
    image = QImage(str(tmp_path / "filters.png"))
    few = 2 * 2 * 9 * 9 * 6  # the pixels of six filters at their smallest
    assert image.width() * image.height() > few * filters / 6
