import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from convlab.app.layer_outputs import NO_NETWORK
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.panels.feature_maps import HINT, FeatureMapsPanel

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})
NO_CONVOLUTION = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]})


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = FeatureMapsPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(690, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def filled(qtbot, lab, panel):
    lab.predictor.use(build_network(SMALL), trained=True)
    qtbot.waitUntil(lambda: panel.model.seen is not None)
    return panel


def point_of(panel, layer, unit):
    """Where a unit lies in the viewport, once it was scrolled to."""
    panel.view.set_marked(layer, unit)
    section = next(section for section in panel.view.sections if section.name == layer)
    point = section.unit_rect(unit).center().toPoint()
    point.setY(point.y() - panel.view.verticalScrollBar().value())
    return point


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_it_says_what_to_do_first(panel, qtbot):
    assert panel.hint.isVisible()
    assert panel.hint.text() == NO_NETWORK


def test_every_layer_has_a_row_and_the_image_is_named(filled, lab):
    names = [section.name for section in filled.view.sections]
    assert names == ["Input", "Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2"]
    assert filled.status.text() == f"{lab.examined.title}. {HINT}"


def test_pointing_tells_the_exact_value(filled, qtbot):
    point = point_of(filled, "Conv1", (2, 5, 7))
    qtbot.mouseMove(filled.view.viewport(), point)
    value = float(filled.model.seen.outputs["Conv1"][2, 5, 7])
    said, number = filled.status.text().split(": ")
    assert said == "Conv1, map 3, row 6, column 8"
    assert float(number.replace("−", "-")) == pytest.approx(value, rel=1e-5)


def test_a_click_chooses_the_unit_for_the_inspector(filled, lab, qtbot):
    point = point_of(filled, "Affine1", (7,))
    qtbot.mouseClick(filled.view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert (lab.selection.layer, lab.selection.unit) == ("Affine1", (7,))
    assert filled.status.text().startswith("Affine1, unit 8: ")


def test_a_drawing_is_seen_at_once(filled, lab, qtbot):
    before = filled.view.grab().toImage()
    lab.examined.set_image(np.full((1, 28, 28), 200, np.uint8), "Your drawing")
    qtbot.waitUntil(lambda: filled.status.text().startswith("Your drawing"))
    assert filled.view.grab().toImage() != before


def test_hidden_it_computes_nothing_and_catches_up_when_shown(filled, lab, qtbot):
    filled.hide()
    former = filled.model.seen
    lab.examined.set_image(np.full((1, 28, 28), 200, np.uint8), "Your drawing")
    assert filled.model.seen is former
    with qtbot.waitExposed(filled):
        filled.show()
    qtbot.waitUntil(lambda: filled.model.seen.title == "Your drawing")


def test_one_layer_can_be_enlarged(filled, lab):
    choose(filled.layer_box, "Relu1")
    (section,) = filled.view.sections
    assert section.name == lab.selection.layer == "Relu1"
    assert filled.view.verticalScrollBar().maximum() == 0
    lab.selection.choose_layer("Pool1")
    assert filled.layer_box.currentText() == "Pool1"
    choose(filled.layer_box, "All layers")
    assert len(filled.view.sections) == 7


def test_a_layer_chosen_elsewhere_is_scrolled_to(filled, lab):
    lab.selection.choose_layer("Affine2")
    section = filled.view.sections[-1]
    bar = filled.view.verticalScrollBar()
    assert bar.value() > 0
    assert section.bottom <= bar.value() + filled.view.viewport().height() + 1


def test_the_keys_go_from_number_to_number_and_from_layer_to_layer(filled, lab, qtbot):
    lab.selection.choose_layer("Conv1", (0, 3, 3))
    control, plain = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
    for key, modifier, place in [
        (Qt.Key.Key_Right, plain, ("Conv1", (0, 3, 4))),
        (Qt.Key.Key_Down, plain, ("Conv1", (0, 4, 4))),
        (Qt.Key.Key_PageDown, plain, ("Conv1", (1, 4, 4))),
        (Qt.Key.Key_PageUp, plain, ("Conv1", (0, 4, 4))),
        (Qt.Key.Key_PageUp, plain, ("Conv1", (0, 4, 4))),
        (Qt.Key.Key_Down, control, ("Relu1", (0, 0, 0))),
        (Qt.Key.Key_Left, plain, ("Relu1", (0, 0, 0))),
    ]:
        qtbot.keyClick(filled.view, key, modifier)
        assert (lab.selection.layer, lab.selection.unit) == place
    lab.selection.choose_layer("Affine1", (3,))
    qtbot.keyClick(filled.view, Qt.Key.Key_Right)
    assert lab.selection.unit == (4,)


def test_each_map_can_have_a_scale_of_its_own(filled):
    before = filled.view.grab().toImage()
    choose(filled.scale_box, "Own scale a map")
    assert filled.view.grab().toImage() != before
    assert filled.choices()["scale"] == "map"
    filled.restore_choices({"scale": "layer"})
    assert filled.view.grab().toImage() == before


def test_a_network_without_convolution_has_bars(filled, lab, qtbot):
    lab.predictor.use(build_network(NO_CONVOLUTION), trained=True)
    qtbot.waitUntil(lambda: len(filled.view.sections) == 3)
    assert [section.tiling is None for section in filled.view.sections] == [False, True, True]


def test_weights_that_are_not_finite_are_survived(filled, lab, qtbot):
    network = build_network(SMALL)
    network.params["W1"][...] = np.nan
    former = filled.model.seen
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: filled.model.seen is not former)
    filled.grab()
    assert "nan" in filled.view.reading(("Conv1", (0, 0, 0)))


def test_it_is_exported_whole_as_picture_and_arrays(filled, tmp_path):
    filled.export_png(tmp_path / "maps.png")
    assert QImage(str(tmp_path / "maps.png")).height() > 2 * filled.view.viewport().height()
    filled.export_npz(tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz", allow_pickle=False) as archive:
        assert "Pool1" in archive


def test_a_narrow_dock_leaves_room_for_the_choices(filled, qtbot):
    assert filled.export_button.text() == "Export"
    filled.resize(330, 420)
    qtbot.waitUntil(lambda: filled.export_button.text() == "")
