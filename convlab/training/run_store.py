"""All runs of a person, in one folder."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from send2trash import TrashPermissionError, send2trash

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, DataError
from convlab.paths import data_dir
from convlab.training.config import TrainingConfig
from convlab.training.run_folder import RunFolder, unused_folder
from convlab.training.run_info import RunInfo, RunNotes
from convlab.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as a list shows it; ``is_live`` says that it is being trained now."""

    folder: RunFolder
    info: RunInfo
    notes: RunNotes
    is_live: bool

    @property
    def name(self) -> str:
        """The name of its folder, by which other runs call it."""
        return self.folder.path.name

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.notes.name or self.name

    @property
    def was_interrupted(self) -> bool:
        """Whether it ended without an end: by a crash, or by the power."""
        return self.info.state == "running" and not self.is_live


class RunStore:
    """Finds, makes and deletes runs in ``root``, the user's own by default."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or data_dir() / "runs"

    def entries(self) -> list[RunEntry]:
        """Return all runs, the latest first."""
        return latest_first(
            as_alive(entry) for path in self._paths() if (entry := read_entry(path))
        )

    def create(self, config: TrainingConfig) -> RunFolder:
        """Make the folder of a new run; raises :class:`ConvlabError` if that cannot be done."""
        return RunFolder.create(config, unused_folder(self.root, config.network.name))

    def find(self, name: str) -> RunEntry:
        """Return the run that is called ``name``, or whose folder is, or begins so.

        Raises :class:`ConvlabError` if there is none, or more than one.
        """
        path = Path(name)
        if (path / "settings.toml").is_file() and (entry := read_entry(path)):
            return as_alive(entry)
        entries = self.entries()
        same = [e for e in entries if name in (e.name, e.notes.name)]
        found = same or [e for e in entries if e.name.startswith(name) or e.title.startswith(name)]
        if len(found) == 1:
            return found[0]
        known = f"convlab runs list shows the {len(entries)} there are."
        if not found:
            raise ConvlabError(f"There is no run called {name!r}; {known}")
        raise ConvlabError(f"{len(found)} runs are called {name!r}; name one in full. {known}")

    def delete(self, folder: RunFolder) -> None:
        """Move a run to the trash; raises :class:`ConvlabError` if that cannot be done."""
        if folder.is_held():
            raise ConvlabError(f"The run {folder.title} is being trained; stop it first.")
        try:
            send2trash(folder.path)
        except (OSError, TrashPermissionError) as error:
            raise ConvlabError(
                f"The run {folder.title} cannot be moved to the trash: {error}."
            ) from error

    def _paths(self) -> list[Path]:
        try:
            return [path for path in self.root.iterdir() if (path / "settings.toml").is_file()]
        except OSError:
            return []


def resumed_trainer(folder: RunFolder, dataset: Dataset, *, threads: int = 1) -> Trainer:
    """Return the trainer of a run, which goes on where its last checkpoint was taken.

    Without any checkpoint it begins anew. It goes on for as many epochs as its settings say, which
    may have become more since then. Raises :class:`ConvlabError` if the settings cannot be
    read, or if ``dataset`` is not the one that the run was trained on.
    """
    checkpoint, config = folder.last_checkpoint(), folder.config()
    if checkpoint is None and folder.checkpoints():
        raise DataError(
            f"The run {folder.title} cannot go on: its checkpoints are damaged. Begin a new run at "
            "one of its moments instead."
        )
    if checkpoint:
        config = replace(checkpoint.config, epochs=config.epochs)
    trainer = Trainer.from_config(config, dataset, threads=threads)
    snapshots, info = folder.snapshots, folder.info()
    first = snapshots.load(0) if 0 in snapshots.iterations else None
    if info is not None and info.parent and first is not None:
        trainer.begin_at(first, info.branched_at)
    if checkpoint is not None:
        try:
            trainer.restore(checkpoint.state, checkpoint.history, first)
        except (ConvlabError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"The run {folder.title} cannot go on with these images: it was trained on others."
            ) from error
    return trainer


def branched_trainer(
    config: TrainingConfig,
    dataset: Dataset,
    parent: RunFolder,
    iteration: int,
    *,
    threads: int = 1,
) -> Trainer:
    """Return a trainer of ``config`` that begins with the weights of ``parent`` at a snapshot.

    Raises :class:`ConvlabError` if they are of another network.
    """
    trainer = Trainer.from_config(config, dataset, threads=threads)
    trainer.begin_at(parent.snapshots.load(iteration), iteration)
    return trainer


def read_entry(path: Path) -> RunEntry | None:
    """Read the run in a folder, as if nobody trained it; None if it is none or is damaged."""
    folder = RunFolder(path)
    info = folder.info()
    return None if info is None else RunEntry(folder, info, folder.notes(), False)


def as_alive(entry: RunEntry) -> RunEntry:
    """Look whether a run that has not ended is being trained: no file tells when that ends."""
    is_live = entry.info.state == "running" and entry.folder.is_held()
    return entry if is_live == entry.is_live else replace(entry, is_live=is_live)


def latest_first(entries: Iterable[RunEntry]) -> list[RunEntry]:
    """Return runs in the order in which they are listed."""
    return sorted(entries, key=lambda entry: (entry.info.created, entry.name), reverse=True)
