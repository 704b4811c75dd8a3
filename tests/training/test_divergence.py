"""A loss that is no longer finite ends the run, and nothing that was learned is lost."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.training import Trainer, TrainingConfig
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, RunEnded, SnapshotTaken, StepDone

MakeTrainer = Callable[..., Trainer]


def spoil(trainer: Trainer, monkeypatch: pytest.MonkeyPatch, update: int, value: float) -> None:
    """Let the optimizer turn all weights into ``value`` at that update."""
    original = trainer.optimizer.update_one

    def update_and_spoil(name: str, param: Any, grad: Any) -> None:
        original(name, param, grad)
        if trainer.optimizer.iterations == update:
            param[...] = value

    monkeypatch.setattr(trainer.optimizer, "update_one", update_and_spoil)


def test_too_large_a_learning_rate_ends_the_run_with_advice(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(epochs=50)
    trainer.optimizer.lr = 1e30
    *_, last = trainer.run()
    assert isinstance(last, RunEnded)
    assert last.reason == "diverged"
    assert f"at iteration {last.iteration:,}" in last.message
    assert "Try a smaller learning rate (it was 1e+30)" in last.message
    assert last.test_accuracy is None
    assert not np.isfinite(trainer.train_loss_list[-1])
    assert np.isfinite(trainer.train_loss_list[:-1]).all()


def test_the_last_weights_known_to_be_good_are_restored(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(epochs=10)
    spoil(trainer, monkeypatch, update=24, value=float("nan"))
    good = None
    for event in trainer.run(snapshot_seconds=0):
        if isinstance(event, SnapshotTaken) and event.iteration == 20:
            good = event.params
    assert isinstance(event, RunEnded)
    assert (event.reason, event.iteration) == ("diverged", 25)
    assert "The loss was nan at iteration 25" in event.message
    assert "weights after iteration 20 were kept" in event.message
    assert good is not None
    for name, array in trainer.network.params.items():
        np.testing.assert_array_equal(array, good[name])
        np.testing.assert_array_equal(event.params[name], good[name])


def test_the_curves_up_to_there_are_kept(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(epochs=10)
    spoil(trainer, monkeypatch, update=7, value=float("nan"))
    events = list(trainer.run())
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    assert len(losses) == len(trainer.train_loss_list) == 8
    assert np.isnan(losses[-1])
    assert len([event for event in events if isinstance(event, EpochEvaluated)]) == 2
    assert len(trainer.train_acc_list) == len(trainer.test_acc_list) == 2


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_no_snapshot_shows_weights_that_are_not_finite(
    value: float, make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer()
    spoil(trainer, monkeypatch, update=2, value=value)
    snapshots = [e for e in trainer.run(snapshot_seconds=0) if isinstance(e, SnapshotTaken)]
    assert [snapshot.iteration for snapshot in snapshots] == [1]


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_never_leaves_weights_that_are_not_finite(
    stopped: bool, make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if the last step spoilt them, and no loss was computed with them."""
    trainer = make_trainer(epochs=1)
    spoil(trainer, monkeypatch, update=3, value=float("inf"))
    control = Control()
    for event in trainer.run(control):
        if stopped and isinstance(event, StepDone) and event.iteration == 3:
            control.stop()
    assert isinstance(event, RunEnded)
    assert event.reason == "diverged"
    for params in (event.params, trainer.network.params):
        assert all(np.isfinite(array).all() for array in params.values())


def test_the_next_run_is_not_touched_by_it(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = make_trainer()
    expected.train()
    diverged = make_trainer()
    spoil(diverged, monkeypatch, update=1, value=float("nan"))
    diverged.train()
    following = make_trainer()
    following.train()
    assert following.train_loss_list == expected.train_loss_list


def test_a_verbose_trainer_says_it(
    make_trainer: MakeTrainer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trainer = make_trainer(verbose=True)
    spoil(trainer, monkeypatch, update=1, value=float("nan"))
    trainer.train()
    assert "The loss was nan at iteration 2" in capsys.readouterr().out


def test_too_large_a_rate_diverges_for_real(tiny_dataset: Dataset) -> None:
    wild = {"network": "DeepConvNet", "optimizer": {"name": "SGD", "lr": 100.0}}
    config = TrainingConfig.from_dict({**wild, "epochs": 2, "mini_batch_size": 20})
    *_, ended = Trainer.from_config(config, tiny_dataset).run()
    assert isinstance(ended, RunEnded)
    assert ended.reason == "diverged"
    assert all(np.isfinite(array).all() for array in ended.params.values())
