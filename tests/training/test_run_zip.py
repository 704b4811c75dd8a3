"""A run goes into one file and comes out of it elsewhere; what is none stays outside."""

import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from convlab.data.dataset import Dataset
from convlab.data.digit_image import Drawing, Stroke
from convlab.data.own_drawings import OwnDrawings
from convlab.errors import ConvlabError, DataError
from convlab.training import Trainer, TrainingConfig, run_zip
from convlab.training.control import Control
from convlab.training.events import StepDone
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_store import RunStore, resumed_trainer
from convlab.training.run_zip import export_run, import_run

Rewrite = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, tiny_config: TrainingConfig, tiny_dataset: Dataset) -> RunFolder:
    """A run that is over."""
    folder = RunFolder.create(tiny_config, tmp_path / "runs" / "my run")
    trainer = Trainer.from_config(tiny_config, tiny_dataset)
    for _ in Recorder(folder, tiny_config).follow(trainer.run(checkpoint_seconds=1e9)):
        pass
    return folder


@pytest.fixture
def exported(run: RunFolder, tmp_path: Path) -> Path:
    """The zip of that run."""
    export_run(run, tmp_path / "run.zip")
    return tmp_path / "run.zip"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Where another person's runs lie."""
    return tmp_path / "other" / "runs"


@pytest.fixture
def changed(exported: Path, tmp_path: Path) -> Rewrite:
    """Writes the zip anew: without the files in ``without``, with ``entries`` added."""

    def change(
        *entries: tuple[str | zipfile.ZipInfo, bytes], without: str = "-", top: str = "my run/"
    ) -> Path:
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(exported) as source, zipfile.ZipFile(path, "w") as sink:
            for name in source.namelist():
                if without not in name:
                    sink.writestr(name.replace("my run/", top), source.read(name))
            for entry, content in entries:
                sink.writestr(entry, content)
        return path

    return change


def test_without_its_moments_a_run_is_small_and_can_go_on(
    run: RunFolder, other: Path, exported: Path, tmp_path: Path, tiny_dataset: Dataset
) -> None:
    small = tmp_path / "small.zip"
    export_run(run, small, with_moments=False)
    with zipfile.ZipFile(small) as archive:
        moments = [name for name in archive.namelist() if "snapshots/" in name]
    assert len(moments) == 1 < len(run.snapshots.iterations)
    assert small.stat().st_size < exported.stat().st_size
    folder = import_run(small, other)
    assert list(folder.snapshots.iterations) == [0]
    assert folder.info() == run.info()
    assert len(folder.history().losses) == len(run.history().losses)
    assert resumed_trainer(folder, tiny_dataset).iteration == 12


def test_a_copy_is_not_called_like_the_run_itself(run: RunFolder, exported: Path) -> None:
    root = run.path.parent
    assert import_run(exported, root).title == "my run (2)", "its folder tells it apart"
    run.save_notes(RunNotes("The best", "Mine.", starred=True))
    named = exported.with_name("named.zip")
    export_run(run, named)
    copies = [import_run(named, root) for _ in range(2)]
    assert [copy.title for copy in copies] == ["The best (3)", "The best (4)"]
    assert copies[0].notes().note == "Mine."


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def beside(other: Path) -> list[str]:
    names = {path.name for path in other.parent.iterdir()} - {other.name, ".importing.lock"}
    return sorted(names)


def nothing_was_made(other: Path) -> bool:
    return not other.exists() or not (any(other.iterdir()) or beside(other))


def test_what_comes_out_is_what_went_in(run: RunFolder, exported: Path, other: Path) -> None:
    (run.path / ".history.csv.left over").write_text("from a kill")
    imported = import_run(exported, other)
    assert imported.path == other / "my run"
    left_over = contents(run.path)
    del left_over[".history.csv.left over"]
    assert contents(imported.path) == left_over
    assert [entry.name for entry in RunStore(other).entries()] == ["my run"]
    assert beside(other) == [], "nothing is left beside the runs"


