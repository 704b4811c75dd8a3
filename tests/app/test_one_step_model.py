"""A step is made on a copy; the lab changes when it is accepted, and not before."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.one_step import OneStepModel
from convlab.data.dataset import Dataset
from convlab.insight.filter_edit import first_layer
from convlab.nn import Adam, SimpleConvNet
from convlab.training.config import TrainingConfig
from convlab.training.events import SnapshotTaken
from convlab.training.run_store import RunStore, resumed_trainer


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


def test_an_accepted_step_can_be_undone_and_accepted_again(
    lab: Lab, model: OneStepModel, network: SimpleConvNet, qtbot: QtBot
) -> None:
    make(qtbot, model)
    model.accept()
    assert model.is_accepted
    assert lab.stand_in.in_words == "1 step taken"
    model.undo()
    assert not model.is_accepted
    assert lab.predictor.answering is network
    model.accept()
    assert model.is_accepted
    lab.stand_in.undo_all()  # from the row at the top of the window
    assert not model.is_accepted
    assert model.why_not_accept() == ""


def test_another_moment_of_the_run_sets_the_step_aside_and_says_so(
    lab: Lab, model: OneStepModel, network: SimpleConvNet, qtbot: QtBot
) -> None:
    make(qtbot, model)
    model.accept()
    lab.session.weights_shown.emit(SnapshotTaken(3, dict(network.params)))
    assert not model.is_accepted
    assert lab.stand_in.lost_in_words.endswith("1 step taken.")
    assert "make the step again" in model.why_not_accept()


def test_a_large_step_is_not_kept_beside_the_next_one(
    model: OneStepModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(qtbot, model)
    model.begin(2, 5)
    assert model.step is not None  # a small one is shown until the next is there
    qtbot.waitUntil(lambda: not model.is_busy)
    model.go_to(3)
    monkeypatch.setattr("convlab.app.one_step.MOST_BYTES_BESIDE", 1000)
    model.begin(2, 5)
    assert model.step is None
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model.step is not None
    assert model.place == 3


@pytest.fixture
def stored_lab(
    qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig, store: RunStore
) -> Iterator[Lab]:
    """A lab that keeps its runs."""
    lab = Lab(tiny_dataset, tiny_config, store)
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)


def test_after_a_run_the_step_is_the_one_that_the_run_would_make(
    stored_lab: Lab, tiny_config: TrainingConfig, qtbot: QtBot
) -> None:
    lab, model = stored_lab, OneStepModel(stored_lab)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(tiny_config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    folder = lab.session.run_folder
    assert folder is not None
    trainer = resumed_trainer(folder, lab.dataset)
    dealt: list[np.ndarray] = []
    deal = trainer.batches.next

    def watched() -> np.ndarray:
        dealt.append(np.arange(10, 20))  # the images of the step
        deal()
        return dealt[-1]

    trainer.batches.next = watched  # type: ignore[method-assign]
    trainer.train_step()
    make(qtbot, model, first=10, images=10)
    assert dealt
    assert model.step is not None
    assert model.step.optimizer.iterations == 13
    for name, array in trainer.network.params.items():
        np.testing.assert_allclose(model.step.network.params[name], array, rtol=1e-4, atol=1e-6)
    assert "after iteration 12" in model.memory_in_words
    model.accept()
    make(qtbot, model, first=10, images=10)
    assert model.step.optimizer.iterations == 14  # that of the accepted step goes on
    assert model.memory_in_words == ""


def test_a_learning_rate_that_the_run_was_given_stays_until_another_one_is_set(
    lab: Lab, model: OneStepModel, qtbot: QtBot
) -> None:
    make(qtbot, model)
    assert model.step is not None
    model.step.optimizer.lr = 0.0003  # as it was in the course of the run
    model.accept()
    make(qtbot, model)
    assert (model.step.optimizer.iterations, model.step.optimizer.lr) == (2, 0.0003)
    settings = TrainingConfig().to_dict()
    settings["optimizer"]["lr"] = 0.5
    lab.set_config(TrainingConfig.from_dict(settings))
    make(qtbot, model)
    assert (model.step.optimizer.iterations, model.step.optimizer.lr) == (2, 0.5)


def test_where_nothing_is_known_of_the_memory_it_says_that_the_optimizer_begins_anew(
    stored_lab: Lab, tiny_config: TrainingConfig, qtbot: QtBot
) -> None:
    lab, model = stored_lab, OneStepModel(stored_lab)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(tiny_config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    settings = tiny_config.to_dict()
    other_rate = {**settings["optimizer"], "lr": 0.5}
    for optimizer, words in (
        (other_rate, "Adam begins anew here, as at the start of a run (m = v = 0)"),
        ({"name": "Momentum"}, "Momentum begins anew here, as at the start of a run (v = 0)"),
        ({"name": "SGD"}, ""),  # which remembers nothing at any time
    ):
        lab.set_config(TrainingConfig.from_dict({**settings, "optimizer": optimizer}))
        make(qtbot, model)
        assert model.step is not None
        assert model.step.optimizer.iterations == 1
        assert model.memory_in_words.startswith(words)
        assert bool(words) == bool(model.memory_in_words)
    lab.set_config(tiny_config)
    first = lab.predictor.original
    assert first is not None
    lab.stand_in.edit_filters({0: first_layer(first).filters(first)[0].muted()})
    make(qtbot, model)
    assert model.memory_in_words.startswith("Adam begins anew")  # other weights than the run's
    lab.predictor.compare_untrained(True)
    make(qtbot, model)
    assert model.memory_in_words == ""  # that is how a run begins
