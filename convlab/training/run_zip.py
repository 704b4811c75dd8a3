"""A run as one file: its folder, zipped, to be mailed and opened elsewhere."""

import lzma
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from convlab.errors import ConvlabError, DataError
from convlab.training.run_folder import RunFolder

LARGEST_RUN = 8 << 30  # bytes, unpacked; a run of the original AlexNet takes half of that
LARGEST_TOML = 1 << 20
MOST_FILES = 5_000

_FILE = re.compile(
    r"(settings|run|notes)\.toml|history\.csv|(weights|filters)\.safetensors"
    r"|snapshots/\d{1,12}\.safetensors|checkpoints/(\d{1,12}|best)\.safetensors"
)
_NAME = re.compile(r"[^\W_][\w ().,+=-]{0,99}")  # of a folder, on any system
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,  # a way to pack that Python does not know
    RuntimeError,  # a password is wanted
)


def export_run(folder: RunFolder, path: Path) -> None:
    """Write the files of a run into a zip, all or nothing, below a folder of the run's name.

    Raises :class:`ConvlabError` if ``path`` is there already, if the run is being trained, or if
    something cannot be read or written.
    """
    if path.exists():
        raise ConvlabError(f"{path} is there already; name a new file.")
    if folder.is_held():
        raise ConvlabError(
            f"The run {folder.title} is being trained; stop it, or wait for its end, to export it."
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(folder.path, temporary)
        os.replace(temporary, path)
    except OSError as error:
        place = error.filename or path
        raise ConvlabError(
            f"The run cannot be exported: {place}: {error.strerror or error}."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def import_run(path: Path, root: Path) -> RunFolder:
    """Unpack a zip that :func:`export_run` wrote into a new folder of ``root``, all or nothing.

    Files that no run has are left out. Raises :class:`DataError` for anything that is no run, or
    is too large, and :class:`ConvlabError` if the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        # Beside the runs, so that no half of one is ever among them.
        with tempfile.TemporaryDirectory(dir=root.parent, prefix=".import-") as temporary:
            unpacked = Path(temporary) / "run"
            name = _unpack(path, unpacked)
            _check(RunFolder(unpacked), path)
            target = _unused(root, name)
            os.replace(unpacked, target)
            return RunFolder(target)
    except OSError as error:
        place = error.filename or root
        raise ConvlabError(
            f"The run cannot be imported: {place}: {error.strerror or error}."
        ) from error


def _write(folder: Path, path: Path) -> None:
    name_inside = _safe(folder.resolve().name)
    with path.open("xb") as file:
        with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
            for name in _files_of(folder):
                # Weights hardly shrink, and it would take long.
                packed = zipfile.ZIP_STORED if name.endswith("s") else zipfile.ZIP_DEFLATED
                archive.write(folder / name, f"{name_inside}/{name}", packed)
        file.flush()
        os.fsync(file.fileno())


def _files_of(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if _FILE.fullmatch(name) and file.is_file() and not file.is_symlink():
            yield name


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
            wanted = {name: member for name, member in files.items() if _FILE.fullmatch(name)}
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


def _unused(root: Path, name: str) -> Path:
    names = (name if not n else f"{name} ({n + 1})" for n in range(10_000))
    return next(root / candidate for candidate in names if not (root / candidate).exists())
