import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import ConvlabError, DataError
from convlab.nn.network_settings import open_network
from convlab.training import Trainer, TrainingConfig
from convlab.training.checkpoint import Checkpoint
from convlab.training.events import EpochEvaluated, LearningRateChanged, StepDone
from convlab.training.history import History
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo, RunNotes


@pytest.fixture
def trainer(tiny_config: TrainingConfig, tiny_dataset: object) -> Trainer:
    return Trainer.from_config(tiny_config, tiny_dataset)  # type: ignore[arg-type]


def write(folder: RunFolder, trainer: Trainer, history: History | None = None) -> None:
    if history is None:
        history = History(0.1)
        history.add_steps([StepDone(1, 1, 2.5)])
    folder.write_history(history)
    folder.write_weights(trainer.network.params, trainer.network.description)


def test_a_folder_holds_settings_history_and_weights(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "some" / "run")
    assert os.listdir(folder.path) == ["settings.toml"]
    write(folder, trainer)
    names = {"settings.toml", "history.csv", "weights.safetensors"}
    assert set(os.listdir(folder.path)) == names
    assert folder.config() == tiny_config
    assert (folder.path / "history.csv").read_text().endswith("1,1,2.5,0.1,,\n")
    opened = open_network(folder.weights_path)
    np.testing.assert_array_equal(opened.params["W2"], trainer.network.params["W2"])


