"""A run as a stream of events, and the book's calls on the same code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, SettingsError
from convlab.nn import SGD, Adam
from convlab.training import Trainer, TrainingConfig
from convlab.training.events import (
    EpochEvaluated,
    Event,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
)

MakeTrainer = Callable[..., Trainer]


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_a_run_tells_its_start_every_step_every_epoch_and_its_end(
    make_trainer: MakeTrainer,
) -> None:
    trainer = make_trainer()
    events = list(trainer.run(snapshot_seconds=float("inf")))
    epoch = [StepDone, StepDone, StepDone, EpochEvaluated]
    assert kinds(events) == [RunStarted, *epoch, *epoch, RunEnded]
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [(s.iteration, s.epoch) for s in steps] == [
        (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2),
    ]  # fmt: skip
    assert [step.loss for step in steps] == trainer.train_loss_list
    evaluations = [event for event in events if isinstance(event, EpochEvaluated)]
    assert [(e.iteration, e.epoch) for e in evaluations] == [(3, 1), (6, 2)]
    assert [e.train_accuracy for e in evaluations] == trainer.train_acc_list
    assert [e.test_accuracy for e in evaluations] == trainer.test_acc_list


def test_the_start_says_what_will_be_and_the_end_what_has_become(
    make_trainer: MakeTrainer,
) -> None:
    trainer = make_trainer(epochs=3, optimizer="adam", optimizer_param={"lr": 0.002})
    before = {name: array.copy() for name, array in trainer.network.params.items()}
    first, *_, last = trainer.run()
    assert isinstance(first, RunStarted)
    assert (first.epochs, first.iterations_per_epoch, first.iterations) == (3, 3, 9)
    assert first.learning_rate == 0.002
    assert first.network == trainer.network.description
    assert isinstance(last, RunEnded)
    assert (last.reason, last.iteration) == ("finished", 9)
    assert last.test_accuracy == trainer.network.accuracy(trainer.x_test, trainer.t_test)
    assert last.seconds > 0
    for name, array in trainer.network.params.items():
        np.testing.assert_array_equal(first.params[name], before[name])
        np.testing.assert_array_equal(last.params[name], array)
        assert (array != before[name]).any()


def test_arrays_in_events_are_copies_that_nobody_can_change(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    started = None
    for event in trainer.run(snapshot_seconds=0):
        params = getattr(event, "params", {})
        for name, array in params.items():
            assert not np.shares_memory(array, trainer.network.params[name])
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
        if isinstance(event, RunStarted):
            started = event
            kept = event.params["W1"].copy()
    assert started is not None
    np.testing.assert_array_equal(started.params["W1"], kept)


def test_snapshots_hold_the_weights_of_their_iteration(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    snapshots = 0
    for event in trainer.run(snapshot_seconds=0):
        if isinstance(event, SnapshotTaken):
            snapshots += 1
            assert event.iteration == trainer.iteration
            np.testing.assert_array_equal(event.params["W1"], trainer.network.params["W1"])
    assert snapshots == 6


def test_the_end_measures_all_test_images_whatever_an_epoch_measures(
    make_trainer: MakeTrainer,
) -> None:
    trainer = make_trainer(epochs=1, evaluate_sample_num_per_epoch=3)
    *_, last = trainer.run()
    assert isinstance(last, RunEnded)
    assert last.test_accuracy == trainer.network.accuracy(trainer.x_test, trainer.t_test)
    assert round(trainer.train_acc_list[0] * 3, 6) in (0, 1, 2, 3)
    assert round(trainer.test_acc_list[0] * 3, 6) in (0, 1, 2, 3)


@pytest.mark.parametrize("samples", [None, 0, 60, 10**6])
def test_all_images_are_measured_if_no_number_says_otherwise(
    samples: int | None, make_trainer: MakeTrainer
) -> None:
    trainer = make_trainer(epochs=1, evaluate_sample_num_per_epoch=samples)
    *_, last = trainer.run()
    assert isinstance(last, RunEnded)
    assert trainer.test_acc_list == [last.test_accuracy]
    assert trainer.train_acc_list == [trainer.network.accuracy(trainer.x_train, trainer.t_train)]


def test_learning_shows_in_loss_and_accuracy(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(epochs=20, optimizer="Adam", optimizer_param={"lr": 0.01})
    trainer.train()
    assert trainer.train_loss_list[0] == pytest.approx(np.log(10), rel=0.2)
    assert trainer.train_loss_list[-1] < 0.1
    assert trainer.test_acc_list[-1] == 1


def test_train_and_train_step_do_what_the_run_does(make_trainer: MakeTrainer) -> None:
    by_run, by_train, by_steps = make_trainer(), make_trainer(), make_trainer()
    list(by_run.run())
    by_train.train()
    losses = [by_steps.train_step() for _ in range(6)]
    assert losses == by_run.train_loss_list
    for other in (by_train, by_steps):
        assert other.train_loss_list == by_run.train_loss_list
        assert other.train_acc_list == by_run.train_acc_list
        assert other.test_acc_list == by_run.test_acc_list
        for name, array in by_run.network.params.items():
            np.testing.assert_array_equal(other.network.params[name], array)


def test_only_a_verbose_trainer_prints(
    make_trainer: MakeTrainer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_trainer().train()
    assert capsys.readouterr() == ("", "")
    trainer = make_trainer(verbose=True)
    trainer.train()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(f"epoch 2: train accuracy {trainer.train_acc_list[1]:.4f}, test")
    assert lines[2] == f"final test accuracy {trainer.test_acc_list[-1]:.4f}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_network_computes_in_the_type_that_was_chosen(
    dtype: str, make_trainer: MakeTrainer
) -> None:
    trainer = make_trainer(epochs=1, dtype=dtype)
    *_, last = trainer.run()
    assert isinstance(last, RunEnded)
    assert trainer.network.dtype == dtype
    assert all(array.dtype == dtype for array in last.params.values())
    other = make_trainer(epochs=1, dtype="float32" if dtype == "float64" else "float64")
    other.train()
    assert other.train_loss_list == pytest.approx(trainer.train_loss_list, rel=1e-4)
    assert other.train_loss_list != trainer.train_loss_list


def test_flat_images_and_one_hot_labels_train_alike(make_trainer: MakeTrainer) -> None:
    expected, given = make_trainer(), make_trainer()
    expected.train()
    trainer = Trainer(
        given.network,
        given.x_train.reshape(60, -1).astype(np.float32) / np.float32(255),
        np.eye(10)[given.t_train],
        given.x_test.reshape(20, -1).astype(np.float32) / np.float32(255),
        np.eye(10)[given.t_test],
        2,
        20,
        "sgd",
        {"lr": 0.01},
        None,
        False,
        seed=0,
    )
    trainer.train()
    assert trainer.train_loss_list == expected.train_loss_list
    assert trainer.test_acc_list == expected.test_acc_list


def test_the_optimizer_is_chosen_by_its_name_in_any_case(make_trainer: MakeTrainer) -> None:
    assert make_trainer().optimizer == SGD(lr=0.01)
    chosen = make_trainer(optimizer="ADAM", optimizer_param={"lr": np.float32(0.5)})
    assert chosen.optimizer == Adam(lr=0.5)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"optimizer": "rmsprpo"}, "Did you mean RMSprop"),
        ({"optimizer_param": {"lr": 0}}, r"Learning rate must be .*above 0.* received 0"),
        ({"optimizer_param": {"momentum": 0.9}}, "momentum: There is no such setting"),
        ({"mini_batch_size": 61}, "A mini-batch has 1 to 60 images here; received 61"),
        ({"epochs": 0}, "Epochs must be"),
        ({"evaluate_sample_num_per_epoch": -1}, "Evaluation must be"),
        ({"sampling": "every other"}, "one of shuffled or replacement; received 'every other'"),
        ({"dtype": "float16"}, "one of float32 or float64; received 'float16'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    arguments: dict[str, Any], sentence: str, make_trainer: MakeTrainer
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        make_trainer(**arguments)


def test_images_and_labels_must_be_as_many_and_not_none(make_trainer: MakeTrainer) -> None:
    good = make_trainer()
    x, t, network = good.x_train, good.t_train, good.network
    with pytest.raises(ConvlabError, match=r"as many: 60 and 59 to train, 60 and 60 to test"):
        Trainer(network, x, t[:59], x, t)
    with pytest.raises(ConvlabError, match=r"60 and 60 to train, 0 and 0 to test"):
        Trainer(network, x, t, x[:0], t[:0])
    with pytest.raises(ConvlabError, match=r"Labels must be from 0 to 9; received 1 to 10"):
        Trainer(network, x, t + 1, x, t)


def test_a_config_makes_the_trainer_and_the_network(
    tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    trainer = Trainer.from_config(tiny_config, tiny_dataset)
    assert trainer.iterations == 12
    assert trainer.network.params["W1"].shape == (4, 1, 5, 5)
    assert isinstance(trainer.optimizer, Adam)
    assert not trainer.verbose


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"mini_batch_size": 61}, "mini_batch_size"),
        ({"network": {"name": "SimpleConvNet", "filter_size": 29}}, "network.filter_size"),
        ({"network": {"name": "SimpleConvNet", "filter_size": 4}}, "network.filter_size"),
    ],
)
def test_a_config_that_these_images_do_not_allow_is_refused_at_its_setting(
    changes: dict[str, Any], setting: str, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    config = TrainingConfig.from_dict(tiny_config.to_dict() | changes)
    with pytest.raises(SettingsError) as refused:
        Trainer.from_config(config, tiny_dataset)
    assert list(refused.value.problems) == [setting]
