"""A step is made on a copy; the lab changes when it is accepted, and not before."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.one_step import OneStepModel
from convlab.nn import Adam, SimpleConvNet
from convlab.training.config import TrainingConfig


@pytest.fixture
def network(lab: Lab) -> SimpleConvNet:
    network = SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0))
    lab.predictor.use(network, trained=True)
    return network


@pytest.fixture
def model(lab: Lab, network: SimpleConvNet) -> OneStepModel:
    return OneStepModel(lab)


def make(qtbot: QtBot, model: OneStepModel, first: int = 2, images: int = 5) -> None:
    model.begin(first, images)
    qtbot.waitUntil(lambda: not model.is_busy)


def test_it_says_what_is_missing(lab: Lab, network: SimpleConvNet) -> None:
    model = OneStepModel(Lab(lab.dataset, TrainingConfig()))
    assert "press Train first" in model.why_not_begin()
    assert model.why_not_accept() == "Make a step first."
    other = OneStepModel(lab)
    lab.set_config(None)
    assert "Setup" in other.why_not_begin()
    lab.set_config(TrainingConfig())
    lab.predictor.use(SimpleConvNet(input_dim=(3, 8, 8), hidden_size=4), trained=True)
    assert "reads images of 3×8×8" in other.why_not_begin()


def test_nothing_changes_until_the_step_is_accepted(
    lab: Lab, model: OneStepModel, network: SimpleConvNet, qtbot: QtBot
) -> None:
    before = {name: array.copy() for name, array in network.params.items()}
    twin, optimizer = network.copy(), Adam()
    with qtbot.assertNotEmitted(lab.predictor.changed):
        make(qtbot, model)
        for _ in range(3):
            model.go_to(model.place + 1)
    assert lab.predictor.answering is network
    for name, array in before.items():
        np.testing.assert_array_equal(network.params[name], array)
    with qtbot.waitSignal(lab.predictor.changed):
        model.accept()
    train = lab.dataset.train
    _, gradients = twin.loss_and_gradient(train.images[2:7], train.labels[2:7])
    optimizer.update(twin.params, gradients)
    answering = lab.predictor.answering
    assert answering is not None
    for name, array in twin.params.items():
        np.testing.assert_allclose(answering.params[name], array, rtol=1e-5, atol=1e-7)


def test_the_next_step_goes_on_with_what_the_optimizer_remembers(
    lab: Lab, model: OneStepModel, qtbot: QtBot
) -> None:
    make(qtbot, model)
    make(qtbot, model)  # not accepted: still the first one
    assert model.step is not None
    assert model.step.optimizer.iterations == 1
    model.accept()
    make(qtbot, model)
    assert model.step.optimizer.iterations == 2
    assert isinstance(lab.config, TrainingConfig)
    lab.set_config(TrainingConfig.from_dict({**lab.config.to_dict(), "optimizer": "SGD"}))
    make(qtbot, model)
    assert model.step.optimizer.iterations == 1


def test_a_step_from_weights_that_are_gone_is_not_accepted(
    lab: Lab, model: OneStepModel, network: SimpleConvNet, qtbot: QtBot
) -> None:
    make(qtbot, model)
    assert model.why_not_accept() == ""
    other = network.copy()
    lab.predictor.use(other, trained=True)
    assert "make the step again" in model.why_not_accept()
    model.accept()
    assert lab.predictor.answering is other


def test_no_step_is_accepted_while_a_run_is_on(
    lab: Lab, model: OneStepModel, qtbot: QtBot, tiny_config: TrainingConfig
) -> None:
    lab.session.start(tiny_config, lab.dataset, paused=True)
    qtbot.waitUntil(lambda: lab.predictor.iteration == 1)
    make(qtbot, model)
    assert "stop it first" in model.why_not_accept()
    answering = lab.predictor.answering
    model.accept()
    assert lab.predictor.answering is answering


def test_stages_are_walked_through_and_the_place_is_kept(model: OneStepModel, qtbot: QtBot) -> None:
    make(qtbot, model)
    assert model.step is not None
    assert model.stage is not None
    assert model.stage.title == "Batch"
    model.go_to(-5)
    assert model.place == 0
    model.go_to(1000)
    assert model.place == len(model.step.stages) - 1
    assert model.stage.title == "Result"
    make(qtbot, model, first=9)
    assert model.stage.title == "Result"
    assert model.batch == (9, 5)


def test_the_last_images_are_fewer(model: OneStepModel, lab: Lab, qtbot: QtBot) -> None:
    make(qtbot, model, first=58, images=10)
    assert model.batch == (58, 2)


def test_every_array_is_written(model: OneStepModel, qtbot: QtBot, tmp_path: Path) -> None:
    make(qtbot, model)
    model.to_npz(tmp_path / "step.npz")
    assert model.step is not None
    with np.load(tmp_path / "step.npz", allow_pickle=False) as arrays:
        assert len(arrays) == sum(len(stage.arrays) for stage in model.step.stages)
        col = next(stage for stage in model.step.stages if stage.title == "Forward: Conv1")
        np.testing.assert_array_equal(arrays["01_Forward_Conv1_col"], col.arrays["col"])
