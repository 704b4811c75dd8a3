"""From what is typed for a run to the run."""

from collections.abc import Iterator
from pathlib import Path

from convlab.errors import DataError
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, RunStore


def found_run(name: str) -> RunEntry:
    """Return the run of a name, the beginning of one, or a folder.

    Raises :class:`ConvlabError` if there is none, or more than one, or if it is damaged.
    """
    store = RunStore()
    for path in (store.root / name, Path(name)):
        if _is_damaged(path):
            raise DataError(
                f"The run in {path} is damaged: its run.toml, which tells how it stands, cannot be "
                "read."
            )
    return store.find(name)


def damaged_runs() -> Iterator[Path]:
    """Yield the folders among the user's runs that cannot be listed."""
    try:
        paths = sorted(RunStore().root.iterdir())
    except OSError:
        return
    yield from (path for path in paths if _is_damaged(path))


def _is_damaged(path: Path) -> bool:
    folder = RunFolder(path)
    if not (path / "settings.toml").is_file() or folder.info() is not None:
        return False
    return not folder.is_held()  # else it has only just begun
