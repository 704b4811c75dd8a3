from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app import time_machine as module
from convlab.app.filters import FiltersModel
from convlab.app.lab import Lab
from convlab.app.live_run import LiveRun
from convlab.app.past_runs import _Wanted
from convlab.app.runs import Runs
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training import TrainingConfig
from convlab.training.events import EpochEvaluated, RunStarted, SnapshotTaken
from convlab.training.moments import Moments
from convlab.training.run_store import RunStore, read_entry


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
    lab.session._announce(SnapshotTaken(99, later))
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
    folder.filters_path.unlink()
    lab.time_machine.look()
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
    assert lab.session.branched_at == 6


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
    with qtbot.waitSignal(lab.session.run_ended):
        lab.resume_run(entry)
    idle(qtbot, lab)
    (entry,) = RunStore(tmp_path / "runs").entries()
    assert (entry.info.state, entry.info.iteration) == ("finished", 12)


def test_a_run_goes_on_with_its_own_images_only(qtbot: QtBot, lab: Lab) -> None:
    (entry,) = lab.store.entries()  # type: ignore[union-attr]
    lab.set_dataset(replace(lab.dataset, name="others"))
    # As while its dataset is being read.
    lab.past_runs._waiting = _Wanted(entry, at_best=False, epochs=None)
    lab.loader.loaded.emit(lab.dataset)
    assert not lab.session.is_busy
    assert lab.past_runs._waiting is None


def branch(qtbot: QtBot, lab: Lab, position: int) -> None:
    lab.time_machine.go_to(position)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.branch_run()
    idle(qtbot, lab)
    lab.time_machine.look()


def test_branches_count_on_from_the_very_beginning(qtbot: QtBot, lab: Lab) -> None:
    branch(qtbot, lab, 8)
    assert lab.time_machine.moments == tuple(range(8, 21))
    assert lab.predictor.iteration == 20
    lab.time_machine.go_near(11)
    assert (lab.time_machine.position, lab.predictor.iteration) == (3, 11)
    branch(qtbot, lab, 3)
    assert lab.time_machine.moments == tuple(range(11, 24))
    last, _, first = lab.store.entries()  # type: ignore[union-attr]
    # Epochs of six iterations: one is over after 8, and none more after 3 of the branch.
    assert (last.info.branched_at, last.info.epochs_before) == (11, 1)
    assert (last.info.iteration, last.info.iterations) == (12, 12)  # files count their own
    assert (first.info.branched_at, first.info.epochs_before) == (0, 0)


def test_a_branch_that_is_opened_again_counts_as_it_did(qtbot: QtBot, lab: Lab) -> None:
    branch(qtbot, lab, 8)
    (entry, _) = lab.store.entries()  # type: ignore[union-attr]
    started: list[RunStarted] = []
    lab.session.run_started.connect(started.append)
    with qtbot.waitSignal(lab.past_runs.opened):
        lab.open_run(entry)
    (event,) = started
    assert (event.branched_at, event.epochs_before, event.iteration) == (8, 1, 20)
    assert event.history is not None
    assert event.history.iterations.tolist() == list(range(9, 21))
    assert event.history.epoch_of_step.tolist() == [2] * 6 + [3] * 6
    assert lab.time_machine.moments == tuple(range(8, 21))
    assert lab.predictor.iteration == 20


def test_the_run_that_was_left_is_drawn_up_to_there(qtbot: QtBot, lab: Lab) -> None:
    parent = lab.session.run_folder
    assert parent is not None
    branch(qtbot, lab, 8)
    qtbot.waitUntil(lambda: len(lab.overlays.overlays) == 1)
    (overlay,) = lab.overlays.overlays
    assert (overlay.name, overlay.is_origin) == (parent.path.name, True)
    assert overlay.history.iterations.tolist() == list(range(1, 9))
    train(qtbot, lab)
    assert lab.overlays.overlays == ()  # a run that left none


def test_deleting_the_open_run_returns_to_the_present_at_once(
    qtbot: QtBot, lab: Lab, home: Path
) -> None:
    home.mkdir(exist_ok=True)  # where the trash is
    last, machine, runs = shown(lab), lab.time_machine, Runs(lab)
    machine.go_to(4)
    with qtbot.waitSignal(runs.said):
        runs.delete(lab.store.entries())  # type: ignore[union-attr]
    assert machine.moments == ()
    assert machine.is_live
    np.testing.assert_array_equal(shown(lab), last)


