from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.run_queue import QueuedRun
from convlab.app.session import State
from convlab.data.dataset import Dataset, ImageSet
from convlab.nn.network_settings import NETWORKS
from convlab.training.config import TrainingConfig
from convlab.ui.panels import PANELS
from convlab.ui.panels.setup import HINT, SetupPanel
from convlab.ui.theme import Theme
from convlab.ui.widgets.lines_field import LinesField


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> Iterator[SetupPanel]:
    panel = SetupPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(300, 640)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    yield panel
    panel.hide()


def set_field(panel: SetupPanel, name: str, value: Any) -> None:
    panel.form.rows()[name].editor.setValue(value)


def problems(panel: SetupPanel) -> list[str]:
    return [name for name, row in panel.form.rows().items() if row.problem]


def in_view(panel: SetupPanel, name: str) -> bool:
    row = panel.form.rows()[name]
    viewport = panel.findChild(QScrollArea).viewport()
    return viewport.rect().contains(row.rect().translated(row.mapTo(viewport, QPoint())))


def show_button(panel: SetupPanel) -> QToolButton:
    return next(b for b in panel.findChildren(QToolButton) if b.text() == "Show")


def next_run_note(panel: SetupPanel) -> QLabel:
    return next(label for label in panel.findChildren(QLabel) if "next run" in label.text())


def test_it_is_found_by_the_window() -> None:
    assert PANELS.get("Setup") is SetupPanel
    assert (SetupPanel.title, SetupPanel.area) == ("Setup", "left")


def test_it_shows_the_labs_settings_and_images(lab: Lab, panel: SetupPanel) -> None:
    assert panel.form.value() == lab.config
    assert not problems(panel)
    note = [label.text() for label in panel.findChildren(QLabel) if "60 images" in label.text()]
    assert note == ["60 images to train on and 20 to test, each 28×28."]


def test_an_edit_reaches_the_lab_and_the_table_tells_what_it_means(
    qtbot: QtBot, lab: Lab, panel: SetupPanel
) -> None:
    set_field(panel, "network.hidden_size", 100)
    with qtbot.waitSignal(lab.config_changed):
        set_field(panel, "network.filter_num", 30)
    assert lab.config is not None
    assert lab.config.network.settings["filter_num"] == 30
    assert panel.layers.texts == [
        ("Conv1", "30×24×24", "780"),
        ("Relu1", "30×24×24", "–"),
        ("Pool1", "30×12×12", "–"),
        ("Affine1", "100", "432,100"),
        ("Relu2", "100", "–"),
        ("Affine2", "10", "1,010"),
        ("Total", "", "433,890"),
    ]
    assert panel.footer.summary.startswith("433,890 parameters: 1.7 MB of weights, about")


