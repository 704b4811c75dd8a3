import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from convlab.app.layer_outputs import NO_NETWORK
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.panels.inspector import InspectorPanel
from convlab.ui.widgets.number_grid import exact
from convlab.ui.widgets.unit_sum_grids import CAPTION

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})
LENET = NetworkDescription("LeNet")
PADDED = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=3 filter_size=3 pad=1", "BatchNormalization", "Tanh",
                "LocalResponseNormalization", "AveragePooling", "Subsampling", "Dropout"]},
)  # fmt: skip


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = InspectorPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(690, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def filled(qtbot, lab, panel):
    use(qtbot, lab, panel, SMALL)
    return panel


def use(qtbot, lab, panel, description):
    former = panel.model.seen
    network = build_network(description)
    for name, array in network.params.items():
        if name.startswith("b"):
            array += 0.25
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: panel.model.seen is not former)


def captions(panel):
    return [field.caption for field in panel.pictures.fields]


def test_it_says_what_to_do_first(panel):
    assert panel.hint.isVisible()
    assert panel.hint.text() == NO_NETWORK


def test_a_unit_chosen_elsewhere_is_taken_apart(filled, lab):
    lab.selection.choose_layer("Conv1", (2, 10, 12))
    patch, weights, products = filled.sum_view.grids.grids
    outputs, params = filled.model.seen.outputs, filled.model.seen.network.params
    np.testing.assert_array_equal(patch.values, outputs["Input"][0, 10:15, 12:17])
    np.testing.assert_array_equal(weights.values, params["W1"][2, 0])
    np.testing.assert_allclose(products.values, patch.values * weights.values, rtol=1e-6)
    assert exact(float(outputs["Conv1"][2, 10, 12])) in filled.sum_view.sum.text()
    assert f"after Relu1: {exact(float(outputs['Relu1'][2, 10, 12]))}" in filled.sum_view.sum.text()
    assert "patch = x[:, 10:15, 12:17]" in filled.sum_view.code.text()


def test_the_receptive_field_is_outlined_on_the_image_and_the_layer_before(filled, lab):
    lab.selection.choose_layer("Pool1", (1, 3, 4))
    assert captions(filled) == ["Input", "Relu1 · 2", "Pool1 · 2"]
    image, before, own = filled.pictures.fields
    assert (image.region.rows, image.region.columns) == (range(6, 12), range(8, 14))
    assert (before.region.rows, before.region.columns) == (range(6, 8), range(8, 10))
    assert (own.region.rows, own.region.columns) == (range(3, 4), range(4, 5))
    rect, pixel = filled.pictures.region_rect(0), filled.pictures.picture_rect(0).width() / 28
    assert rect.width() == pytest.approx(6 * pixel)


def test_pooling_outlines_the_winner(filled, lab):
    lab.selection.choose_layer("Pool1", (1, 3, 4))
    (window,) = filled.sum_view.grids.grids
    assert window.values[window.outlined] == window.values.max()
    assert "The largest of 4 wins" in filled.sum_view.sum.text()


def test_a_fully_connected_unit_lists_its_largest_contributions(filled, lab):
    lab.selection.choose_layer("Affine1", (3,))
    assert filled.sum_view.rows.isVisible()
    assert not filled.sum_view.grids.isVisible()
    total = sum(row.product for row in filled.sum_view.rows.rows)
    assert total == pytest.approx(filled.model.told.value, rel=1e-4, abs=1e-6)


def test_units_are_chosen_in_the_boxes(filled, lab, qtbot):
    boxes = filled.choice.place_boxes
    boxes[0].setValue(4)
    boxes[2].setValue(7)
    assert (lab.selection.layer, lab.selection.unit) == ("Conv1", (3, 12, 6))
    box = filled.choice.layer_box
    box.setCurrentIndex(box.findText("Affine1"))
    box.activated.emit(box.currentIndex())
    assert lab.selection.layer == "Affine1"
    assert [box.isVisible() for box in boxes] == [True, False, False]