def test_what_comes_out_can_be_scrubbed_and_gone_on_with(
    tmp_path: Path, tiny_config: TrainingConfig, tiny_dataset: Dataset, other: Path, home: Path
) -> None:
    OwnDrawings().add(Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.9]])),)), 1)
    config = replace(tiny_config, own_drawings=2)
    whole = Trainer.from_config(config, tiny_dataset)
    whole.train()
    folder = RunFolder.create(config, tmp_path / "runs" / "stopped")
    trainer, control = Trainer.from_config(config, tiny_dataset), Control()
    for event in Recorder(folder, config).follow(trainer.run(control, checkpoint_seconds=1e9)):
        if isinstance(event, StepDone) and event.iteration == 9:
            control.stop()
    export_run(folder, tmp_path / "stopped.zip")
    shutil.rmtree(home)  # it is another person's computer
    imported = import_run(tmp_path / "stopped.zip", other)
    assert imported.snapshots.iterations == folder.snapshots.iterations
    np.testing.assert_array_equal(imported.snapshots.load(3)["W1"], folder.snapshots.load(3)["W1"])
    assert resumed_trainer(imported, tiny_dataset, at_best=True).iteration == 7
    goes_on = resumed_trainer(imported, tiny_dataset)
    goes_on.train()
    assert goes_on.train_loss_list == whole.train_loss_list


def test_what_killed_imports_left_is_deleted_by_the_next_one(
    exported: Path, other: Path, tiny_config: TrainingConfig
) -> None:
    left_over = other.parent / ".import-abc" / "run"
    left_over.mkdir(parents=True)
    (left_over / "settings.toml").write_text("half of it")
    with FileLock(other.parent / ".importing.lock"):  # it is on
        RunStore(other).create(tiny_config)
        assert left_over.exists()
    RunStore(other).create(tiny_config)
    assert beside(other) == []
    left_over.mkdir(parents=True)
    import_run(exported, other)
    assert beside(other) == []


def test_imports_wait_for_each_other_but_not_forever(
    exported: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_zip, "LONGEST_IMPORT", 0.01)
    other.mkdir(parents=True)
    with (
        FileLock(other.parent / ".importing.lock"),
        pytest.raises(ConvlabError, match="is being imported at the moment"),
    ):
        import_run(exported, other)
    assert nothing_was_made(other)


def test_an_export_that_was_killed_is_in_nobodys_way(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / f".run.zip.{os.getpid()}").write_text("half of it")
    export_run(run, tmp_path / "run.zip")
    assert [path.name for path in tmp_path.glob("*run.zip*")] == ["run.zip"]


def test_a_name_that_is_taken_gets_a_number(exported: Path, other: Path) -> None:
    names = [import_run(exported, other).path.name for _ in range(3)]
    assert names == ["my run", "my run (2)", "my run (3)"]


def test_a_zip_that_somebody_made_of_the_files_alone_will_do(changed: Rewrite, other: Path) -> None:
    assert import_run(changed(top=""), other).path.name == "changed"


def test_files_that_no_run_has_are_left_out(changed: Rewrite, other: Path) -> None:
    path = changed(
        ("my run/run.py", b"print()"),
        ("my run/snapshots/evil.pkl", b""),
        ("__MACOSX/my run/._run.toml", b""),
        ("elsewhere.toml", b""),
    )
    imported = import_run(path, other)
    assert not {"run.py", "snapshots/evil.pkl"} & contents(imported.path).keys()
    assert [*other.iterdir()] == [imported.path]


@pytest.mark.parametrize(
    "name",
    ["../outside.toml", "/outside.toml", "my run/../../run.toml", "C:\\run.toml", "my run/..\\a"],
)
def test_no_path_leads_outside(name: str, changed: Rewrite, other: Path) -> None:
    with pytest.raises(ConvlabError, match="outside of its folder"):
        import_run(changed((name, b"")), other)
    assert nothing_was_made(other)


