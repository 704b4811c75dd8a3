"""A run whose disk fills up is put elsewhere, with all that was written of it before."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.data.dataset import Dataset
from convlab.files import write_atomically
from convlab.training import Trainer, TrainingConfig
from convlab.training.control import Control
from convlab.training.events import RunEnded, StepDone, Warned
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_store import RunStore, resumed_trainer


@pytest.fixture
def trainer(tiny_config: TrainingConfig, tiny_dataset: Dataset) -> Trainer:
    return Trainer.from_config(tiny_config, tiny_dataset)


@pytest.fixture
def folder(tmp_path: Path, tiny_config: TrainingConfig) -> RunFolder:
    return RunFolder.create(tiny_config, tmp_path / "runs" / "run")


def test_a_full_disk_is_told_once_and_the_run_is_put_elsewhere(
    folder: RunFolder,
    tiny_config: TrainingConfig,
    trainer: Trainer,
    monkeypatch: pytest.MonkeyPatch,
    prompt_disk: None,
    home: Path,
) -> None:
    def write(path: Path, content: bytes | str) -> None:
        if folder.path in path.parents:
            raise OSError(28, "No space left on device")
        write_atomically(path, content)

    for module in ("nn.weights", "training.checkpoint", "training.run_folder", "training.run_info"):
        monkeypatch.setattr(f"convlab.{module}.write_atomically", write)
    recorder = Recorder(folder, tiny_config)
    events = list(recorder.follow(trainer.run(checkpoint_seconds=0.0)))
    goes_on, moved = [event.sentence for event in events if isinstance(event, Warned)]
    assert goes_on.endswith(
        "No space left on device. The training goes on, and is written at its end."
    )
    assert moved.endswith(f"The whole run was put into {recorder.folder.path} instead.")
    assert home in recorder.folder.path.parents
    assert isinstance(events[-1], RunEnded)
    assert len(recorder.folder.history().losses) == 12


@pytest.fixture
def fills_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """From some write on, there is no room below a path but for small files."""

    def make(place: Path, writes: int) -> None:
        left = iter(range(writes))

        def write(path: Path, content: bytes | str) -> None:
            is_large = len(content) > 10_000
            if place in path.parents and is_large and next(left, None) is None:
                raise OSError(28, "No space left on device")
            write_atomically(path, content)

        for module in ("nn.weights", "training.checkpoint"):
            monkeypatch.setattr(f"convlab.{module}.write_atomically", write)

    return make


def test_a_run_that_is_put_elsewhere_can_be_scrubbed_and_gone_on_with(
    folder: RunFolder,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    trainer: Trainer,
    fills_up: Callable[[Path, int], None],
    prompt_disk: None,
) -> None:
    fills_up(folder.path, 12)
    control = Control()
    folder.save_notes(RunNotes("mine"))
    recorder = Recorder(folder, tiny_config)
    for event in recorder.follow(trainer.run(control, checkpoint_seconds=0.0)):
        if isinstance(event, StepDone) and event.iteration == 9:
            control.stop()
    assert recorder.was_moved
    new = recorder.folder
    assert new.title == "mine"
    before = folder.snapshots.iterations
    assert len(before) > 1
    assert RunFolder(new.path).snapshots.iterations == sorted({*before, 9})
    assert resumed_trainer(new, tiny_dataset).iteration == 9
    info = folder.info()
    assert info is not None
    assert (info.state, info.message) == ("stopped", f"The run was put into {new.path}.")
    assert info.moved_to == str(new.path)
    (entry,) = RunStore(folder.path.parent).entries()
    assert not entry.was_interrupted


def test_what_cannot_be_copied_elsewhere_is_told(
    folder: RunFolder,
    tiny_config: TrainingConfig,
    trainer: Trainer,
    fills_up: Callable[[Path, int], None],
    monkeypatch: pytest.MonkeyPatch,
    prompt_disk: None,
) -> None:
    def copy(source: Path, target: Path) -> None:
        target.write_text("half of it")
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("shutil.copyfile", copy)
    fills_up(folder.path, 8)
    recorder = Recorder(folder, tiny_config)
    *_, moved, ended = recorder.follow(trainer.run(checkpoint_seconds=0.0))
    assert isinstance(ended, RunEnded)
    assert isinstance(moved, Warned)
    assert moved.sentence.endswith(
        f"put into {recorder.folder.path} instead; not all of its snapshots could be, which are "
        f"still in {folder.path}."
    )
    assert recorder.folder.snapshots.iterations == [12]
    assert len(recorder.folder.history().losses) == 12


def test_a_run_whose_folder_is_deleted_while_it_trains_is_put_elsewhere_and_can_go_on(
    folder: RunFolder,
    tiny_config: TrainingConfig,
    tiny_dataset: Dataset,
    trainer: Trainer,
    prompt_disk: None,
) -> None:
    recorder, warnings = Recorder(folder, tiny_config), []
    for event in recorder.follow(trainer.run(checkpoint_seconds=0.0)):
        if isinstance(event, StepDone) and event.iteration == 9:
            shutil.rmtree(folder.path)
        if isinstance(event, Warned):
            warnings.append(event.sentence)
    new = recorder.folder
    first, moved = warnings
    assert first.endswith("No such file or directory. The training goes on, and is written at its "
                          "end.")  # fmt: skip
    assert moved.endswith(
        f"Its history, weights and last checkpoint were put into {new.path} instead; its earlier "
        "snapshots are gone with the folder."
    )
    assert not folder.path.exists(), "nothing is left in the old place that looks like a run"
    assert RunFolder(new.path).config() == tiny_config
    assert RunFolder(new.path).history().losses.tolist() == trainer.train_loss_list
    assert resumed_trainer(RunFolder(new.path), tiny_dataset).iteration == 12
