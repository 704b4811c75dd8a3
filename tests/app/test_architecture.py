import csv

import pytest

from convlab.app import architecture
from convlab.app.architecture import MOST_ROUNDS, ArchitectureModel
from convlab.insight.architecture import Measured
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})
COLORED = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]}, (3, 8, 8))


@pytest.fixture
def model(lab):
    model = ArchitectureModel(lab)
    model.set_watched(True)
    return model


def use_network(lab, description=SMALL):
    lab.predictor.use(build_network(description), trained=True)


def test_before_any_network_there_are_no_layers(model):
    assert model.layers == []
    assert model.measurement is None


def test_layers_are_known_at_once_and_measured_soon(lab, model, qtbot):
    use_network(lab)
    assert [layer.name for layer in model.layers][:3] == ["Conv1", "Relu1", "Pool1"]
    assert model.measurement is None
    assert "being measured" in model.basis
    qtbot.waitUntil(lambda: model.measurement is not None)
    assert set(model.measurement.layers) == {layer.name for layer in model.layers}
    assert "first 60 images" in model.basis  # more there are not in this dataset


def take(model, monkeypatch, times):
    """Let one measurement after another find these times, without a rest between them."""
    left = iter(times)

    def measure(network, images):
        time = next(left)
        return {layer.name: Measured(1000, time, time) for layer in network.layer_shapes}

    monkeypatch.setattr(architecture, "measure", measure)
    model._again.setInterval(0)


def test_times_that_were_disturbed_do_not_stay(lab, model, qtbot, monkeypatch):
    take(model, monkeypatch, [76.0, 0.9, 0.71, 0.7, 76.0, 76.0])
    use_network(lab)
    qtbot.waitUntil(lambda: model.measurement is not None and model.measurement.is_stable)
    assert model.measurement.layers["Conv1"].forward == 0.7
    assert model.measurement.rounds == 4
    assert not model.measurement.needs_another


def test_on_a_restless_machine_measuring_ends_too(lab, model, qtbot, monkeypatch):
    take(model, monkeypatch, [8.0, 0.7, 5.0, 3.0, 9.0, 4.0, 2.0, 6.0])
    use_network(lab)
    qtbot.waitUntil(lambda: model.measurement is not None and not model.measurement.needs_another)
    assert model.measurement.rounds == MOST_ROUNDS
    assert model.measurement.layers["Conv1"].forward == 0.7
    assert not model.measurement.is_stable


def test_new_weights_of_the_same_network_are_not_measured_again(lab, model, qtbot):
    use_network(lab)
    qtbot.waitUntil(lambda: model.measurement is not None)
    former = model.measurement
    with qtbot.assertNotEmitted(model.changed, wait=50):
        lab.predictor.changed.emit()
    assert model.measurement is former


def test_numbers_of_another_network_are_not_shown_for_this_one(lab, model, qtbot):
    use_network(lab)
    qtbot.waitUntil(lambda: model.measurement is not None)
    use_network(lab, COLORED)
    assert model.measurement is None
    qtbot.waitUntil(lambda: model.measurement is not None)
    assert set(model.measurement.layers) == {"Affine1", "Affine2"}
    assert "noise" in model.basis  # the dataset's images do not fit


def test_what_a_run_disturbs_is_measured_anew_after_it(lab, model, long_run, qtbot):
    lab.session.start(long_run, lab.dataset)
    qtbot.waitUntil(lambda: model.measurement is not None)
    assert "while a run was on" in model.basis
    lab.session.stop()
    qtbot.waitUntil(lambda: not model.measurement.while_training)


def test_the_table_has_a_row_for_each_layer(lab, model, qtbot, tmp_path):
    use_network(lab)
    qtbot.waitUntil(lambda: model.measurement is not None)
    model.to_csv(tmp_path / "layers.csv")
    rows = list(csv.DictReader((tmp_path / "layers.csv").read_text().splitlines()))
    assert [row["layer"] for row in rows] == [layer.name for layer in model.layers]
    conv = rows[0]
    assert (conv["kind"], conv["output shape"], conv["parameters"]) == (
        "Convolution", "4x24x24", str(4 * 25 + 4),
    )  # fmt: skip
    assert int(conv["multiply-adds per image"]) == 4 * 24 * 24 * 25
    assert float(conv["forward ms per batch"]) > 0


@pytest.fixture
def long_run(tiny_config):
    return type(tiny_config).from_dict({**tiny_config.to_dict(), "epochs": 10_000})
