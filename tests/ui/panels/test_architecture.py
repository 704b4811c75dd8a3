import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMessageBox

from convlab.insight.layer_words import words_for
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.panels.architecture import HINT, ArchitecturePanel
from convlab.ui.widgets.network_diagram import tool_tip

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = ArchitecturePanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(690, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def filled(qtbot, lab, panel):
    lab.predictor.use(build_network(SMALL), trained=True)
    qtbot.waitUntil(lambda: panel.model.measurement is not None)
    return panel


def center_of(panel, name):
    painter = panel.diagram.layers.painter
    number = [column.name for column in painter.columns].index(name)
    return panel.diagram.layers.column_rect(number).center().toPoint()


def test_running_averages_are_no_parameters(qtbot, lab, panel):
    layers = ["Convolution filter_num=5 filter_size=3", "BatchNormalization"]
    network = build_network(NetworkDescription("OwnNetwork", {"layers": layers}))
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: panel.model.measurement is not None)
    learned = {layer.name: layer.parameter_count for layer in panel.model.layers}
    assert learned["BatchNorm1"] == 10
    assert "keeps 10 running averages" in panel.summary.toolTip()


def test_it_says_what_to_do_first(panel):
    assert panel.hint.isVisible()
    assert "Press Train" in panel.hint.text()


def test_a_network_is_shown_with_what_was_measured(filled):
    assert not filled.hint.isVisible()
    assert filled.summary.text() == "SimpleConvNet"
    assert "multiply-adds" in filled.summary.toolTip()
    columns = {column.name: column for column in filled.diagram.layers.painter.columns}
    assert list(columns) == [
        "Input", "Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2", "Total",
    ]  # fmt: skip
    assert columns["Conv1"].texts[-1].endswith("ms")
    assert "images" in filled.basis.text()


def test_pointing_explains_a_layer_and_leaving_ends_it(filled, qtbot):
    assert filled.words.text() == HINT
    qtbot.mouseMove(filled.diagram.layers, center_of(filled, "Pool1"))
    assert words_for("Pooling").sentences in filled.words.text()
    assert words_for("Pooling").formula in filled.words.text()
    qtbot.mouseMove(filled.diagram.layers, QPoint(2, 2))  # the input is no layer
    assert filled.words.text() == HINT


def test_the_tool_tip_has_the_formula(filled):
    column = filled.diagram.layers.painter.columns[1]
    assert words_for("Convolution").formula in tool_tip(column)


def test_a_click_chooses_the_layer_for_all_panels(filled, lab, qtbot):
    qtbot.mouseClick(
        filled.diagram.layers, Qt.MouseButton.LeftButton, pos=center_of(filled, "Relu1")
    )
    assert lab.selection.layer == "Relu1"
    assert filled.diagram.chosen_layer.name == "Relu1"


def test_a_layer_chosen_elsewhere_is_marked(filled, lab):
    lab.selection.choose_layer("Affine2")
    assert filled.diagram.chosen_layer.name == "Affine2"
    lab.selection.choose_layer("Conv9")
    assert filled.diagram.chosen_layer is None


def test_the_keys_go_from_layer_to_layer(filled, lab, qtbot):
    layers = filled.diagram.layers
    for key, name in [
        (Qt.Key.Key_Right, "Conv1"),
        (Qt.Key.Key_Right, "Relu1"),
        (Qt.Key.Key_End, "Affine2"),
        (Qt.Key.Key_Right, "Affine2"),
        (Qt.Key.Key_Left, "Relu2"),
        (Qt.Key.Key_Home, "Conv1"),
    ]:
        qtbot.keyClick(layers, key)
        assert lab.selection.layer == name
    assert "Conv1: output 4×24×24" in layers.accessibleDescription()


def test_a_deep_network_goes_on_in_further_bands_and_is_scrolled_to(filled, lab, qtbot):
    deep = NetworkDescription("OwnNetwork", {"layers": ["Affine size=20", "Relu"] * 8})
    lab.predictor.use(build_network(deep), trained=True)
    layers = filled.diagram.layers
    assert layers.painter.bands > 1
    assert layers.width() <= filled.diagram.width()
    assert filled.diagram.height() < layers.height()
    qtbot.keyClick(layers, Qt.Key.Key_End)
    assert lab.selection.layer == "Affine9"
    assert layers.visibleRegion().contains(center_of(filled, "Affine9"))
    qtbot.mouseMove(layers, center_of(filled, "Affine9"))
    assert filled.words.text().startswith("Affine9")


def test_it_uses_the_room_of_a_large_window(filled, lab, qtbot):
    before = filled.diagram.layers.width()
    filled.resize(1300, 850)
    layers = filled.diagram.layers
    qtbot.waitUntil(lambda: layers.width() > 1.2 * before)
    assert layers.width() <= filled.diagram.width()
    assert layers.painter.bands == 1
    left, right = layers.x(), layers.parentWidget().width() - layers.geometry().right()
    assert abs(left - right) <= 2
    pos = center_of(filled, "Affine2")
    qtbot.mouseClick(layers, Qt.MouseButton.LeftButton, pos=pos)
    assert lab.selection.layer == "Affine2"


def test_it_is_exported_whole_as_picture_drawing_and_table(filled, tmp_path):
    filled.export_png(tmp_path / "a.png")
    assert QImage(str(tmp_path / "a.png")).width() > filled.diagram.layers.width()
    filled.export_svg(tmp_path / "a.svg")
    assert "Affine2" in (tmp_path / "a.svg").read_text()
    filled.export_csv(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().count("\n") == 7


def test_a_folder_that_cannot_be_written_is_told(filled, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: said.append(args[-1]))
    (tmp_path / "file").touch()
    filled.export_png(tmp_path / "file" / "a.png")
    assert "could not be written" in said[0]


def test_it_changes_colors_with_the_theme(filled, theme):
    light = filled.grab().toImage()
    theme.choose("dark")
    assert filled.grab().toImage() != light
