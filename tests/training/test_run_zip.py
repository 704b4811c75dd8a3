"""A run goes into one file and comes out of it elsewhere; what is none stays outside."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.training import Trainer, TrainingConfig, run_zip
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore
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


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def nothing_was_made(other: Path) -> bool:
    return not other.exists() or (not any(other.iterdir()) and len([*other.parent.iterdir()]) == 1)


def test_what_comes_out_is_what_went_in(run: RunFolder, exported: Path, other: Path) -> None:
    (run.path / ".history.csv.left over").write_text("from a kill")
    imported = import_run(exported, other)
    assert imported.path == other / "my run"
    left_over = contents(run.path)
    del left_over[".history.csv.left over"]
    assert contents(imported.path) == left_over
    assert [entry.name for entry in RunStore(other).entries()] == ["my run"]
    assert len([*other.parent.iterdir()]) == 1, "nothing is left beside the runs"


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
