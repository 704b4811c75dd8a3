"""The faults of the book's code that are not inherited, one test each."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConvlabError, WeightsError
from convlab.nn.engine.plan import Plan
from convlab.training import Trainer
from convlab.training.events import EpochEvaluated, StepDone

MakeTrainer = Callable[..., Trainer]


class EvilPickle:
    """Unpickled by the book's load_params, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_the_optimizer_rmsprop_is_known_under_its_own_name(make_trainer: MakeTrainer) -> None:
    """The book's trainer knows it as rmsprpo."""
    assert type(make_trainer(optimizer="rmsprop").optimizer).__name__ == "RMSprop"
    with pytest.raises(ConvlabError, match="'rmsprpo'"):
        make_trainer(optimizer="rmsprpo")


def test_a_step_makes_one_forward_pass(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book's makes a second one to report the loss."""
    trainer = make_trainer(epochs=2, mini_batch_size=60)
    passes: list[int] = []
    forward = Plan.forward

    def counted(plan: Plan, images: Any) -> Any:
        passes.append(len(images))
        return forward(plan, images)

    monkeypatch.setattr(Plan, "forward", counted)
    events = trainer.run(snapshot_seconds=float("inf"))
    while not isinstance(next(events), StepDone):
        pass
    assert sum(passes) == 60


def test_the_loss_is_the_one_before_the_step(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(mini_batch_size=60)
    before = trainer.network.loss(trainer.x_train, trainer.t_train)
    assert trainer.train_step() == pytest.approx(before, rel=1e-5)


def test_accuracy_counts_the_last_partial_batch(make_trainer: MakeTrainer) -> None:
    """The book leaves out the images after the last whole hundred, yet divides by all."""
    trainer = make_trainer(mini_batch_size=60, epochs=30, optimizer="adam",
                           optimizer_param={"lr": 0.01})  # fmt: skip
    trainer.train()
    assert len(trainer.x_train) % 100 != 0
    assert trainer.train_acc_list[-1] == 1
    assert trainer.test_acc_list[-1] == 1


@pytest.mark.parametrize(("mini_batch_size", "per_epoch"), [(7, 9), (40, 2), (59, 2), (60, 1)])
def test_an_epoch_ends_where_the_images_do_also_if_the_batch_does_not_divide_them(
    mini_batch_size: int, per_epoch: int, make_trainer: MakeTrainer
) -> None:
    """The book compares by a float modulo that hardly ever fires then."""
    trainer = make_trainer(epochs=3, mini_batch_size=mini_batch_size)
    evaluated = [event for event in trainer.run() if isinstance(event, EpochEvaluated)]
    assert [event.iteration for event in evaluated] == [per_epoch, 2 * per_epoch, 3 * per_epoch]
    assert len(trainer.train_loss_list) == 3 * per_epoch


def test_an_epoch_counts_after_it_has_run(make_trainer: MakeTrainer) -> None:
    """The book evaluates epoch 1 after its first mini-batch."""
    trainer = make_trainer(epochs=4, mini_batch_size=20)
    for _ in range(2):
        trainer.train_step()
    assert trainer.train_acc_list == []
    trainer.train_step()
    assert len(trainer.train_acc_list) == 1
    trainer.train()
    assert len(trainer.train_acc_list) == len(trainer.test_acc_list) == 4


def test_every_image_is_seen_once_an_epoch(
    make_trainer: MakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book draws every mini-batch from all images, and so misses a third of them."""
    seen: list[bytes] = []
    trainer = make_trainer(epochs=1, mini_batch_size=25)
    original = trainer.x_train

    class Watched(np.ndarray[Any, np.dtype[np.uint8]]):
        def __getitem__(self, key: Any) -> Any:
            part = np.asarray(self)[key]
            seen.extend(image.tobytes() for image in part)
            return part

    trainer.x_train = original.view(Watched)
    for event in trainer.run():
        if isinstance(event, StepDone) and event.iteration == 3:
            break
    assert sorted(seen) == sorted(image.tobytes() for image in original)


def test_drawing_with_replacement_is_an_option(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(epochs=2, mini_batch_size=25, sampling="replacement")
    trainer.train()
    assert len(trainer.train_loss_list) == 6
    shuffled = make_trainer(epochs=2, mini_batch_size=25)
    shuffled.train()
    assert trainer.train_loss_list != shuffled.train_loss_list


def test_loading_weights_runs_nothing_of_the_file(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    """The book unpickles them, which does whatever the file says."""
    (tmp_path / "params.pkl").write_bytes(pickle.dumps({"W1": EvilPickle(tmp_path / "owned")}))
    with pytest.raises(WeightsError, match="do not trust this file"):
        make_trainer().network.load_params(str(tmp_path / "params.pkl"))
    assert not (tmp_path / "owned").exists()