def test_a_filter_that_leaves_odd_maps_is_marked_and_nothing_can_be_trained(
    qtbot: QtBot, lab: Lab, panel: SetupPanel
) -> None:
    size = panel.form.rows()["network.filter_size"].editor
    qtbot.keyClick(size, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(size, "6")
    assert problems(panel) == ["network.filter_size"]
    assert "23×23" in panel.form.rows()["network.filter_size"].problem
    assert lab.config is None
    assert panel.layers.texts[0] == ("Conv1", "–", "–")
    assert "1 setting cannot be used" in panel.footer.summary
    qtbot.keyClick(size, Qt.Key.Key_Up)
    assert problems(panel) == []
    assert lab.config is not None
    assert not show_button(panel).isVisible()


def test_a_network_of_ones_own_is_typed_and_the_table_follows(
    qtbot: QtBot, lab: Lab, panel: SetupPanel
) -> None:
    set_field(panel, "network.name", "OwnNetwork")
    layers = panel.form.rows()["network.layers"].editor
    assert isinstance(layers, LinesField)
    layers.setFocus()
    qtbot.keyClick(layers, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(layers, "Convolution filter_num=4")
    qtbot.keyClick(layers, Qt.Key.Key_Return)
    assert panel.layers.texts == [
        ("Conv1", "4×24×24", "104"),
        ("Affine1", "10", "23,050"),
        ("Total", "", "23,154"),
    ]
    qtbot.keyClicks(layers, "Poolin")
    assert problems(panel) == ["network.layers"]
    assert panel.form.rows()["network.layers"].problem.startswith("Layer 2 ('Poolin'): There is")
    assert [texts[1] for texts in panel.layers.texts] == ["–", "–", ""]
    assert lab.config is None
    qtbot.keyClicks(layers, "g")
    assert problems(panel) == []
    assert panel.layers.texts[1] == ("Pool1", "4×12×12", "–")
    assert lab.config is not None
    assert lab.config.network.settings["layers"] == ["Convolution filter_num=4", "Pooling"]
    qtbot.keyClicks(layers, " pool_size=5")
    assert "Pool1: 5×5 pooling" in panel.form.rows()["network.layers"].problem


def test_an_opened_list_of_layers_is_shown_and_can_be_reset(lab: Lab, panel: SetupPanel) -> None:
    network = {"name": "OwnNetwork", "layers": ["Affine size=30", "Tanh"], "initializer": "xavier"}
    values = TrainingConfig.from_dict({"dataset": "tiny", "network": network}).to_dict()
    lab.set_config(TrainingConfig.from_dict({**values, "mini_batch_size": 20}))
    assert lab.config is not None
    assert panel.form.value() == lab.config
    assert panel.layers.texts[0] == ("Affine1", "30", "23,550")
    panel.form.rows()["network.layers"].editor.setValue([])
    assert lab.config.network.settings["layers"] == []
    assert [texts[0] for texts in panel.layers.texts] == ["Affine1", "Total"]


def test_all_problems_are_marked_and_the_panel_scrolls_to_them(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    assert not in_view(panel, "mini_batch_size")
    set_field(panel, "mini_batch_size", 61)
    qtbot.waitUntil(lambda: in_view(panel, "mini_batch_size"))
    set_field(panel, "network.filter_size", 40)
    qtbot.waitUntil(lambda: in_view(panel, "network.filter_size"))
    assert problems(panel) == ["network.filter_size", "mini_batch_size"]
    assert "2 settings cannot be used" in panel.footer.summary


def test_the_wheel_over_a_field_scrolls_the_panel(panel: SetupPanel) -> None:
    bar = panel.findChild(QScrollArea).verticalScrollBar()
    before = panel.form.values()
    for name in ("network.filter_num", "network.weight_init_std", "network.name"):
        bar.setValue(0)
        editor = panel.form.rows()[name].editor
        center = QPointF(editor.mapTo(panel, editor.rect().center()))
        QTest.wheelEvent(panel.windowHandle(), center, QPoint(0, -120))
        assert bar.value() > 0, name
    assert panel.form.values() == before


def test_the_wheel_over_the_table_scrolls_the_panel(panel: SetupPanel) -> None:
    bar = panel.findChild(QScrollArea).verticalScrollBar()
    center = QPointF(panel.layers.mapTo(panel, QPoint(50, 50)))
    QTest.wheelEvent(panel.windowHandle(), center, QPoint(0, -120))
    assert bar.value() > 0


def test_the_first_problem_can_be_gone_to(qtbot: QtBot, panel: SetupPanel) -> None:
    set_field(panel, "mini_batch_size", 61)
    qtbot.waitUntil(lambda: in_view(panel, "mini_batch_size"))
    panel.findChild(QScrollArea).verticalScrollBar().setValue(0)
    qtbot.mouseClick(show_button(panel), Qt.MouseButton.LeftButton)
    assert in_view(panel, "mini_batch_size")
    qtbot.waitUntil(panel.form.rows()["mini_batch_size"].editor.hasFocus)


def test_the_sentence_of_a_problem_is_never_cut_off(qtbot: QtBot, panel: SetupPanel) -> None:
    set_field(panel, "network.filter_size", 6)
    row = panel.form.rows()["network.filter_size"]
    sentence = next(label for label in row.findChildren(QLabel) if label.text() == row.problem)
    qtbot.waitUntil(lambda: sentence.height() >= sentence.heightForWidth(sentence.width()))
    assert sentence.width() <= row.width()


def test_an_opened_file_of_settings_is_shown(lab: Lab, panel: SetupPanel) -> None:
    opened = TrainingConfig.from_dict({"dataset": "tiny", "optimizer": "Nesterov", "epochs": 4})
    set_field(panel, "optimizer.lr", 0.5)
    lab.set_config(
        TrainingConfig.from_dict({**opened.to_dict(), "mini_batch_size": 20}),
    )
    assert lab.config is not None
    assert panel.form.value() == lab.config
    assert panel.form.value().optimizer.name == "Nesterov"


def test_another_dataset_is_shown_and_checked(lab: Lab, panel: SetupPanel) -> None:
    few = ImageSet(lab.dataset.train.images[:8], lab.dataset.train.labels[:8])
    lab.set_dataset(Dataset("/a/folder", "folder", few, few, lab.dataset.class_names))
    assert panel.form.values()["dataset"] == "/a/folder"
    assert problems(panel) == ["mini_batch_size"]


def test_a_dataset_that_is_not_there_is_marked(qtbot: QtBot, lab: Lab, panel: SetupPanel) -> None:
    with qtbot.waitSignal(lab.loader.failed):
        set_field(panel, "dataset", "mnist")
    assert problems(panel) == ["dataset"]
    set_field(panel, "dataset", "tiny")
    assert problems(panel) == []
    assert lab.config is not None


def test_a_folder_is_asked_of_the_window(qtbot: QtBot, panel: SetupPanel) -> None:
    with qtbot.waitSignal(panel.dataset_folder_wanted):
        panel.form.dataset_folder_wanted.emit()


def test_while_a_run_is_on_edits_are_for_the_next_one(
    qtbot: QtBot, lab: Lab, panel: SetupPanel
) -> None:
    note = next_run_note(panel)
    assert not note.isVisible()
    assert lab.config is not None
    lab.session.start(lab.config, lab.dataset)
    assert note.isVisible()
    set_field(panel, "epochs", 99)
    assert lab.config.epochs == 99
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    assert not note.isVisible()


def test_while_a_preset_trains_the_settings_stay_and_it_says_what_is_on(
    qtbot: QtBot, lab: Lab, panel: SetupPanel, tiny_config: TrainingConfig
) -> None:
    note = next_run_note(panel)
    before = panel.form.values()
    runs = [QueuedRun(f"Seeds: {n}", replace(tiny_config, seed=n, epochs=1)) for n in (7, 8)]
    lab.queue.start(runs, lab.dataset)
    assert note.isVisible()
    assert note.text() == (
        "Run 1 of 2: Seeds: 7. It has settings of its own; these are kept for you."
    )
    qtbot.waitUntil(lambda: note.text().startswith("Run 2 of 2: Seeds: 8. "))
    qtbot.waitUntil(lambda: not lab.queue.is_active)
    assert not note.isVisible()
    assert panel.form.values() == before


def test_the_help_follows_the_field_and_goes_back_to_the_one_with_the_focus(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    rows = panel.form.rows()
    rows["epochs"].editor.setFocus()
    qtbot.waitUntil(rows["epochs"].editor.hasFocus)
    assert "How often every training image" in panel.footer.help
    rows["network.pad"].pointed.emit(rows["network.pad"].help)
    assert "Rings of zeros" in panel.footer.help
    assert "Allowed: 0 to 32 px. Default: 0." in panel.footer.help
    rows["network.pad"].left.emit()
    assert "How often every training image" in panel.footer.help
    rows["epochs"].editor.clearFocus()
    panel.form.left.emit()
    assert panel.footer.help == HINT


@pytest.mark.parametrize("network", NETWORKS.names())
def test_no_word_is_cut_off_in_the_narrowest_dock(
    qtbot: QtBot, panel: SetupPanel, network: str
) -> None:
    set_field(panel, "network.name", network)
    panel.resize(panel.minimumSize())
    qtbot.waitUntil(lambda: panel.width() == panel.minimumWidth())
    for row in panel.form.rows().values():
        longest = max(row.label.text().split(), key=len)
        assert row.label.fontMetrics().horizontalAdvance(longest) <= row.label.width()
        assert row.label.height() >= row.label.heightForWidth(row.label.width())
    table = panel.layers
    for column in range(table.columnCount()):
        needed = max(
            table.sizeHintForColumn(column), table.horizontalHeader().sectionSizeHint(column)
        )
        assert needed <= table.columnWidth(column)


@pytest.mark.parametrize("network", NETWORKS.names())
def test_the_help_has_room_for_the_longest_text(panel: SetupPanel, network: str) -> None:
    set_field(panel, "network.name", network)
    label = next(w for w in panel.footer.findChildren(QLabel) if w.text() == panel.footer.help)
    for row in panel.form.rows().values():
        panel.footer.set_help(row.help)
        assert label.heightForWidth(label.width()) <= label.minimumHeight(), row.label.text()


def test_dark_colors_reach_the_table(theme: Theme, panel: SetupPanel) -> None:
    light = panel.layers.styleSheet()
    theme.choose("dark")
    assert panel.layers.styleSheet() != light
    theme.choose("light")
    assert panel.layers.styleSheet() == light


def test_in_a_low_panel_the_footer_stands_beside_the_form(qtbot: QtBot, panel: SetupPanel) -> None:
    form = panel.findChild(QScrollArea)
    assert panel.footer.y() >= form.geometry().bottom()
    panel.resize(683, 264)
    qtbot.waitUntil(lambda: panel.footer.x() >= form.geometry().right())
    assert panel.height() == 264
    assert panel.footer.geometry().bottom() <= panel.rect().bottom()
    assert form.height() > 0.8 * panel.height()
    panel.resize(300, 640)
    qtbot.waitUntil(lambda: panel.footer.y() >= form.geometry().bottom())


def test_one_sees_what_augmentation_does_as_soon_as_some_is_on(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    assert not panel.distorted.isVisible()
    set_field(panel, "augmentation.rotation", 20)
    qtbot.waitUntil(panel.distorted.isVisible)
    first = panel.distorted.tiles.grab().toImage()
    set_field(panel, "augmentation.rotation", 60)
    qtbot.waitUntil(lambda: panel.distorted.tiles.grab().toImage() != first)
    turned = panel.distorted.tiles.grab().toImage()
    qtbot.mouseClick(panel.distorted.another, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.distorted.tiles.grab().toImage() != turned)
    set_field(panel, "augmentation.rotation", 0)
    assert not panel.distorted.isVisible()


def test_the_preview_fits_in_a_narrow_panel(qtbot: QtBot, panel: SetupPanel) -> None:
    set_field(panel, "augmentation.shift", 2)
    tiles = panel.distorted.tiles
    qtbot.waitUntil(lambda: tiles.isVisible() and tiles.height() >= tiles.heightForWidth(1))
    qtbot.waitUntil(lambda: tiles.height() >= tiles.heightForWidth(tiles.width()))
    assert tiles.width() < panel.width()
