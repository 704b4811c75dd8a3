"""Many runs are read again and again, and each file only when it has changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_reader import RunReader
from convlab.training.run_store import RunStore


def test_it_finds_what_the_store_finds(make_run: Callable[..., RunFolder], store: RunStore) -> None:
    make_run("a")
    make_run("b")
    reader = RunReader(store.root)
    assert [e.name for e in reader.entries()] == [e.name for e in store.entries()]
    assert {e.title for e in reader.entries()} == {"a", "b"}


def test_what_has_not_changed_is_not_read_again(
    make_run: Callable[..., RunFolder], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = make_run("a"), make_run("b")
    reader = RunReader(store.root)
    before = {entry.title: entry for entry in reader.entries()}
    b.save_notes(RunNotes("b", "a note", True))
    after = {entry.title: entry for entry in reader.entries()}
    assert after["a"] is before["a"]
    assert after["b"].notes == RunNotes("b", "a note", True)
    info = a.info()
    assert info is not None
    a.save_info(replace(info, state="stopped"))
    assert {entry.title: entry.info.state for entry in reader.entries()}["a"] == "stopped"


def test_a_run_is_live_as_long_as_somebody_holds_it(
    make_run: Callable[..., RunFolder], store: RunStore
) -> None:
    folder = make_run("a")
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, state="running"))
    reader = RunReader(store.root)
    folder.acquire()
    (entry,) = reader.entries()
    assert entry.is_live
    folder.release()
    (entry,) = reader.entries()
    assert not entry.is_live
    assert entry.was_interrupted


def test_what_a_killed_program_left_half_written_is_deleted_when_its_run_is_found(
    make_run: Callable[..., RunFolder], store: RunStore
) -> None:
    folder, other = make_run("a"), make_run("b")
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, state="running"))
    left_over, finished = (run.path / ".run.toml.abcdefgh" for run in (folder, other))
    folder.acquire()
    left_over.write_text("half of it")
    finished.write_text("of a run that nobody looks into")
    RunReader(store.root).entries()
    assert left_over.exists(), "it is being written"
    folder.release()
    RunReader(store.root).entries()
    assert not left_over.exists()
    assert finished.exists()


def test_damaged_runs_and_other_files_are_left_out(
    make_run: Callable[..., RunFolder], store: RunStore, tmp_path: Path
) -> None:
    make_run("good")
    (make_run("damaged").path / "run.toml").write_text("epochs = 'many'")
    (store.root / "a file").write_text("")
    (store.root / "an empty folder").mkdir()
    assert [entry.title for entry in RunReader(store.root).entries()] == ["good"]
    assert RunReader(tmp_path / "nowhere").entries() == []