def test_a_click_on_a_map_chooses_its_unit(filled, lab, qtbot):
    lab.selection.choose_layer("Relu1", (1, 3, 4))
    number = captions(filled).index("Conv1 · 2")
    corner = filled.pictures.picture_rect(number).bottomRight().toPoint() - QPoint(2, 2)
    qtbot.mouseClick(filled.pictures, Qt.MouseButton.LeftButton, pos=corner)
    assert (lab.selection.layer, lab.selection.unit) == ("Conv1", (1, 23, 23))
    image = filled.pictures.picture_rect(0).center().toPoint()
    qtbot.mouseClick(filled.pictures, Qt.MouseButton.LeftButton, pos=image)  # not a layer
    assert lab.selection.layer == "Conv1"


def test_of_several_channels_the_one_that_adds_most_is_shown_first(filled, lab, qtbot):
    use(qtbot, lab, filled, LENET)
    lab.selection.choose_layer("Conv2", (3, 4, 5))
    told, view = filled.model.told, filled.sum_view
    most = int(np.abs(told.products.sum(axis=(1, 2))).argmax())
    assert view.channel_box.isVisible()
    assert view.channel_box.value() == most + 1
    listed = view.channel_sums.text().removeprefix("By channel").split(",")
    sums = [float(part.split("\u00a0")[1].replace("−", "-")) for part in listed]
    assert len(sums) == 6 + 1  # and the bias, with which they add up
    rounding = 0.005 * sum(map(abs, sums)) + 1e-6  # of three digits each
    assert sum(sums) == pytest.approx(told.value, rel=0, abs=rounding)
    other = (most + 1) % 6
    view.channel_box.setValue(other + 1)
    np.testing.assert_array_equal(view.grids.grids[1].values, told.weights[other])
    lab.selection.choose_layer("Conv2", (4, 4, 5))  # another unit begins anew
    assert view.channel == np.abs(filled.model.told.products.sum(axis=(1, 2))).argmax()


def test_pointing_at_a_cell_tells_its_exact_numbers(filled, lab, qtbot):
    lab.selection.choose_layer("Conv1", (2, 10, 12))
    grids = filled.sum_view.grids
    qtbot.mouseMove(grids, QPoint(6, CAPTION + 6))
    x, w, y = (exact(float(grid.values[0, 0])) for grid in grids.grids)
    assert filled.sum_view.reading.text() == f"Row 1, column 1: {x} × {w} = {y}"


def test_a_mouse_at_rest_stays_on_its_cell_when_the_numbers_change(filled, lab, qtbot):
    lab.selection.choose_layer("Conv1", (2, 10, 12))
    grids = filled.sum_view.grids
    left = grids._lefts()[1]
    cell = grids.grids[1].cell(QPointF(left, CAPTION), 1, 3)
    qtbot.mouseMove(grids, cell.center().toPoint())
    assert filled.sum_view.reading.text().startswith("Row 2, column 4: ")
    with qtbot.waitSignal(filled.model.changed):
        lab.predictor.changed.emit()
    assert filled.sum_view.reading.text().startswith("Row 2, column 4: ")


def test_the_padding_is_marked(filled, lab, qtbot):
    use(qtbot, lab, filled, PADDED)
    lab.selection.choose_layer("Conv1", (0, 0, 5))
    padding = filled.sum_view.grids.grids[0].padding
    assert padding[0].all()
    assert not padding[1:].any()


def test_every_layer_of_every_kind_can_be_looked_into(filled, lab, qtbot):
    use(qtbot, lab, filled, PADDED)
    for layer in filled.model.layers:
        lab.selection.choose_layer(layer)
        filled.grab()
        assert filled.model.told.layer == layer
        assert "y = " in filled.sum_view.code.text()
        assert exact(filled.model.told.value) in filled.sum_view.sum.text()


def test_weights_that_are_not_finite_are_survived(filled, lab, qtbot):
    network = build_network(SMALL)
    network.params["W1"][...] = np.nan
    former = filled.model.seen
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: filled.model.seen is not former)
    filled.grab()
    assert "nan" in filled.sum_view.sum.text()


def test_it_is_exported_as_picture_and_table(filled, lab, tmp_path):
    lab.selection.choose_layer("Conv1", (2, 10, 12))
    filled.export_png(tmp_path / "unit.png")
    assert not QImage(str(tmp_path / "unit.png")).isNull()
    filled.export_csv(tmp_path / "unit.csv")
    assert (tmp_path / "unit.csv").read_text().count("\n") == 1 + 25 + 1 + 1 + 1
