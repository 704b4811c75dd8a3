"""The row of a run moves with the run, not only with its checkpoints."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.live_run import LiveRun
from convlab.app.runs import Runs
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig
from convlab.training.run_info import RunInfo, RunNotes
from convlab.training.run_store import RunEntry, RunStore, read_entry


@pytest.fixture
def lab(
    qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig, store: RunStore
) -> Iterator[Lab]:
    """A lab that keeps its runs."""
    lab = Lab(tiny_dataset, tiny_config, store)
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)


@pytest.fixture
def endless(tiny_config: TrainingConfig) -> TrainingConfig:
    return replace(tiny_config, epochs=10_000)


def entry_of(lab: Lab) -> RunEntry | None:
    folder = lab.session.run_folder
    return None if folder is None else read_entry(folder.path)


def test_accuracy_loss_and_progress_come_with_the_epochs_before_any_checkpoint(
    qtbot: QtBot, lab: Lab, endless: TrainingConfig
) -> None:
    runs = Runs(lab)
    runs.set_watched(True)
    seen: list[RunEntry] = []
    runs.table.dataChanged.connect(lambda: seen.append(runs.table.entries[0]))
    lab.session.start(endless, lab.dataset)
    qtbot.waitUntil(lambda: len({entry.info.iteration for entry in seen}) > 3)
    told, kept = seen[-1].info, entry_of(lab)
    assert kept is not None
    assert kept.info.iteration == 0, "the folder knows of no checkpoint yet"
    assert told.iteration > 6
    assert told.best_accuracy >= told.last_accuracy >= 0
    assert len(told.curve) > 3
    assert told.seconds > 0
    lab.session.stop()
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    qtbot.waitUntil(lambda: runs.table.entries[0].info.state == "stopped")
    ended = entry_of(lab)
    assert ended is not None
    assert runs.table.entries[0].info == ended.info


def test_the_time_goes_on_from_that_of_the_checkpoint_and_rests_in_a_pause(
    qtbot: QtBot, lab: Lab, endless: TrainingConfig
) -> None:
    live = LiveRun(lab.session)
    lab.session.start(endless, lab.dataset)
    with qtbot.waitSignals([live.changed] * 3):
        pass
    kept = entry_of(lab)
    assert kept is not None
    lab.session.pause()
    qtbot.waitUntil(lambda: lab.session.state is State.PAUSED)
    now = live.as_now(kept).info
    checkpoint = replace(kept, info=replace(kept.info, iteration=now.iteration, seconds=100.0))
    assert live.as_now(checkpoint).info.seconds == pytest.approx(100.0, abs=0.5)
    assert live.as_now(kept).info.seconds == now.seconds < 60


def test_other_runs_stay_as_they_were_read(
    qtbot: QtBot, lab: Lab, endless: TrainingConfig, store: RunStore
) -> None:
    other = RunEntry(store.create(endless), *_notes_of_a_run(), False)
    live = LiveRun(lab.session)
    lab.session.start(endless, lab.dataset)
    with qtbot.waitSignal(live.changed):
        pass
    assert live.as_now(other) is other


def _notes_of_a_run() -> tuple[RunInfo, RunNotes]:
    return RunInfo("2026-01-01T10:00:00", "tiny", "SimpleConvNet", "Adam", {}), RunNotes()
