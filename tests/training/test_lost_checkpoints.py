"""A run whose checkpoints were not written, or are damaged, loses no more than it must."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.nn import Adam, weights
from convlab.nn.description import NetworkDescription
from convlab.training import Trainer, TrainingConfig
from convlab.training.checkpoint import Checkpoint
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, Event, RunEnded, StepDone, Warned
from convlab.training.kept_moment import MomentWriter
from convlab.training.moments import Moments
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.run_store import resumed_trainer
from convlab.training.state import Best

MakeRun = Callable[..., RunFolder]
NO_TIME_FOR_ANY = 1e9  # seconds between checkpoints


pytestmark = pytest.mark.usefixtures("prompt_disk")


@pytest.fixture
def folder(tmp_path: Path, tiny_config: TrainingConfig) -> RunFolder:
    return RunFolder.create(replace(tiny_config, epochs=30), tmp_path / "runs" / "run")


@pytest.fixture
def trainer(folder: RunFolder, tiny_dataset: Dataset) -> Trainer:
    return Trainer.from_config(folder.config(), tiny_dataset)


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], bool]], None]:
    """Lets the disk be full for checkpoints whose names are such."""
    save = Checkpoint.save

    def make(is_such: Callable[[str], bool]) -> None:
        def save_or_not(checkpoint: Checkpoint, path: Path) -> None:
            if is_such(path.name):
                raise OSError(errno.ENOSPC, "No space left on device")
            save(checkpoint, path)

        monkeypatch.setattr(Checkpoint, "save", save_or_not)

    return make


def train(
    folder: RunFolder,
    trainer: Trainer,
    *,
    stop_at: int = 0,
    stop_after_epoch: int = 0,
    kill_at: int = 0,
    every: float = 0.0,
) -> list[Event]:
    """Train and record until a step or an epoch; ``every`` so many seconds with a checkpoint."""
    control, events = Control(), []
    recorded = Recorder(folder, folder.config()).follow(
        trainer.run(control, checkpoint_seconds=every)
    )
    for event in recorded:
        events.append(event)
        match event:
            case StepDone(iteration=at) if at == kill_at:
                recorded.close()  # type: ignore[attr-defined]
            case StepDone(iteration=at) if at == stop_at:
                control.stop()
            case EpochEvaluated(epoch=epoch) if epoch == stop_after_epoch:
                control.stop()
    return events


def checkpoint_files(folder: RunFolder) -> list[str]:
    names = (path.name for path in (folder.path / "checkpoints").iterdir())
    return sorted(name for name in names if name != "best.safetensors")


def damage(folder: RunFolder, pattern: str) -> None:
    files = list((folder.path / "checkpoints").glob(pattern))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:-1])


def told(folder: RunFolder) -> RunInfo:
    info = RunFolder(folder.path).info()
    assert info is not None
    return info


def test_best_checkpoints_alone_are_enough_to_go_on_and_do_not_pile_up(
    folder: RunFolder,
    trainer: Trainer,
    tiny_dataset: Dataset,
    no_room: Callable[[Callable[[str], bool]], None],
) -> None:
    no_room(lambda name: not name.startswith("best-"))
    train(folder, trainer, kill_at=50)
    accuracies = trainer.test_acc_list
    records = [n for n in range(len(accuracies)) if accuracies[n] > max(accuracies[:n], default=-1)]
    assert len(records) > 2
    latest = [f"best-{6 * (n + 1):06d}.safetensors" for n in records[-2:]]
    assert checkpoint_files(folder) == latest
    again = resumed_trainer(RunFolder(folder.path), tiny_dataset)
    assert again.iteration == 6 * (records[-1] + 1)
    train(RunFolder(folder.path), again, kill_at=again.iteration + 1)
    assert checkpoint_files(folder) == latest
    assert max(folder.snapshots.iterations) > 0


def test_a_kill_right_after_going_back_to_the_best_epoch_loses_nothing_before_it(
    folder: RunFolder, trainer: Trainer, tiny_dataset: Dataset
) -> None:
    train(folder, trainer, stop_at=45, every=NO_TIME_FOR_ANY)
    best = told(folder).best_iteration
    assert 0 < best < 42
    back = resumed_trainer(RunFolder(folder.path), tiny_dataset, at_best=True)
    train(RunFolder(folder.path), back, kill_at=best + 1, every=NO_TIME_FOR_ANY)
    assert RunFolder(folder.path).checkpoints() == []
    assert resumed_trainer(RunFolder(folder.path), tiny_dataset).iteration == best


def test_if_the_regular_checkpoints_are_damaged_it_goes_on_at_the_best_one(
    folder: RunFolder, trainer: Trainer, tiny_dataset: Dataset
) -> None:
    train(folder, trainer, stop_at=50)
    damage(folder, "0*.safetensors")
    assert resumed_trainer(folder, tiny_dataset).iteration == told(folder).best_iteration
    damage(folder, "best-*.safetensors")
    with pytest.raises(ConvlabError, match="cannot go on: its checkpoints are damaged"):
        resumed_trainer(folder, tiny_dataset)


def test_only_what_ended_before_its_first_checkpoint_begins_anew(
    folder: RunFolder, trainer: Trainer, tiny_dataset: Dataset
) -> None:
    train(folder, trainer, kill_at=2, every=NO_TIME_FOR_ANY)
    anew = resumed_trainer(RunFolder(folder.path), tiny_dataset)
    assert anew.iteration == 0
    train(RunFolder(folder.path), anew, stop_at=3)
    for name in checkpoint_files(folder):
        (folder.path / "checkpoints" / name).unlink()
    with pytest.raises(ConvlabError, match="cannot go on: it has no checkpoint"):
        resumed_trainer(RunFolder(folder.path), tiny_dataset)


def test_the_best_weights_are_none_of_a_future_to_which_it_did_not_come(
    folder: RunFolder, trainer: Trainer, tiny_dataset: Dataset
) -> None:
    train(folder, trainer, stop_after_epoch=2)
    assert trainer.test_acc_list[1] > trainer.test_acc_list[0]
    assert told(folder).best_iteration == 12
    damage(folder, "*000012.safetensors")
    before = resumed_trainer(RunFolder(folder.path), tiny_dataset)
    assert before.iteration == 11
    assert before.best is not None
    train(RunFolder(folder.path), before, kill_at=12, every=NO_TIME_FOR_ANY)
    info = told(folder)
    assert (info.best_iteration, info.best_accuracy) == (6, trainer.test_acc_list[0])
    assert info.last_accuracy == trainer.test_acc_list[0]
    folder.snapshots.file(6).unlink()
    kept = Moments(RunFolder(folder.path))
    assert kept.best == 6
    np.testing.assert_array_equal(kept.load(6)["W1"], before.best.params["W1"])


def test_a_best_checkpoint_that_found_no_room_is_written_with_the_next_one(
    folder: RunFolder, trainer: Trainer, no_room: Callable[[Callable[[str], bool]], None]
) -> None:
    failures = iter([True])
    no_room(lambda name: name == "best-000012.safetensors" and next(failures, False))
    train(folder, trainer, stop_at=15)
    assert next(failures, None) is None, "it was tried"
    assert told(folder).best_iteration == 12
    assert checkpoint_files(folder)[-1] == "best-000012.safetensors"


@pytest.mark.parametrize(
    ("last", "what_then"),
    [
        (10, "If the run is to go on later, it begins at an earlier one."),
        (0, "The run cannot go on later; a new one can begin at one of its moments."),
    ],
)
def test_a_last_checkpoint_that_is_lost_is_told_also_after_another_warning(
    last: int,
    what_then: str,
    folder: RunFolder,
    trainer: Trainer,
    no_room: Callable[[Callable[[str], bool]], None],
) -> None:
    no_room(lambda name: int(name.removeprefix("best-")[:6]) > last)
    events = train(folder, trainer, stop_at=14)
    warnings = [event.sentence for event in events if isinstance(event, Warned)]
    assert len(warnings) == 2
    assert warnings[1].startswith(f"The last checkpoint cannot be written to {folder.path}: No sp")
    assert warnings[1].endswith(what_then)


def test_of_a_run_that_diverged_the_best_weights_are_those_of_its_best_epoch(
    folder: RunFolder,
    trainer: Trainer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    update_one = Adam.update_one

    def spoil(optimizer: Adam, name: str, param: Any, grad: Any) -> None:
        update_one(optimizer, name, param, grad)
        if optimizer.iterations == 14:
            param[...] = np.nan

    monkeypatch.setattr(Adam, "update_one", spoil)
    *_, ended = train(folder, trainer, every=NO_TIME_FOR_ANY)
    assert isinstance(ended, RunEnded)
    assert ended.reason == "diverged"
    assert trainer.best is not None
    assert told(folder).best_iteration == trainer.best.iteration == 12
    kept = weights.load(folder.best_path)[0]
    np.testing.assert_array_equal(kept["W1"], trainer.best.params["W1"])


def test_best_weights_of_which_a_run_does_not_tell_are_not_left(
    folder: RunFolder, trainer: Trainer
) -> None:
    train(folder, trainer, stop_after_epoch=1)
    info = told(folder)
    writer = MomentWriter(folder, trainer.network.description)
    writer.begin_with(Best(6, 0.2, trainer.network.params))
    writer.end_with(None, info)
    assert folder.best_path.exists()
    writer.end_with(None, replace(info, best_iteration=12))
    assert not folder.best_path.exists()


def test_while_there_is_no_room_for_better_weights_the_best_before_them_stay(
    folder: RunFolder, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_best = RunFolder.write_best

    def write(folder: RunFolder, best: Best, description: NetworkDescription) -> None:
        if best.iteration > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_best(folder, best, description)

    monkeypatch.setattr(RunFolder, "write_best", write)
    train(folder, trainer, kill_at=16)
    assert trainer.best is not None
    assert trainer.best.iteration == 12
    assert (told(folder).best_iteration, Moments(folder).best) == (6, 6)
    folder.snapshots.file(6).unlink()
    assert Moments(folder).size(6) > 0


@pytest.mark.parametrize("content", [None, b"nothing"])
def test_a_branch_goes_on_and_counts_as_before_without_the_weights_that_it_began_with(
    content: bytes | None, make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    branch = make_run(parent=make_run(), at=8, stop_at=4)
    assert (told(branch).branched_at, told(branch).epochs_before) == (8, 1)
    spoil_beginning(branch, content)
    again = resumed_trainer(RunFolder(branch.path), tiny_dataset)
    assert (again.iteration, again.branched_at, again.epochs_before) == (4, 8, 1)
    assert again.first_params is not None
    np.testing.assert_array_equal(again.first_params["W1"], branch.snapshots.load(1)["W1"])
    train(RunFolder(branch.path), again)
    assert (told(branch).branched_at, told(branch).epochs_before) == (8, 1)


@pytest.mark.parametrize("content", [None, b"nothing"])
def test_a_branch_with_neither_a_checkpoint_nor_a_beginning_is_refused(
    content: bytes | None, make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    parent = make_run()
    branch = make_run(parent=parent, at=8, stop_at=4)
    for name in checkpoint_files(branch):
        (branch.path / "checkpoints" / name).unlink()
    branch.save_info(replace(told(branch), state="running", iteration=0))  # killed before the first
    anew = resumed_trainer(RunFolder(branch.path), tiny_dataset)
    np.testing.assert_array_equal(anew.network.params["W1"], parent.snapshots.load(8)["W1"])
    spoil_beginning(branch, content)
    with pytest.raises(ConvlabError, match=f"took from the run {parent.path.name} are missing or"):
        resumed_trainer(RunFolder(branch.path), tiny_dataset)


def test_a_damaged_first_snapshot_is_no_harm_and_made_anew_if_the_run_is(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    run = make_run(stop_at=4)
    first = run.snapshots.load(0)
    spoil_beginning(run, b"nothing")
    trainer = resumed_trainer(RunFolder(run.path), tiny_dataset)
    assert trainer.iteration == 4
    assert trainer.first_params is not None
    np.testing.assert_array_equal(trainer.first_params["W1"], first["W1"])
    for name in checkpoint_files(run):
        (run.path / "checkpoints" / name).unlink()
    run.save_info(replace(told(run), state="running", iteration=0))
    train(RunFolder(run.path), resumed_trainer(RunFolder(run.path), tiny_dataset), stop_at=1)
    np.testing.assert_array_equal(run.snapshots.load(0)["W1"], first["W1"])


def spoil_beginning(run: RunFolder, content: bytes | None) -> None:
    if content is None:
        run.snapshots.file(0).unlink()
    else:
        run.snapshots.file(0).write_bytes(content)