def test_a_moment_that_is_thinned_out_is_left_for_the_nearest(lab: Lab) -> None:
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    machine.go_to(5)
    for gone in (3, 4, 5, 6):
        folder.snapshots.file(gone).unlink()
    machine.look()
    assert machine.iteration == lab.predictor.iteration == 7
    assert machine.moments[machine.position] == 7
    np.testing.assert_array_equal(shown(lab), folder.snapshots.load(7)["W1"])


def test_the_best_moment_is_shown_even_if_it_is_no_snapshot(lab: Lab) -> None:
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    info = folder.info()
    assert info is not None
    folder.snapshots.file(info.best_iteration).unlink()
    machine.look()
    assert info.best_iteration in machine.moments
    machine.go_to_best()
    assert machine.iteration == lab.predictor.iteration == info.best_iteration
    best = Moments(folder).load(info.best_iteration)
    np.testing.assert_array_equal(shown(lab), best["W1"])


def test_large_moments_are_read_beside_the_window(
    qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_AT_ONCE", 0)
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    for position in (3, 9, 4):  # as when the slider is dragged
        machine.go_to(position)
        assert machine.is_loading
        assert machine.is_live
        assert machine.position == position
    shown_then: list[int | None] = []
    machine.moved.connect(lambda: shown_then.append(machine.iteration))
    qtbot.waitUntil(lambda: not machine.is_loading)
    assert shown_then == [4]
    np.testing.assert_array_equal(shown(lab), folder.snapshots.load(4)["W1"])


def test_a_moment_that_cannot_be_read_does_not_keep_the_next_one_from_being_shown(
    qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_AT_ONCE", 0)
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(5).write_bytes(b"damaged")
    with qtbot.waitSignal(machine.failed):
        machine.go_to(5)
        machine.go_to(9)
    qtbot.waitUntil(lambda: not machine.is_loading)
    assert machine.iteration == 9


def test_what_is_being_read_is_dropped_when_the_present_is_wanted(
    qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_AT_ONCE", 0)
    machine = lab.time_machine
    machine.go_to(3)
    machine.go_live()
    qtbot.waitUntil(lambda: not machine._reading.is_busy)
    assert machine.is_live
    assert not machine.is_loading
    assert lab.predictor.iteration == 12


@pytest.mark.parametrize("at_once", [0, 10**9])
def test_too_little_memory_is_told_in_a_sentence(
    at_once: int, qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(moments: Moments, iteration: int) -> None:
        raise MemoryError

    monkeypatch.setattr(Moments, "load", load)
    monkeypatch.setattr(module, "READ_AT_ONCE", at_once)
    with qtbot.waitSignal(lab.time_machine.failed) as failed:
        lab.time_machine.go_to(3)
    assert failed.args[0].startswith("There is not enough memory to show this moment")
    assert lab.time_machine.is_live
    assert not lab.time_machine.is_loading


def test_runs_are_loaded_beside_the_window(qtbot: QtBot, lab: Lab) -> None:
    (entry,) = lab.store.entries()  # type: ignore[union-attr]
    told: list[bool] = []
    lab.session.loading_changed.connect(told.append)
    with qtbot.waitSignal(lab.past_runs.opened):
        lab.open_run(entry)
        assert told == [True]
    assert told == [True, False]


def test_a_run_that_begins_meanwhile_comes_first(qtbot: QtBot, lab: Lab) -> None:
    lab.time_machine.go_to(6)
    lab.branch_run()
    assert lab.session.is_loading
    assert lab.config is not None
    lab.session.start(lab.config, lab.dataset)
    assert not lab.session.is_loading
    idle(qtbot, lab)
    assert lab.session.branched_at == 0
    assert [entry.info.parent for entry in lab.store.entries()] == ["", ""]  # type: ignore[union-attr]


def test_between_whole_moments_the_filters_alone_go_on(qtbot: QtBot, lab: Lab) -> None:
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    filters = FiltersModel(lab.session, lab.predictor, machine)
    for gone in (5, 6):
        folder.snapshots.file(gone).unlink()  # as it is thinned out later
    machine.look()
    assert machine.moments == tuple(range(13))
    machine.go_near(5)
    machine.go_near(6)
    assert (machine.iteration, machine.whole_iteration) == (6, 4)
    assert filters.iteration == 6
    np.testing.assert_array_equal(filters.after, folder.filters().at(6))
    assert lab.predictor.iteration == 4  # and so everything else
    np.testing.assert_array_equal(shown(lab), folder.snapshots.load(4)["W1"])
    assert (filters.after != shown(lab)).any()
    machine.go_near(4)
    assert (machine.iteration, machine.whole_iteration, filters.iteration) == (4, 4, 4)
    np.testing.assert_array_equal(filters.after, shown(lab))
    machine.go_near(6)
    machine.go_live()
    assert filters.iteration == 12
    assert machine.whole_iteration is None


def test_a_branch_begins_with_the_network_that_is_shown(qtbot: QtBot, lab: Lab) -> None:
    folder = lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(6).unlink()
    lab.time_machine.look()
    branch(qtbot, lab, 6)
    assert lab.session.branched_at == 5


def test_large_networks_are_read_once_for_all_filters_between(
    qtbot: QtBot, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_AT_ONCE", 0)
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    for gone in (5, 6):
        folder.snapshots.file(gone).unlink()
    machine.look()
    machine.go_to(5)
    qtbot.waitUntil(lambda: not machine.is_loading)
    assert (machine.iteration, machine.whole_iteration) == (5, 4)
    machine.go_to(6)
    assert not machine.is_loading
    assert (machine.iteration, machine.whole_iteration) == (6, 4)


def test_the_row_of_a_branch_counts_as_its_files_do(qtbot: QtBot, lab: Lab) -> None:
    live = LiveRun(lab.session)
    lab.time_machine.go_to(8)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.branch_run()
        seen: list[tuple[int, int]] = []

        def look() -> None:
            entry = read_entry(lab.session.run_folder.path)  # type: ignore[union-attr]
            if entry is not None and lab.session.branched_at:
                info = live.as_now(entry).info
                seen.append((info.iteration, info.best_iteration))

        live.changed.connect(look)
    idle(qtbot, lab)
    assert seen[-1][0] == 12
    assert seen[-1][1] in (6, 12)


def test_opened_weights_stay_until_somebody_goes_to_a_moment_or_to_the_present(lab: Lab) -> None:
    machine, own = lab.time_machine, shown(lab)
    machine.go_to(0)
    first = shown(lab)
    other_layers = build_network(NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]}))
    for go, expected in ((lambda: machine.go_to(0), first), (machine.go_live, own)):
        lab.predictor.use(other_layers, trained=True)
        assert machine.is_aside
        assert lab.predictor.network is other_layers
        go()
        assert not machine.is_aside
        assert lab.predictor.origin == "run"
        np.testing.assert_array_equal(shown(lab), expected)


def test_the_best_moment_is_known_before_the_files_of_the_run_tell_of_it(lab: Lab) -> None:
    machine, session = lab.time_machine, lab.session
    assert session.run_folder is not None
    session.epoch_evaluated.emit(EpochEvaluated(7, 2, 0.9, 1.1))  # better than any
    assert machine.best is not None
    assert machine.moments[machine.best] == machine.best_told == 7
    session.epoch_evaluated.emit(EpochEvaluated(99, 3, 0.9, 1.2))  # of which no weights are kept
    assert machine.best_told == 99
    info = session.run_folder.info()
    assert info is not None
    assert machine.moments[machine.best] == info.best_iteration


def test_a_moment_whose_file_is_gone_is_told_in_a_fitting_sentence(qtbot: QtBot, lab: Lab) -> None:
    machine, folder = lab.time_machine, lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(2).unlink()
    moved: list[int] = []
    machine.moved.connect(lambda: moved.append(machine.position))
    with qtbot.waitSignal(machine.failed) as failed:
        machine.go_to(2)
    assert failed.args[0].startswith("Iteration 2 of this run cannot be shown: the file")
    assert moved == [len(machine.moments)]  # so that the slider goes back
    assert machine.is_live
