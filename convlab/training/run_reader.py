"""Reads many runs again and again, each only when something in it has changed."""

from dataclasses import replace
from pathlib import Path

from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry

Stamp = tuple[tuple[int, int], ...]  # time of change and size of each file

_FILES = ("run.toml", "notes.toml")


class RunReader:
    """Knows the runs in the folder ``root`` as they were when it was asked the last time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[Path, tuple[Stamp, RunEntry]] = {}

    def entries(self) -> list[RunEntry]:
        """Return all runs, the latest first; what is no run, or is damaged, is left out."""
        try:
            paths = [path for path in self.root.iterdir() if not path.name.startswith(".")]
        except OSError:
            paths = []
        known = self._known
        self._known = {}
        for path in paths:
            stamp = _stamp(path)
            before = known.get(path)
            entry = before[1] if before and before[0] == stamp else _read(path)
            if entry is not None:
                self._known[path] = (stamp, _as_alive(entry))
        entries = [entry for _, entry in self._known.values()]
        return sorted(entries, key=lambda entry: (entry.info.created, entry.name), reverse=True)


def _stamp(path: Path) -> Stamp:
    found = []
    for name in _FILES:
        try:
            status = (path / name).stat()
        except OSError:
            found.append((0, -1))
        else:
            found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


def _read(path: Path) -> RunEntry | None:
    folder = RunFolder(path)
    info = folder.info()
    return None if info is None else RunEntry(folder, info, folder.notes(), False)


def _as_alive(entry: RunEntry) -> RunEntry:
    """Look anew whether a run that has not ended is being trained: no file tells when that ends."""
    is_live = entry.info.state == "running" and entry.folder.is_held()
    return entry if is_live == entry.is_live else replace(entry, is_live=is_live)
