"""A run that is stopped and goes on gives what it would have given without the stop, to the bit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.training import Trainer, TrainingConfig
from convlab.training.control import Control
from convlab.training.events import Event, RunEnded, RunStarted, SnapshotTaken, StepDone
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import branched_trainer, resumed_trainer

SETTINGS: Mapping[str, Any] = {
    "dataset": "tiny",
    "epochs": 2,
    "mini_batch_size": 20,
    "evaluate_sample_num_per_epoch": 0,
    "augmentation": {"shift": 1, "rotation": 5},
}
STEPS = 6
OWN = {
    "name": "OwnNetwork",
    "layers": [
        "Convolution filter_num=3 filter_size=5",
        "BatchNormalization",
        "Relu",
        "Pooling pool_size=4 stride=4",
        "Affine size=12",
        "Dropout dropout_ratio=0.3",
    ],
}


def config_of(**settings: Any) -> TrainingConfig:
    return TrainingConfig.from_dict({**SETTINGS, **settings})


def train(
    trainer: Trainer, folder: RunFolder, config: TrainingConfig, stop_at: int = 0
) -> list[Event]:
    """Train and record, until a step if one is named; a checkpoint is taken at the end only."""
    control, events = Control(), []
    recorder = Recorder(folder, config)
    for event in recorder.follow(trainer.run(control, checkpoint_seconds=1e9)):
        events.append(event)
        if isinstance(event, StepDone) and event.iteration == stop_at:
            control.stop()
    return events


def assert_same_in_spite_of_stops(
    config: TrainingConfig, dataset: Dataset, path: Path, *stops: int
) -> None:
    whole = Trainer.from_config(config, dataset)
    whole_events = list(whole.run())
    folder = RunFolder.create(config, path)
    train(Trainer.from_config(config, dataset), folder, config, stops[0])
    for stop in (*stops[1:], 0):
        trainer = resumed_trainer(RunFolder(path), dataset)
        events = train(trainer, RunFolder(path), config, stop)
    for name, array in whole.network.params.items():
        np.testing.assert_array_equal(trainer.network.params[name], array)
    history = RunFolder(path).history()
    assert trainer.train_loss_list == whole.train_loss_list == history.losses.tolist()
    assert trainer.train_acc_list == whole.train_acc_list
    assert [e.test_accuracy for e in history.evaluations] == whole.test_acc_list
    ended, whole_ended = events[-1], whole_events[-1]
    assert isinstance(ended, RunEnded)
    assert isinstance(whole_ended, RunEnded)
    assert (ended.message, ended.test_accuracy) == (whole_ended.message, whole_ended.test_accuracy)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_with_every_optimizer(optimizer: str, tiny_dataset: Dataset, tmp_path: Path) -> None:
    network = {"name": "SimpleConvNet", "filter_num": 3, "hidden_size": 12}
    config = config_of(network=network, optimizer=optimizer)
    assert_same_in_spite_of_stops(config, tiny_dataset, tmp_path / "run", 2, 5)


@pytest.mark.parametrize("network", NETWORKS.names())
def test_with_every_network(network: str, tiny_dataset: Dataset, tmp_path: Path) -> None:
    choice = OWN if network == "OwnNetwork" else {"name": network}
    random = np.random.default_rng(NETWORKS.names().index(network))
    stops = sorted(random.choice(np.arange(1, STEPS), 2, replace=False).tolist())
    config = config_of(network=choice, sampling="replacement" if network == "LeNet" else "shuffled")
    assert_same_in_spite_of_stops(config, tiny_dataset, tmp_path / "run", *stops)


@pytest.mark.parametrize("stop", range(1, STEPS + 1))
def test_wherever_it_is_stopped_the_best_weights_are_the_same(
    stop: int, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    network = {"name": "SimpleConvNet", "filter_num": 2, "hidden_size": 10}
    config = config_of(network=network, weights_kept="best", early_stopping=1)
    assert_same_in_spite_of_stops(config, tiny_dataset, tmp_path / "run", stop)


def test_it_begins_by_telling_what_was_before(tiny_dataset: Dataset, tmp_path: Path) -> None:
    config = config_of()
    folder = RunFolder.create(config, tmp_path / "run")
    first, *_ = train(Trainer.from_config(config, tiny_dataset), folder, config, stop_at=4)
    trainer = resumed_trainer(folder, tiny_dataset)
    started, snapshot, *_ = trainer.run()
    assert isinstance(first, RunStarted)
    assert isinstance(started, RunStarted)
    assert isinstance(snapshot, SnapshotTaken)
    assert (started.iteration, snapshot.iteration) == (4, 4)
    assert started.history is not None
    assert started.history.iterations.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(started.params["W1"], first.params["W1"])
    assert (snapshot.params["W1"] != first.params["W1"]).any()


def test_without_a_checkpoint_it_begins_anew(tiny_dataset: Dataset, tmp_path: Path) -> None:
    config = config_of()
    folder = RunFolder.create(config, tmp_path / "run")
    trainer = resumed_trainer(folder, tiny_dataset)
    assert trainer.iteration == 0
    train(trainer, folder, config)
    assert len(folder.history().losses) == STEPS


def test_other_images_are_refused(tiny_dataset: Dataset, tmp_path: Path) -> None:
    config = config_of()
    folder = RunFolder.create(config, tmp_path / "run")
    train(Trainer.from_config(config, tiny_dataset), folder, config, stop_at=4)
    fewer = Dataset(
        "fewer", "Fewer", tiny_dataset.test, tiny_dataset.test, tiny_dataset.class_names
    )
    with pytest.raises(ConvlabError, match="cannot go on with these images"):
        resumed_trainer(folder, fewer)


def test_a_branch_begins_with_the_weights_of_its_parent_and_may_have_other_settings(
    tiny_dataset: Dataset, tmp_path: Path
) -> None:
    config = config_of()
    parent = RunFolder.create(config, tmp_path / "parent")
    train(Trainer.from_config(config, tiny_dataset), parent, config)
    other = config_of(optimizer={"name": "SGD", "lr": 0.5}, mini_batch_size=30, epochs=1)
    trainer = branched_trainer(other, tiny_dataset, parent, 3)
    child = RunFolder.create(other, tmp_path / "child")
    recorder = Recorder(child, other, parent=parent.path.name)
    started, *_ = recorder.follow(trainer.run(checkpoint_seconds=1e9))
    assert isinstance(started, RunStarted)
    assert (started.branched_at, started.iteration) == (3, 0)
    np.testing.assert_array_equal(started.params["W1"], parent.snapshots.load(3)["W1"])
    info = child.info()
    assert info is not None
    assert (info.parent, info.branched_at, info.iteration) == ("parent", 3, 2)
    again = resumed_trainer(child, tiny_dataset)
    (told, *_) = again.run()
    assert isinstance(told, RunStarted)
    assert told.branched_at == 3
    np.testing.assert_array_equal(told.params["W1"], started.params["W1"])
