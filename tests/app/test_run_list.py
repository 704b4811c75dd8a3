"""Runs are sorted, filtered and ticked; branches stay below the runs that they began from."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from convlab.app.run_columns import BEGUN, COLUMNS, NAME, settings_words, state_words
from convlab.app.run_list import DEPTH_ROLE, ENTRY_ROLE, OrderedRuns, RunList
from convlab.app.run_overlays import RunOverlays
from convlab.app.run_tree import in_tree_order
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo, RunNotes
from convlab.training.run_store import RunEntry

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
COLUMN = {column.title: number for number, column in enumerate(COLUMNS)}


def entry(
    name: str, day: int = 1, *, starred: bool = False, note: str = "", **info: Any
) -> RunEntry:
    values: dict[str, Any] = {
        "created": f"2026-01-{day:02}T10:00:00", "dataset": "bundled", "network": "SimpleConvNet",
        "optimizer": "Adam", "changes": {}, "state": "finished", "iterations": 100,
        "iteration": 100, "best_accuracy": day / 100, **info,
    }  # fmt: skip
    notes = RunNotes("", note, starred)
    return RunEntry(RunFolder(Path("/nowhere") / name), RunInfo(**values), notes, False)


@pytest.fixture
def runs(qtbot: QtBot) -> RunList:
    return RunList(RunOverlays())


@pytest.fixture
def ordered(runs: RunList) -> OrderedRuns:
    return OrderedRuns(runs)


def show(runs: RunList, ordered: OrderedRuns, *entries: RunEntry) -> None:
    runs.set_entries(entries)
    ordered.refresh()


def names(ordered: OrderedRuns) -> list[str]:
    rows = range(ordered.rowCount())
    return [ordered.index(row, NAME).data(ENTRY_ROLE).name for row in rows]


def test_the_models_keep_qts_rules(
    runs: RunList, ordered: OrderedRuns, qtmodeltester: ModelTester
) -> None:
    show(runs, ordered, entry("a"), entry("b", 2, parent="a"))
    for model in (runs, ordered):
        qtmodeltester.check(model, force_py=True)


def test_the_latest_run_is_first_and_headings_sort(runs: RunList, ordered: OrderedRuns) -> None:
    show(runs, ordered, entry("a", 2), entry("b", 3), entry("c", 1))
    assert names(ordered) == ["b", "a", "c"]
    ordered.sort(COLUMN["Best"], UP)
    assert names(ordered) == ["c", "a", "b"]
    ordered.sort(NAME, DOWN)
    assert names(ordered) == ["c", "b", "a"]
    initial = Qt.ItemDataRole.InitialSortOrderRole
    across = Qt.Orientation.Horizontal
    assert ordered.headerData(COLUMN["Best"], across, initial) == DOWN
    assert ordered.headerData(NAME, across, initial) == UP


def test_branches_follow_their_run_whatever_is_sorted_by(
    runs: RunList, ordered: OrderedRuns
) -> None:
    show(
        runs, ordered,
        entry("root", 1), entry("other", 5), entry("branch", 9, parent="root", branched_at=60),
        entry("twig", 8, parent="branch"), entry("second", 4, parent="root"),
    )  # fmt: skip
    assert names(ordered) == ["other", "root", "branch", "twig", "second"]
    ordered.sort(BEGUN, UP)
    assert names(ordered) == ["root", "second", "branch", "twig", "other"]
    depths = [ordered.index(row, NAME).data(DEPTH_ROLE) for row in range(5)]
    assert depths == [0, 1, 1, 2, 0]
    assert ordered.index(2, NAME).data() == "↳ branch"
    assert ordered.index(2, COLUMN["From"]).data() == "at 60, root"
    assert ordered.index(0, NAME).data() == "root"


def test_a_branch_whose_run_is_filtered_out_stands_by_itself(
    runs: RunList, ordered: OrderedRuns
) -> None:
    show(runs, ordered, entry("root"), entry("branch", 2, parent="root"))
    ordered.set_words("branch")
    assert names(ordered) == ["branch"]
    assert ordered.index(0, NAME).data() == "branch"


def test_runs_that_are_their_own_ancestors_are_shown_once() -> None:
    a, b, c = entry("a", parent="b"), entry("b", parent="a"), entry("c", parent="c")
    found = in_tree_order([a, b, c], lambda e: e.name)
    assert sorted(e.name for e, _ in found) == ["a", "b", "c"]


def test_the_filter_wants_all_words_somewhere(runs: RunList, ordered: OrderedRuns) -> None:
    show(
        runs, ordered,
        entry("a", changes={"optimizer.lr": 0.1}, note="overfits"),
        entry("b", 2, optimizer="SGD", changes={"optimizer.lr": 0.1}),
        entry("c", 3, starred=True, state="diverged"),
    )  # fmt: skip
    ordered.set_words("lr=0.1")
    assert names(ordered) == ["b", "a"]
    ordered.set_words("OVERFITS lr=0.1")
    assert names(ordered) == ["a"]
    ordered.set_words("diverged")
    assert names(ordered) == ["c"]
    ordered.set_words("")
    ordered.set_only_starred(True)
    assert names(ordered) == ["c"]
    assert ordered.is_filtered


def test_the_filter_knows_settings_by_their_labels(runs: RunList, ordered: OrderedRuns) -> None:
    changed = entry("a", changes={"optimizer.lr": 0.1, "own_drawings": 3})
    show(runs, ordered, changed, entry("b"))
    for words in ("learning rate 0.1", "own drawings", "lr=0.1"):
        ordered.set_words(words)
        assert names(ordered) == ["a"], words


def test_rows_stay_when_others_come_and_go(runs: RunList, ordered: OrderedRuns) -> None:
    a, b = entry("a", 1), entry("b", 2)
    show(runs, ordered, a, b)
    row = ordered.row_of("a")
    assert row is not None
    chosen = QPersistentModelIndex(ordered.index(row, NAME))
    show(runs, ordered, a, entry("c", 3))
    assert names(ordered) == ["c", "a"]
    assert chosen.isValid()
    assert chosen.data(ENTRY_ROLE) is a
    show(runs, ordered, entry("c", 3))
    assert not chosen.isValid()


def test_states_tell_how_far_a_run_came() -> None:
    assert state_words(entry("a", state="stopped", iteration=54)) == "Stopped, 54%"
    assert state_words(entry("b", state="running", iteration=20)) == "Interrupted, 20%"
    assert state_words(entry("c", state="early", iteration=20)) == "Ended early"


def test_settings_are_told_in_words() -> None:
    told = {
        "augmentation.noise": True,
        "epochs": 3,
        "network.layers": ["Relu", "Affine"],
        "optimizer.lr": 0.1,
    }
    words = "SGD, learning rate 0.1, layers Relu; Affine, epochs 3, augmentation.noise on"
    assert settings_words(entry("a", optimizer="SGD", changes=told)) == words


def test_what_points_at_a_run_follows_it_when_others_come_first(
    runs: RunList, ordered: OrderedRuns
) -> None:
    show(runs, ordered, entry("a", 2), entry("b", 3), entry("c", 1))
    pointer = QPersistentModelIndex(ordered.index(0, NAME))
    ordered.sort(NAME, DOWN)
    assert (pointer.row(), pointer.data(ENTRY_ROLE).name) == (1, "b")
    ordered.set_words("no run is like that")
    assert not pointer.isValid()
