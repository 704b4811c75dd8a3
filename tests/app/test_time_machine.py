from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training import TrainingConfig
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.training.run_store import RunStore


@pytest.fixture
def lab(
    qtbot: QtBot,
    tmp_path: Path,
    tiny_dataset: Dataset,
    tiny_config: TrainingConfig,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Lab]:
    """A lab that keeps its runs, after one run of 12 iterations."""
    monkeypatch.setattr("convlab.training.writer.MOST_WAITING", 100)  # however slow the disk is
    lab = Lab(tiny_dataset, tiny_config, RunStore(tmp_path / "runs"))
    train(qtbot, lab)
    yield lab
    if lab.session.is_busy:
        lab.session.stop()
        idle(qtbot, lab)


def train(qtbot: QtBot, lab: Lab) -> None:
    assert lab.config is not None
    lab.session.start(lab.config, lab.dataset)
    idle(qtbot, lab)
    lab.time_machine.look()


def idle(qtbot: QtBot, lab: Lab) -> None:
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)


def shown(lab: Lab) -> np.ndarray:
    assert lab.predictor.network is not None
    return lab.predictor.network.params["W1"].copy()


def test_every_moment_of_a_short_run_is_kept(lab: Lab) -> None:
    assert lab.time_machine.moments == tuple(range(13))
    assert lab.time_machine.is_live
    assert lab.time_machine.position == 13


def test_going_to_a_moment_moves_every_view_and_live_brings_them_back(lab: Lab) -> None:
    last, machine = shown(lab), lab.time_machine
    folder = lab.session.run_folder
    assert folder is not None
    machine.go_to(4)
    assert machine.iteration == 4
    assert lab.predictor.iteration == 4
    np.testing.assert_array_equal(shown(lab), folder.snapshots.load(4)["W1"])
    assert (shown(lab) != last).any()
    machine.go_near(7.4)
    assert machine.iteration == 7
    machine.go_live()
    assert machine.is_live
    np.testing.assert_array_equal(shown(lab), last)


def test_what_the_run_learns_meanwhile_does_not_move_the_views(lab: Lab) -> None:
    machine = lab.time_machine
    machine.go_to(2)
    before = shown(lab)
    later = {name: array + 1 for name, array in lab.session.latest.params.items()}  # type: ignore[union-attr]
    lab.session._take(SnapshotTaken(99, later))
    np.testing.assert_array_equal(shown(lab), before)
    machine.go_live()
    assert lab.predictor.iteration == 99


def test_the_film_shows_all_moments_and_ends_in_the_present(
    qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.app.time_machine.FILM_SECONDS", 0.3)
    monkeypatch.setattr("convlab.app.time_machine.FRAME", 1)
    machine, seen = lab.time_machine, []
    machine.moved.connect(lambda: seen.append(machine.iteration))
    machine.play()
    assert machine.is_playing
    qtbot.waitUntil(lambda: not machine.is_playing)
    assert machine.is_live
    assert seen[0] == 0
    assert seen[-1] is None
    assert seen[:-1] == sorted(seen[:-1])


def test_a_snapshot_that_is_gone_is_told_and_nothing_moves(qtbot: QtBot, lab: Lab) -> None:
    folder = lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(5).unlink()
    with qtbot.waitSignal(lab.time_machine.failed):
        lab.time_machine.go_to(5)
    assert lab.time_machine.is_live
    assert 5 not in lab.time_machine.moments


def test_without_a_store_there_is_nothing_to_go_back_to(
    qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    lab = Lab(tiny_dataset, tiny_config)
    train(qtbot, lab)
    assert lab.time_machine.moments == ()
    lab.time_machine.play()
    lab.time_machine.go_to(3)
    assert lab.time_machine.is_live


def test_a_branch_begins_where_the_time_machine_is(qtbot: QtBot, lab: Lab) -> None:
    parent = lab.session.run_folder
    assert parent is not None
    lab.time_machine.go_to(6)
    with qtbot.waitSignal(lab.session.run_started) as started:
        lab.branch_run()
    idle(qtbot, lab)
    event = started.args[0]
    assert isinstance(event, RunStarted)
    assert event.branched_at == 6
    np.testing.assert_array_equal(event.params["W1"], parent.snapshots.load(6)["W1"])
    latest, first = lab.store.entries()  # type: ignore[union-attr]
    assert (latest.info.parent, latest.info.branched_at) == (first.name, 6)
    assert lab.time_machine.branched_at == 6


def test_a_branch_with_another_network_is_refused_in_a_sentence(qtbot: QtBot, lab: Lab) -> None:
    lab.time_machine.go_to(6)
    lab.set_config(TrainingConfig.from_dict({"network": "LeNet", "dataset": "tiny"}))
    with qtbot.waitSignal(lab.past_runs.failed) as failed:
        lab.branch_run()
    assert failed.args[0].startswith("A run cannot begin there with these settings")
    assert not lab.session.is_busy


def test_a_stored_run_is_shown_again(qtbot: QtBot, lab: Lab) -> None:
    last = shown(lab)
    (entry,) = lab.store.entries()  # type: ignore[union-attr]
    train(qtbot, lab)
    started = []
    lab.session.run_started.connect(started.append)
    with qtbot.waitSignal(lab.past_runs.opened) as opened:
        lab.open_run(entry)
    assert opened.args == [entry.folder.config()]
    np.testing.assert_array_equal(shown(lab), last)
    assert started[0].history.iterations.tolist() == list(range(1, 13))
    lab.time_machine.go_to(3)
    np.testing.assert_array_equal(shown(lab), entry.folder.snapshots.load(3)["W1"])


def test_a_run_that_was_stopped_goes_on(
    qtbot: QtBot, tmp_path: Path, tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    lab = Lab(tiny_dataset, tiny_config, RunStore(tmp_path / "runs"))
    lab.session.start(tiny_config, tiny_dataset, paused=True)
    qtbot.waitUntil(lambda: lab.session.state is State.PAUSED)
    (entry,) = RunStore(tmp_path / "runs").entries()
    assert entry.is_live
    assert not entry.was_interrupted
    lab.session.stop()
    idle(qtbot, lab)
    (entry,) = RunStore(tmp_path / "runs").entries()
    assert (entry.info.state, entry.info.iteration) == ("stopped", 1)
    lab.resume_run(entry)
    idle(qtbot, lab)
    (entry,) = RunStore(tmp_path / "runs").entries()
    assert (entry.info.state, entry.info.iteration) == ("finished", 12)


def test_a_run_goes_on_with_its_own_images_only(qtbot: QtBot, lab: Lab) -> None:
    (entry,) = lab.store.entries()  # type: ignore[union-attr]
    lab.set_dataset(replace(lab.dataset, name="others"))
    lab.past_runs._waiting = entry  # as while its dataset is being read
    lab.loader.loaded.emit(lab.dataset)
    assert not lab.session.is_busy
    assert lab.past_runs._waiting is None
