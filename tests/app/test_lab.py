from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from convlab.app import lab as lab_module
from convlab.app.gradient_check import GradientCheckModel
from convlab.app.lab import Lab
from convlab.nn import SimpleConvNet


def test_another_config_is_told_once(lab: Lab, qtbot: QtBot) -> None:
    config = lab.config
    assert config is not None
    with qtbot.assertNotEmitted(lab.config_changed):
        lab.set_config(replace(config))
    with qtbot.waitSignal(lab.config_changed):
        lab.set_config(None)
    assert lab.config is None
    with qtbot.waitSignal(lab.config_changed):
        lab.set_config(replace(config, epochs=7))
    assert lab.config is not None
    assert lab.config.epochs == 7


def test_another_dataset_is_told(lab: Lab, qtbot: QtBot) -> None:
    other = replace(lab.dataset, name="other")
    with qtbot.waitSignal(lab.dataset_changed):
        lab.set_dataset(other)
    assert lab.dataset is other


def test_a_new_lab_is_idle_and_untrained(lab: Lab) -> None:
    assert not lab.session.is_busy
    assert lab.predictor.network is None


def test_weights_that_come_with_the_lab_answer_before_any_training(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.safetensors"
    SimpleConvNet(hidden_size=8).save_params(path)
    monkeypatch.setattr(lab_module, "shipped_weights", lambda: path)
    lab.use_shipped_weights()
    assert (lab.predictor.is_trained, lab.predictor.origin) == (True, "lab")
    assert lab.predictor.learned_from is not None


@pytest.mark.parametrize("content", [None, b"damaged"])
def test_without_sound_weights_of_its_own_the_lab_begins_untrained(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(lab_module, "shipped_weights", lambda: path if content else None)
    lab.use_shipped_weights()
    assert lab.predictor.network is None


def test_what_the_loader_reads_becomes_the_dataset(lab: Lab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lab.dataset_changed):
        lab.loader.load("bundled")
    assert lab.dataset.name == "bundled"


def test_whoever_leaves_ends_what_is_computed_beside(lab: Lab, qtbot: QtBot) -> None:
    lab.predictor.use(SimpleConvNet(hidden_size=8), trained=True)
    model = GradientCheckModel(lab)
    model.check(0, 10)
    assert model.is_busy
    lab.leave()
    assert not model.is_busy
    with qtbot.assertNotEmitted(model.progressed, wait=50):
        pass