def test_writing_again_replaces_what_is_there(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    write(folder, trainer)
    trainer.network.params["W1"][...] = 7
    write(folder, trainer)
    assert len(os.listdir(folder.path)) == 3
    assert (open_network(folder.weights_path).params["W1"] == 7).all()


def test_what_a_person_says_of_a_run_is_kept_beside_what_the_training_says(
    tmp_path: Path, tiny_config: TrainingConfig
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    assert (folder.info(), folder.notes(), folder.title) == (None, RunNotes(), "run")
    info = RunInfo("2026-01-02T03:04:05", "tiny", "LeNet", "Adam", {"optimizer.lr": 0.1})
    folder.save_info(info)
    notes = RunNotes('the "good" one', "line 1\nline 2", starred=True)
    folder.save_notes(notes)
    assert (folder.info(), folder.notes(), folder.title) == (info, notes, notes.name)
    (folder.path / "notes.toml").write_text("name = ")
    assert folder.notes() == RunNotes()
    (folder.path / "run.toml").write_text("state = 'unheard of'")
    assert folder.info() is None


def test_only_one_may_train_a_run_at_a_time(tmp_path: Path, tiny_config: TrainingConfig) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    other = RunFolder(folder.path)
    assert not other.is_held()
    folder.acquire()
    assert other.is_held()
    with pytest.raises(ConvlabError, match="The run run is being trained at the moment"):
        other.acquire()
    folder.release()
    assert not other.is_held()


def test_the_last_checkpoints_are_kept_and_a_damaged_one_is_passed_over(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    assert folder.last_checkpoint() is None
    history = History(0.1)
    for iteration in range(1, 5):
        trainer.train_step()
        history.add_steps([StepDone(iteration, 1, trainer.train_loss_list[-1])])
        folder.write_checkpoint(Checkpoint(trainer.state(), history.copy(), tiny_config))
    assert folder.checkpoints() == [4, 3]
    latest = folder.path / "checkpoints" / "000004.safetensors"
    latest.write_bytes(latest.read_bytes()[:-1])
    checkpoint = folder.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.state.iteration == 3
    latest.write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(DataError, match="is no checkpoint of convlab, or it is damaged"):
        Checkpoint.load(latest)


def test_the_checkpoint_of_an_iteration_is_found_also_where_it_is_only_the_best_one(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder, history = RunFolder.create(tiny_config, tmp_path / "run"), History(0.1)
    for iteration in range(1, 5):
        trainer.train_step()
        history.add_steps([StepDone(iteration, 1, trainer.train_loss_list[-1])])
        checkpoint = Checkpoint(trainer.state(), history.copy(), tiny_config)
        folder.write_checkpoint(checkpoint, best=checkpoint if iteration == 1 else None)
    found = {n: folder.checkpoint_at(n) for n in range(6)}
    assert [n for n, each in found.items() if each is not None] == [1, 3, 4]
    assert all(each.state.iteration == n for n, each in found.items() if each is not None)


def test_a_run_without_a_name_lies_among_the_users_runs_beside_the_others(
    home: Path, tiny_config: TrainingConfig
) -> None:
    folders = [RunFolder.create(tiny_config) for _ in range(3)]
    assert len({folder.path for folder in folders}) == 3
    for folder in folders:
        assert home in folder.path.parents
        assert "SimpleConvNet" in folder.path.name


def test_an_empty_folder_will_do_but_one_that_holds_something_is_refused(
    tmp_path: Path, tiny_config: TrainingConfig
) -> None:
    RunFolder.create(tiny_config, tmp_path / "run")
    with pytest.raises(ConvlabError, match=r"run is there already and is not an empty folder"):
        RunFolder.create(tiny_config, tmp_path / "run")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConvlabError, match=r"file is there already"):
        RunFolder.create(tiny_config, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    RunFolder.create(tiny_config, tmp_path / "empty")


def test_a_place_that_cannot_be_written_is_refused(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConvlabError, match=r"cannot be written: Not a directory; name another"):
        RunFolder.create(tiny_config, tmp_path / "file" / "run")
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    (folder.path / "history.csv").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        write(folder, trainer)


def test_a_folder_without_settings_is_not_left_behind(
    tmp_path: Path, tiny_config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TrainingConfig, "save", save)
    (tmp_path / "mine").mkdir()
    for name in ("new", "mine"):
        with pytest.raises(ConvlabError, match=f"{name} cannot be written: No space left"):
            RunFolder.create(tiny_config, tmp_path / name)
    assert not (tmp_path / "new").exists()
    assert (tmp_path / "mine").is_dir(), "it was there before"


@pytest.mark.parametrize("gone", ["history.csv", "settings.toml"])
def test_a_history_that_was_deleted_is_not_begun_in_its_middle(
    gone: str, tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder, history = RunFolder.create(tiny_config, tmp_path / "run"), History(0.1)
    history.add_steps([StepDone(1, 1, 2.5)])
    write(folder, trainer, history)
    (folder.path / gone).unlink()
    history.add_steps([StepDone(2, 1, 2.0)])
    with pytest.raises(FileNotFoundError):
        folder.write_history(history)
    assert not (folder.path / gone).exists()


def test_the_history_grows_by_what_is_new_and_the_rest_is_left_alone(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    path = folder.path / "history.csv"
    history = History(0.1)

    def save() -> None:
        folder.write_history(history)

    save()
    history.add_steps([StepDone(1, 1, 2.5), StepDone(2, 1, 2.0)])
    history.add_evaluation(EpochEvaluated(2, 1, 0.5, 0.25))
    save()
    file = path.stat().st_ino
    path.write_text(path.read_text().replace("2.5", "mine"))
    history.add_learning_rate(LearningRateChanged(2, 0.01))
    history.add_steps([StepDone(3, 2, 1.5)])
    save()
    save()
    header, *rows = path.read_text().splitlines()
    assert header.startswith("iteration,")
    assert rows == ["1,1,mine,0.1,,", "2,1,2.0,0.1,0.5,0.25", "3,2,1.5,0.01,,"]
    assert path.stat().st_ino == file


def test_rows_that_do_not_fit_leave_no_half_line_and_come_with_the_next_write(
    tmp_path: Path, tiny_config: TrainingConfig, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    path = folder.path / "history.csv"
    history = History(0.1)
    history.add_steps([StepDone(1, 1, 2.5)])
    folder.write_history(history)
    before = path.read_text()
    history.add_steps([StepDone(2, 1, 2.0)])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_for(path))
        with pytest.raises(OSError, match="No space left on device"):
            folder.write_history(history)
    assert path.read_text() == before
    history.add_steps([StepDone(3, 1, 1.5)])
    folder.write_history(history)
    assert path.read_text() == before + "2,1,2.0,0.1,,\n3,1,1.5,0.1,,\n"


def fail_for(path: Path) -> Callable[[int], None]:
    """Stands in for fsync: the disk turns out to be full when ``path`` is written."""

    def fsync(file: int) -> None:
        if os.path.samestat(os.fstat(file), path.stat()):
            raise OSError(28, "No space left on device")

    return fsync


def test_who_holds_a_run_deletes_what_a_killed_program_left_half_written(
    tmp_path: Path, tiny_config: TrainingConfig
) -> None:
    folder = RunFolder.create(tiny_config, tmp_path / "run")
    names = (
        ".history.csv.ab12_xyz",
        "snapshots/.000600.safetensors.abcdefgh",
        "checkpoints/.best-000600.safetensors.abcdefgh",
    )
    others = ("mine.txt", ".history.csv", ".mine.txt.abcdefgh", ".notes.toml.abcdefgh")
    for name in (*names, *others):
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_text("half of it")
    folder.acquire()
    assert [name for name in names if (folder.path / name).exists()] == []
    assert [name for name in others if (folder.path / name).exists()] == list(others)
    (folder.path / names[0]).write_text("is being written")
    with pytest.raises(ConvlabError, match="is being trained"):
        RunFolder(folder.path).acquire()
    assert (folder.path / names[0]).exists()
    folder.release()
