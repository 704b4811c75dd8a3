"""Which files belong to a run, and which are left over from a program that was killed."""

import re
from collections.abc import Iterator
from pathlib import Path

RUN_FILE = re.compile(
    r"(settings|run|notes)\.toml|history\.csv|drawings\.json|(weights|filters)\.safetensors"
    r"|snapshots/\d{1,12}\.safetensors|checkpoints/(\d{1,12}|best(-\d{1,12})?)\.safetensors"
)
# As write_atomically calls what it has not yet moved to its place.
_TEMPORARY = re.compile(r"\.(.+)\.[a-z0-9_]{8}")
_OF_PEOPLE = "notes.toml"  # may be written at any time, also while somebody else holds the run


def files_of(folder: Path) -> Iterator[str]:
    """Yield the files of the run in ``folder``, such as ``snapshots/000600.safetensors``."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if RUN_FILE.fullmatch(name) and file.is_file() and not file.is_symlink():
            yield name


def left_over_in(folder: Path) -> Iterator[Path]:
    """Yield what is half written of a run, which nobody but the one who holds it may be writing."""
    for place in (folder, folder / "snapshots", folder / "checkpoints"):
        for file in place.glob(".*"):
            written = _TEMPORARY.fullmatch(file.name)
            name = written and file.with_name(written[1]).relative_to(folder).as_posix()
            if name and name != _OF_PEOPLE and RUN_FILE.fullmatch(name):
                yield file
