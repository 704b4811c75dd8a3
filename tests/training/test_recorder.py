"""What is kept of a run, and that nothing which goes wrong with that ends it."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.nn.network_settings import open_network
from convlab.training import Trainer, TrainingConfig
from convlab.training.control import Control
from convlab.training.events import (
    CheckpointTaken,
    Event,
    Paused,
    RunEnded,
    RunStarted,
    StepDone,
    Warned,
)
from convlab.training.filter_track import FilterTrack
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore, resumed_trainer
from convlab.training.snapshots import dispensable, next_stored_after
from convlab.training.writer import Writer


@pytest.fixture
def trainer(tiny_config: TrainingConfig, tiny_dataset: Dataset) -> Trainer:
    return Trainer.from_config(tiny_config, tiny_dataset)


@pytest.fixture
def folder(tmp_path: Path, tiny_config: TrainingConfig) -> RunFolder:
    return RunFolder.create(tiny_config, tmp_path / "runs" / "run")


def follow(folder: RunFolder, config: TrainingConfig, trainer: Trainer) -> Iterator[Event]:
    return Recorder(folder, config).follow(trainer.run(checkpoint_seconds=0.0))


def test_a_folder_tells_all_of_its_run(
    folder: RunFolder, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    *_, ended = follow(folder, tiny_config, trainer)
    assert isinstance(ended, RunEnded)
    info = folder.info()
    assert info is not None
    assert (info.state, info.iteration, info.iterations) == ("finished", 12, 12)
    assert info.test_accuracy == ended.test_accuracy
    assert info.last_accuracy == trainer.test_acc_list[-1]
    assert info.best_accuracy == max(trainer.test_acc_list)
    assert info.changes["network.filter_num"] == 4
    assert len(info.curve) == 12
    assert folder.history().losses.tolist() == trainer.train_loss_list
    np.testing.assert_array_equal(
        open_network(folder.weights_path).params["W3"], trainer.network.params["W3"]
    )
    assert open_network(folder.best_path).description == trainer.network.description
    assert folder.checkpoints()[0] == 12
    filters = folder.filters()
    assert (filters.key, filters.iterations[0], filters.iterations[-1]) == ("W1", 0, 12)
    np.testing.assert_array_equal(filters.at(-1), trainer.network.params["W1"])
    assert tomllib.loads((folder.path / "run.toml").read_text())["state"] == "finished"


def test_the_best_weights_may_be_the_ones_in_use(
    tmp_path: Path, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    values = {**tiny_config.to_dict(), "weights_kept": "best", "early_stopping": 1, "epochs": 50}
    config = TrainingConfig.from_dict(values)
    trainer = Trainer.from_config(config, tiny_dataset)
    folder = RunFolder.create(config, tmp_path / "run")
    *_, ended = follow(folder, config, trainer)
    assert isinstance(ended, RunEnded)
    assert ended.reason == "early"
    assert ended.message.startswith("The run ended early: 1 epoch did not surpass the best")
    best = int(np.argmax(trainer.test_acc_list))
    assert ended.weights_iteration == 6 * (best + 1) < ended.iteration
    assert f"those of iteration {ended.weights_iteration}, are in use" in ended.message
    in_use, best_weights = open_network(folder.weights_path), open_network(folder.best_path)
    np.testing.assert_array_equal(in_use.params["W2"], best_weights.params["W2"])
    info = folder.info()
    assert info is not None
    assert (info.state, info.weights_iteration) == ("early", ended.weights_iteration)


def test_a_pause_is_kept_so_that_nothing_is_lost_and_the_next_step_is_known(
    folder: RunFolder, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    control = Control()
    control.step()
    for event in Recorder(folder, tiny_config).follow(trainer.run(control, checkpoint_seconds=1e9)):
        if isinstance(event, Paused):
            control.stop()
    kept = folder.checkpoint_at(1)
    assert kept is not None
    assert kept.state.updates == 1


@pytest.mark.parametrize("place", ["trainer", "recorder", "writer"])
def test_too_little_memory_to_keep_the_run_does_not_end_it(
    place: str,
    folder: RunFolder,
    tiny_config: TrainingConfig,
    trainer: Trainer,
    monkeypatch: pytest.MonkeyPatch,
    prompt_disk: None,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    target = {
        "trainer": "trainer.Trainer.state",
        "recorder": "recorder.Recorder._moment",
        "writer": "checkpoint.to_safetensors",
    }[place]
    monkeypatch.setattr(f"convlab.training.{target}", fail)
    events = list(follow(folder, tiny_config, trainer))
    warnings = [event.sentence for event in events if isinstance(event, Warned)]
    assert all("not enough memory" in warning for warning in warnings)
    # Of a state that could not be copied, the trainer has told; the last checkpoint is lost, too.
    assert len(warnings) == (1 if place == "trainer" else 2)
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.reason, ended.iteration) == ("finished", 12)
    assert len(folder.history().losses) == 12


def test_a_slow_disk_gets_each_checkpoint_when_it_has_time_but_only_a_small_one_waits(
    folder: RunFolder,
    tiny_config: TrainingConfig,
    trainer: Trainer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []

    def refuse(writer: Writer, job: object, size: int = 0, *, even_if_busy: bool = False) -> bool:
        tried.append(size)
        return False

    monkeypatch.setattr(Writer, "do", refuse)
    recorder = Recorder(folder, tiny_config)
    recorder._writer = Writer()
    for event in trainer.run(checkpoint_seconds=0.0):
        if isinstance(event, StepDone | RunStarted | CheckpointTaken):
            recorder._record(event)
            if isinstance(event, CheckpointTaken) and not event.is_best:
                break
    recorder._writer.close()
    size = tried[-1]
    assert size > 4 * sum(array.nbytes for array in trainer.network.params.values())
    recorder._record(StepDone(2, 1, 1.0))
    recorder._record(StepDone(3, 1, 1.0))
    assert tried[-3:] == [size] * 3
    monkeypatch.setattr("convlab.training.recorder.LARGEST_WAITING", 1000)
    for _ in range(3):
        recorder._record(StepDone(4, 1, 1.0))
    assert tried[-4:] == [size] * 4
    assert tried.count(size) == 4


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="such a user may write anywhere")
def test_a_read_only_folder_is_told_and_the_run_goes_on(
    folder: RunFolder, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    folder.path.chmod(0o555)
    events = list(follow(folder, tiny_config, trainer))
    folder.path.chmod(0o755)
    assert any(isinstance(event, Warned) for event in events)
    assert isinstance(events[-1], RunEnded)


def test_a_run_that_is_given_up_in_the_middle_keeps_its_history(
    folder: RunFolder, tiny_config: TrainingConfig, trainer: Trainer
) -> None:
    def broken(events: Iterator[Event]) -> Iterator[Event]:
        for number, event in enumerate(events):
            if number == 8:
                raise MemoryError
            yield event

    with pytest.raises(MemoryError):
        list(Recorder(folder, tiny_config).follow(broken(trainer.run())))
    assert len(folder.history().losses) > 0
    (entry,) = RunStore(folder.path.parent).entries()
    assert entry.was_interrupted


def test_the_store_lists_finds_and_deletes_runs(
    tmp_path: Path, tiny_config: TrainingConfig, tiny_dataset: Dataset, home: Path
) -> None:
    store = RunStore(tmp_path / "home" / "runs")
    assert store.entries() == []
    for _ in range(2):
        folder = store.create(tiny_config)
        list(follow(folder, tiny_config, Trainer.from_config(tiny_config, tiny_dataset)))
    (store.root / "something else").mkdir()
    entries = store.entries()
    assert len(entries) == 2
    assert store.find(entries[0].name).folder.path == entries[0].folder.path
    with pytest.raises(ConvlabError, match=r"There is no run called 'x'; convlab runs list shows"):
        store.find("x")
    with pytest.raises(ConvlabError, match="2 runs are called '2'"):
        store.find("2")
    store.delete(entries[0].folder)
    assert [entry.name for entry in store.entries()] == [entries[1].name]
    trashed = [path for path in home.rglob("*") if path.name == entries[0].name]
    assert len(trashed) == 1, "it should be in the trash"


def test_snapshots_become_sparser_and_the_first_and_the_last_stay() -> None:
    iterations, at = [0], 0
    while at < 100_000:
        at = next_stored_after(at)
        iterations.append(at)
    steps = np.diff(iterations)
    assert steps[0] == 1
    assert (np.diff(steps) >= 0).all()
    assert len(iterations) < 260
    while len(iterations) > 10:
        iterations.pop(dispensable(iterations))
    assert (iterations[0], iterations[-1]) == (0, at)
    gaps = np.diff(iterations) / (np.array(iterations[1:]) + 24)
    assert gaps.max() < 0.95


def test_the_track_of_filters_keeps_to_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab.training.filter_track.MOST", 20)
    track = FilterTrack()
    for iteration in range(500):
        track.add(iteration, {"W1": np.full((2, 1, 3, 3), iteration, dtype=np.float32)})
    assert len(track.iterations) == 20
    assert (track.iterations[0], track.iterations[-1]) == (0, 499)
    assert [int(track.at(k)[0, 0, 0, 0]) for k in range(20)] == track.iterations
    track.drop_after(track.iterations[5])
    assert len(track.iterations) == 6


def test_a_run_that_somebody_else_trains_is_left_alone(
    folder: RunFolder, tiny_config: TrainingConfig, tiny_dataset: Dataset, trainer: Trainer
) -> None:
    list(follow(folder, tiny_config, trainer))
    before = (folder.path / "history.csv").read_text()
    holder = RunFolder(folder.path)
    holder.acquire()
    again = Trainer.from_config(tiny_config, tiny_dataset)
    with pytest.raises(ConvlabError, match="is being trained at the moment"):
        list(follow(RunFolder(folder.path), tiny_config, again))
    holder.release()
    assert (folder.path / "history.csv").read_text() == before
    info = folder.info()
    assert info is not None
    assert info.state == "finished"


def test_whatever_a_job_raises_the_next_one_is_done() -> None:
    def fail() -> None:
        raise ValueError("no such thing")

    done: list[int] = []
    writer = Writer()
    writer.do(fail)
    writer.do(lambda: done.append(1))
    writer.close()
    assert done == [1]
    assert writer.take_problem() == "no such thing"


def test_a_run_whose_checkpoints_are_all_damaged_does_not_begin_anew_in_silence(
    folder: RunFolder, tiny_config: TrainingConfig, tiny_dataset: Dataset, trainer: Trainer
) -> None:
    list(follow(folder, tiny_config, trainer))
    for file in (folder.path / "checkpoints").iterdir():
        file.write_bytes(b"nothing")
    with pytest.raises(ConvlabError, match="its checkpoints are damaged"):
        resumed_trainer(folder, tiny_dataset)