def test_no_link_is_made(changed: Rewrite, other: Path) -> None:
    link = zipfile.ZipInfo("my run/notes.toml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ConvlabError, match="holds links"):
        import_run(changed((link, b"/etc/passwd")), other)
    assert nothing_was_made(other)


def test_what_is_too_large_is_not_unpacked(
    changed: Rewrite, other: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConvlabError, match="larger than a run can be"):
        import_run(changed(("my run/notes.toml", bytes(2 << 20))), other)
    monkeypatch.setattr(run_zip, "LARGEST_RUN", 10_000)
    with pytest.raises(ConvlabError, match="larger than a run can be"):
        import_run(exported, other)
    assert nothing_was_made(other)


@pytest.mark.parametrize("missing", ["settings.toml", "run.toml"])
def test_a_zip_without_a_run_is_refused(missing: str, changed: Rewrite, other: Path) -> None:
    with pytest.raises(ConvlabError, match=r"changed\.zip holds no run"):
        import_run(changed(without=missing), other)
    assert nothing_was_made(other)


@pytest.mark.parametrize("name", ["settings.toml", "run.toml"])
def test_a_damaged_run_is_refused(name: str, changed: Rewrite, other: Path) -> None:
    path = changed((f"my run/{name}", b"epochs = 'many'"), without=name)
    with pytest.raises(ConvlabError, match=r"run in changed\.zip"):
        import_run(path, other)
    assert nothing_was_made(other)


def test_half_a_zip_is_refused(exported: Path, other: Path) -> None:
    content = bytearray(exported.read_bytes())
    at = content.index(b"\x93NUMPY") if b"\x93NUMPY" in content else len(content) // 2
    content[at : at + 100] = bytes(100)
    exported.write_bytes(content)
    with pytest.raises(ConvlabError, match="damaged"):
        import_run(exported, other)
    exported.write_bytes(content[:1000])
    with pytest.raises(ConvlabError, match="damaged"):
        import_run(exported, other)
    assert nothing_was_made(other)


def test_the_folder_of_a_run_can_be_imported_as_it_is(run: RunFolder, other: Path) -> None:
    (run.path / "diary.txt").write_text("no file of a run")
    imported = import_run(run.path, other)
    (run.path / "diary.txt").unlink()
    assert contents(imported.path) == contents(run.path)
    assert import_run(run.path, other).path == other / "my run (2)"
    assert beside(other) == []


def test_a_folder_without_a_run_is_refused(run: RunFolder, other: Path) -> None:
    with pytest.raises(DataError, match="is no folder of a run; choose one, or a zip of one"):
        import_run(run.path / "snapshots", other)
    assert nothing_was_made(other)


def test_a_run_that_is_being_trained_cannot_be_imported(run: RunFolder, other: Path) -> None:
    held = RunFolder(run.path)
    held.acquire()
    with pytest.raises(ConvlabError, match="is being trained"):
        import_run(run.path, other)
    held.release()
    assert nothing_was_made(other)


def test_a_failed_export_names_the_file_that_was_asked_for(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(ConvlabError) as told:
        export_run(run, tmp_path / "folder.zip", replace=True)
    assert f"exported: {tmp_path / 'folder.zip'}: " in str(told.value)
    assert list(tmp_path.glob(".folder*")) == []


def test_an_older_export_is_replaced_if_that_is_wanted(
    run: RunFolder, exported: Path, tmp_path: Path
) -> None:
    (tmp_path / "again.zip").write_text("older")
    export_run(run, tmp_path / "again.zip", replace=True)
    with zipfile.ZipFile(tmp_path / "again.zip") as again, zipfile.ZipFile(exported) as first:
        assert again.namelist() == first.namelist()


def test_an_export_is_all_or_nothing(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "write", full)
        with pytest.raises(ConvlabError, match="No space left"):
            export_run(run, tmp_path / "full" / "run.zip")
    assert [*(tmp_path / "full").iterdir()] == []
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(ConvlabError, match="is there already"):
        export_run(run, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"
