"""A check runs beside the window, on a copy, and can be given up."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.gradient_check import SAMPLED, GradientCheckModel
from convlab.app.lab import Lab
from convlab.insight.gradient_comparison import Verdict
from convlab.nn import SimpleConvNet
from convlab.training.config import TrainingConfig


@pytest.fixture
def model(lab: Lab) -> GradientCheckModel:
    network = SimpleConvNet(
        conv_param={"filter_num": 2, "filter_size": 5, "pad": 0, "stride": 1},
        hidden_size=4,
        rng=np.random.default_rng(0),
        weight_init_std=0.1,
    )
    lab.predictor.use(network, trained=True)
    return GradientCheckModel(lab)


def finish(qtbot: QtBot, model: GradientCheckModel) -> None:
    qtbot.waitUntil(lambda: not model.is_busy, timeout=20_000)


def test_some_numbers_of_every_parameter_are_checked(
    lab: Lab, model: GradientCheckModel, qtbot: QtBot
) -> None:
    model.check(4, 2)
    finish(qtbot, model)
    assert [one.name for one in model.comparisons] == ["W1", "b1", "W2", "b2", "W3", "b3"]
    for one in model.comparisons:
        assert len(one.backward) == min(SAMPLED, one.total)
        assert one.verdict is not Verdict.DIFFER
    assert model.batch == (4, 2)


def test_the_whole_array_is_checked_on_demand_and_takes_its_place(
    model: GradientCheckModel, qtbot: QtBot
) -> None:
    model.check(0, 1)
    finish(qtbot, model)
    model.check_all("W1")
    finish(qtbot, model)
    first, *others = model.comparisons
    assert (first.name, len(first.backward)) == ("W1", 50)
    assert len(others) == 5


def test_giving_up_keeps_what_is_done(model: GradientCheckModel, qtbot: QtBot) -> None:
    model.check(0, 1)
    finish(qtbot, model)
    with qtbot.waitSignal(model.progressed):
        model.check_all("W2")
    model.cancel()
    assert not model.is_busy
    assert len(model.comparisons[2].backward) == SAMPLED


def test_another_network_makes_it_old_and_other_images_make_it_void(
    lab: Lab, model: GradientCheckModel, qtbot: QtBot
) -> None:
    model.check(0, 1)
    finish(qtbot, model)
    assert not model.is_outdated
    lab.predictor.changed.emit()
    assert model.is_outdated
    assert model.comparisons
    lab.set_dataset(lab.dataset)
    assert model.comparisons == ()


def test_it_says_what_is_missing(lab: Lab) -> None:
    model = GradientCheckModel(Lab(lab.dataset, TrainingConfig()))
    assert "press Train first" in model.why_not()
    model.check(0, 1)
    assert not model.is_busy


def test_every_number_is_a_row_of_the_table(
    model: GradientCheckModel, qtbot: QtBot, tmp_path: Path
) -> None:
    model.check(0, 1)
    finish(qtbot, model)
    model.to_csv(tmp_path / "check.csv")
    rows = list(csv.DictReader((tmp_path / "check.csv").read_text().splitlines()))
    assert len(rows) == sum(len(one.backward) for one in model.comparisons)
    one = model.comparisons[0]
    assert rows[0]["parameter"] == "W1"
    assert rows[0]["place"] == " ".join(map(str, one.places[0].tolist()))
    assert float(rows[0]["backward"]) == one.backward[0]


def test_the_table_says_what_was_not_checked(
    model: GradientCheckModel, qtbot: QtBot, tmp_path: Path
) -> None:
    model.check(0, 1)
    finish(qtbot, model)
    assert model.unchecked == {}
    del model._comparisons["b3"]  # as if it had been given up before
    assert model.unchecked == {"b3": 10}
    model.to_csv(tmp_path / "check.csv")
    rows = list(csv.DictReader((tmp_path / "check.csv").read_text().splitlines()))
    first, last = rows[0], rows[-1]
    one = model.comparisons[0]
    assert (first["checked"], first["of"]) == (str(SAMPLED), str(one.total))
    assert (float(first["relative_error"]), first["verdict"]) == (one.error, one.verdict.value)
    assert (last["parameter"], last["checked"], last["of"]) == ("b3", "0", "10")
    assert last["verdict"] == "Not checked"
