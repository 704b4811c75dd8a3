import csv

import numpy as np
import pytest

from convlab.app.inspector import InspectorModel
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})
NO_CONVOLUTION = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]})


@pytest.fixture
def model(lab, qtbot):
    model = InspectorModel(lab)
    model.set_watched(True)
    lab.predictor.use(build_network(SMALL), trained=True)
    qtbot.waitUntil(lambda: model.told is not None)
    return model


def test_at_first_it_looks_at_the_middle_of_the_first_map(model):
    assert (model.layer, model.unit) == ("Conv1", (0, 12, 12))
    assert model.told.value == model.seen.outputs["Conv1"][0, 12, 12]


def test_it_follows_what_is_chosen_elsewhere(lab, model):
    lab.selection.choose_layer("Pool1", (3, 2, 1))
    assert (model.told.layer, model.told.unit, model.kind) == ("Pool1", (3, 2, 1), "Pooling")
    assert list(model.fields) == ["Pool1", "Relu1", "Conv1", "Input"]


def test_what_it_chooses_is_seen_elsewhere(lab, model):
    model.choose("Affine1", (7,))
    assert (lab.selection.layer, lab.selection.unit) == ("Affine1", (7,))
    assert model.told.weights.size == 4 * 12 * 12


@pytest.mark.parametrize("unit", [(4, 0, 0), (0, 0), (-1, 0, 0), None])
def test_a_unit_that_is_not_there_is_replaced_by_one_that_is(lab, model, unit):
    lab.selection.choose_layer("Pool1", unit)
    assert model.told.unit == (0, 6, 6)


def test_a_layer_of_another_network_is_replaced(lab, model, qtbot):
    model.choose("Pool1", (3, 2, 1))
    lab.predictor.use(build_network(NO_CONVOLUTION), trained=True)
    qtbot.waitUntil(lambda: "Pool1" not in model.layers)
    assert (model.layer, model.unit) == ("Affine1", (0,))


def test_the_drawing_is_followed(lab, model, qtbot):
    lab.examined.set_image(np.zeros((1, 28, 28), np.uint8), "Nothing")
    qtbot.waitUntil(lambda: model.seen.title == "Nothing")
    assert model.told.value == pytest.approx(model.told.bias)
    assert not model.told.inputs.any()


def test_the_table_adds_up(model, tmp_path):
    model.to_csv(tmp_path / "unit.csv")
    *inputs, bias, total, end = csv.DictReader((tmp_path / "unit.csv").read_text().splitlines())
    assert [row["part"] for row in (bias, total, end)] == ["bias", "Conv1", "after Relu1"]
    assert float(end["value"]) == max(0.0, float(total["value"]))
    assert len(inputs) == 25
    assert (inputs[0]["row_from_1"], inputs[-1]["column_from_1"]) == ("13", "17")
    assert (total["channel_from_1"], total["row_from_1"]) == ("1", "13")
    added = sum(float(row["product"]) for row in inputs) + float(bias["value"])
    assert added == pytest.approx(float(total["value"]), rel=1e-5, abs=1e-7)
