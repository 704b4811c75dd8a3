"""A run as one file: its folder, zipped, to be mailed and opened elsewhere."""

import dataclasses
import lzma
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from convlab.errors import ConvlabError, DataError
from convlab.training.run_files import RUN_FILE, files_of
from convlab.training.run_folder import RunFolder

LARGEST_RUN = 8 << 30  # bytes, unpacked; a run of the original AlexNet takes two thirds of that
LARGEST_TOML = 1 << 20
MOST_FILES = 5_000
LONGEST_IMPORT = 60  # seconds that another one is waited for

_IMPORT = ".import-"  # begins the name of a folder in which a run is unpacked
_NAME = re.compile(r"[^\W_][\w ().,+=-]{0,99}")  # of a folder, on any system
_LATER_MOMENT = re.compile(r"snapshots/0*[1-9]")
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,  # a way to pack that Python does not know
    RuntimeError,  # a password is wanted
)


def export_run(
    folder: RunFolder, path: Path, *, replace: bool = False, with_moments: bool = True
) -> None:
    """Write the files of a run into a zip, all or nothing, below a folder of the run's name.

    Without its moments, of which only the first is written, it is much smaller: it can be opened,
    compared and gone on with, but there is little left to go back to.
    Raises :class:`ConvlabError` if ``path`` is there already and is not to be replaced, if the run
    is being trained, or if something cannot be read or written.
    """
    if path.exists() and not replace:
        raise ConvlabError(f"{path} is there already; name a new file.")
    if folder.is_held():
        raise ConvlabError(
            f"The run {folder.title} is being trained; stop it, or wait for its end, to export it."
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)  # of a killed program that had the same number
        _write(folder.path, temporary, with_moments=with_moments)
        os.replace(temporary, path)
    except OSError as error:
        place = path if error.filename in (None, str(temporary)) else error.filename
        raise ConvlabError(
            f"The run cannot be exported: {place}: {error.strerror or error}."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def import_run(path: Path, root: Path) -> RunFolder:
    """Unpack a zip that :func:`export_run` wrote into a new folder of ``root``, all or nothing.

    ``path`` may be the folder of a run, too, which is copied. Files that no run has are left out.
    Raises :class:`DataError` for anything that is no run, or
    is too large, and :class:`ConvlabError` if the folder cannot be written, or if another import
    does not come to its end.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _import_lock(root).acquire(timeout=LONGEST_IMPORT):
            _sweep_imports(root)
            return _imported(path, root)
    except Timeout as error:
        raise ConvlabError(
            "Another run is being imported at the moment; wait for its end, then try again."
        ) from error
    except OSError as error:
        place = error.filename or root
        raise ConvlabError(
            f"The run cannot be imported: {place}: {error.strerror or error}."
        ) from error


def sweep_imports(root: Path) -> None:
    """Delete what imports into ``root`` left that were killed, unless one is on."""
    if not any(root.parent.glob(f"{_IMPORT}*")):
        return
    with suppress(OSError, Timeout), _import_lock(root).acquire(blocking=False):
        _sweep_imports(root)


def _sweep_imports(root: Path) -> None:
    for left_over in root.parent.glob(f"{_IMPORT}*"):
        shutil.rmtree(left_over, ignore_errors=True)


def _import_lock(root: Path) -> FileLock:
    """Return what whoever imports holds: without it, what is half unpacked is left over."""
    return FileLock(root.parent / ".importing.lock")


def _imported(path: Path, root: Path) -> RunFolder:
    # Beside the runs, so that no half of one is ever among them.
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=_IMPORT) as temporary:
        unpacked = Path(temporary) / "run"
        name = _copy(path, unpacked) if path.is_dir() else _unpack(path, unpacked)
        _check(RunFolder(unpacked), path)
        target = _unused(root, name)
        _tell_apart(RunFolder(unpacked), target.name.removeprefix(name))
        os.replace(unpacked, target)
        return RunFolder(target)


def _write(folder: Path, path: Path, *, with_moments: bool) -> None:
    name_inside = _safe(folder.resolve().name)
    names = [name for name in files_of(folder) if with_moments or not _LATER_MOMENT.match(name)]
    with path.open("xb") as file:
        with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
            for name in names:
                # Weights hardly shrink, and it would take long.
                packed = zipfile.ZIP_STORED if name.endswith("s") else zipfile.ZIP_DEFLATED
                archive.write(folder / name, f"{name_inside}/{name}", packed)
        file.flush()
        os.fsync(file.fileno())


def _copy(path: Path, target: Path) -> str:
    """Copy the files of the run in ``path`` into ``target`` and return the name of its folder."""
    names = list(files_of(path))
    if not {"settings.toml", "run.toml"} <= set(names):
        raise DataError(f"{path} is no folder of a run; choose one, or a zip of one.")
    if RunFolder(path).is_held():
        raise ConvlabError(f"The run in {path} is being trained; stop it, or wait for its end.")
    size = sum((path / name).stat().st_size for name in names)
    if size > shutil.disk_usage(target.parent).free:
        raise DataError(f"{path} takes {size / 1e6:,.0f} MB, for which there is no room.")
    for name in names:
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path / name, file)
    return _safe(path.resolve().name)


def _unpack(path: Path, target: Path) -> str:
    """Unpack the files of a run into ``target`` and return the name of its folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for member in members:
                _refuse_unsafe(member, path)
            top = _top(members)
            below = (member for member in members if member.filename.startswith(top))
            files = {member.filename.removeprefix(top): member for member in below}
            wanted = {name: member for name, member in files.items() if RUN_FILE.fullmatch(name)}
            if not {"settings.toml", "run.toml"} <= wanted.keys():
                raise DataError(
                    f"{path.name} holds no run of convlab; choose one that it exported."
                )
            _refuse_large(members, wanted, path, target.parent)
            for name, member in wanted.items():
                file = target / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, file.open("xb") as sink:
                    shutil.copyfileobj(source, sink)
    except _DAMAGED as error:
        raise DataError(
            f"{path.name} is no zip file, or it is damaged; export the run again."
        ) from error
    return _safe(top.rstrip("/"), path.stem)


def _safe(*names: str) -> str:
    """Return the first of ``names`` that can be a folder's on any system."""
    return next((name for name in names if _NAME.fullmatch(name)), "run")


def _refuse_unsafe(member: zipfile.ZipInfo, path: Path) -> None:
    """Raise :class:`DataError` for what a zip of a run never holds, and a malicious one may."""
    name = PurePosixPath(member.filename)
    is_outside = name.is_absolute() or ".." in name.parts or re.search(r"[\\:]", member.filename)
    if is_outside:
        raise DataError(
            f"{path.name} wants to write outside of its folder, so nothing of it was unpacked."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(f"{path.name} holds links, as no run does; nothing of it was unpacked.")


def _top(members: list[zipfile.ZipInfo]) -> str:
    """Return the folder that holds the run in the zip, with its slash; empty if none does."""
    ends = [m.filename for m in members if PurePosixPath(m.filename).name == "settings.toml"]
    shortest = min(ends, key=len, default="")
    return shortest.removesuffix("settings.toml") if shortest.count("/") <= 1 else ""


def _refuse_large(
    members: list[zipfile.ZipInfo], wanted: dict[str, zipfile.ZipInfo], path: Path, place: Path
) -> None:
    size = sum(member.file_size for member in wanted.values())
    texts = (member for name, member in wanted.items() if name.endswith(".toml"))
    if (
        size > LARGEST_RUN
        or len(members) > MOST_FILES
        or any(member.file_size > LARGEST_TOML for member in texts)
    ):
        raise DataError(f"{path.name} is larger than a run can be; nothing of it was unpacked.")
    if size > shutil.disk_usage(place).free:
        raise DataError(
            f"{path.name} takes {size / 1e6:,.0f} MB unpacked, for which there is no room on the "
            "disk."
        )


def _check(folder: RunFolder, path: Path) -> None:
    try:
        folder.config()
    except ConvlabError as error:
        raise DataError(
            f"The settings of the run in {path.name} cannot be read: {error}"
        ) from error
    if folder.info() is None:
        raise DataError(f"The run in {path.name} is damaged: it does not tell how it stands.")


def _tell_apart(folder: RunFolder, mark: str) -> None:
    """Put the mark of a folder's name, such as `` (2)``, behind the name that a person gave."""
    notes = folder.notes()
    if mark and notes.name:
        folder.save_notes(dataclasses.replace(notes, name=f"{notes.name}{mark}"))


def _unused(root: Path, name: str) -> Path:
    names = (name if not n else f"{name} ({n + 1})" for n in range(10_000))
    return next(root / candidate for candidate in names if not (root / candidate).exists())
