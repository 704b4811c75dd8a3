"""Reads many runs again and again, each only when something in it has changed."""

from contextlib import suppress
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, as_alive, latest_first, read_entry

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
            entry = before[1] if before and before[0] == stamp else read_entry(path)
            if entry is None:
                continue
            entry = as_alive(entry)
            self._known[path] = (stamp, entry)
            if before is None and entry.was_interrupted:
                _sweep(entry.folder)
        return latest_first(entry for _, entry in self._known.values())


def _sweep(folder: RunFolder) -> None:
    """Delete what a killed program left half written, as whoever goes on with the run would."""
    with suppress(ConvlabError, OSError):
        folder.acquire()
        folder.release()


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
