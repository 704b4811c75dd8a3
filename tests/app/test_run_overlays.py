"""Ticked runs are read in the background, each with a color of its own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.run_overlays import MOST, RunOverlays
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, RunStore

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def overlays(qtbot: QtBot) -> RunOverlays:
    return RunOverlays()


def tick(qtbot: QtBot, overlays: RunOverlays, entry: RunEntry) -> None:
    with qtbot.waitSignal(overlays.changed):
        overlays.toggle(entry)


def test_a_branch_begins_where_it_left_the_other_run(
    qtbot: QtBot, overlays: RunOverlays, make_run: MakeRun, store: RunStore
) -> None:
    parent = make_run("parent")
    left_at = parent.snapshots.iterations[-1]
    assert left_at > 0
    make_run("branch", parent=parent, at=left_at)
    for entry in store.entries():
        tick(qtbot, overlays, entry)
    drawn = {overlay.title: overlay.history for overlay in overlays.overlays}
    assert drawn["parent"].iterations.tolist() == list(range(1, 13))
    assert drawn["branch"].iterations.tolist() == [left_at + n for n in range(1, 13)]
    assert drawn["branch"].evaluations[0].iteration == left_at + 6


def test_colors_are_kept_and_used_again(
    qtbot: QtBot, overlays: RunOverlays, make_run: MakeRun, store: RunStore
) -> None:
    make_run("a")
    (entry,) = store.entries()
    entries = [replace(entry, folder=_Renamed(entry.folder, str(n))) for n in range(MOST + 1)]
    for one in entries[:MOST]:
        tick(qtbot, overlays, one)
    assert [overlays.color_of(one.name) for one in entries[:MOST]] == list(range(MOST))
    with qtbot.waitSignal(overlays.failed):
        overlays.toggle(entries[MOST])
    assert overlays.color_of(entries[MOST].name) is None
    overlays.toggle(entries[2])
    tick(qtbot, overlays, entries[MOST])
    assert overlays.color_of(entries[MOST].name) == 2
    overlays.clear()
    assert overlays.overlays == ()


def test_a_run_that_goes_on_is_read_again_and_one_that_is_gone_is_forgotten(
    qtbot: QtBot, overlays: RunOverlays, make_run: MakeRun, store: RunStore
) -> None:
    folder = make_run("a", stop_at=5)
    tick(qtbot, overlays, store.entries()[0])
    before = overlays.overlays[0].history
    overlays.follow(store.entries())  # only read anew if something has changed
    assert overlays.overlays[0].history is before
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, iteration=6))
    overlays.follow(store.entries())
    qtbot.waitUntil(lambda: overlays.overlays[0].history is not before)
    overlays.follow([])
    assert overlays.overlays == ()
    assert overlays.color_of(folder.path.name) is None


def test_a_damaged_history_is_told_and_not_drawn(
    qtbot: QtBot, overlays: RunOverlays, make_run: MakeRun, store: RunStore
) -> None:
    (make_run("a").path / "history.csv").write_text("nothing\n1\n")
    (entry,) = store.entries()
    with qtbot.waitSignal(overlays.failed) as failed:
        overlays.toggle(entry)
    assert "damaged" in failed.args[0]
    assert overlays.overlays == ()
    assert overlays.color_of(entry.name) is None


def test_the_origin_of_a_branch_is_drawn_until_its_tick_is_taken_away(
    qtbot: QtBot, overlays: RunOverlays, make_run: MakeRun, store: RunStore
) -> None:
    make_run("origin")
    (entry,) = store.entries()
    overlays.show_origin(entry, 4)
    qtbot.waitUntil(lambda: len(overlays.overlays) == 1)
    assert overlays.overlays[0].title == "origin (up to 4)"
    assert overlays.overlays[0].is_origin
    assert overlays.overlays[0].history.iterations.tolist() == [1, 2, 3, 4]
    overlays.toggle(entry)
    assert overlays.overlays == ()
    tick(qtbot, overlays, entry)  # by hand: all of it
    assert not overlays.overlays[0].is_origin
    assert len(overlays.overlays[0].history.losses) == 12
    overlays.show_origin(entry, 4)
    assert not overlays.overlays[0].is_origin  # what a person ticked stays as it is
    overlays.show_origin(None)
    assert len(overlays.overlays) == 1


class _Renamed(RunFolder):
    """A run that reads the files of another one."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        super().__init__(folder.path.parent / name)
        self.history = folder.history  # type: ignore[method-assign]
