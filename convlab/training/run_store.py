"""All runs of a person, in one folder."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from send2trash import TrashPermissionError, send2trash

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, DataError, WeightsError
from convlab.paths import data_dir
from convlab.training.checkpoint import Checkpoint
from convlab.training.config import TrainingConfig
from convlab.training.events import Params
from convlab.training.moments import Moments
from convlab.training.run_folder import RunFolder, unused_folder
from convlab.training.run_info import RunInfo, RunNotes
from convlab.training.run_zip import sweep_imports
from convlab.training.trainer import Trainer

_RUNS_TOLD = 8  # of those that a name may mean


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
        try:
            sweep_imports(self.root)
            return RunFolder.create(config, unused_folder(self.root, config.network.name))
        except (ConvlabError, OSError) as error:
            cause = error.__cause__ or error
            reason = cause.strerror if isinstance(cause, OSError) else None
            raise ConvlabError(
                f"The folder of your runs, {self.root}, cannot be written: {reason or cause}."
            ) from error

    def find(self, name: str) -> RunEntry:
        """Return the run that is called ``name``, or whose folder is, or begins so.

        Raises :class:`ConvlabError` if there is none, or more than one.
        """
        path = Path(name)
        if (path / "settings.toml").is_file() and (entry := read_entry(path)):
            return as_alive(entry)
        entries = self.entries()
        found = (
            [e for e in entries if e.name == name]
            or [e for e in entries if e.notes.name == name]
            or [e for e in entries if e.name.startswith(name) or e.title.startswith(name)]
        )
        if len(found) == 1:
            return found[0]
        known = f"convlab runs list shows the {len(entries)} there are."
        if not found:
            raise ConvlabError(f"There is no run called {name!r}; {known}")
        folders = ", ".join(repr(e.name) for e in found[:_RUNS_TOLD])
        more = "" if len(found) <= _RUNS_TOLD else f" and {len(found) - _RUNS_TOLD} more; {known}"
        raise ConvlabError(
            f"{len(found)} runs are called {name!r} or begin so; name one by its folder: "
            f"{folders}{more or '.'}"
        )

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


def refusal(entry: RunEntry, epochs: int | None = None, *, at_best: bool = False) -> str:
    """Return a sentence that says why a run cannot go on; empty if it can.

    ``epochs`` is how many it is to have in all, where that is not what its settings say; with
    ``at_best`` it would go on at the end of its best epoch. One that
    ended early can: the count of epochs that did not surpass the best one begins anew.
    """
    info, title = entry.info, entry.title
    if entry.is_live:
        return f"The run {title} is being trained at the moment; wait for its end, or stop it."
    goes_back = at_best and info.best_iteration < info.iterations
    if info.state == "finished" and not goes_back and (epochs is None or epochs <= info.epochs):
        return (
            f"The run {title} is finished; to go on, name more than its {info.epochs:,} epochs: "
            f"convlab runs resume '{entry.name}' --epochs {info.epochs + 10}"
        )
    if info.state == "diverged":
        return (
            f"The run {title} diverged and would again; go back to an earlier moment of it in the "
            "window, and branch there with a smaller learning rate, or train it anew with one."
        )
    return ""


def resumed_trainer(
    folder: RunFolder, dataset: Dataset, *, threads: int = 1, at_best: bool = False
) -> Trainer:
    """Return the trainer of a run, which goes on where its last checkpoint was taken.

    If it ended before the first one, it begins anew. With ``at_best`` it goes on at the end of its
    best epoch; what is later is deleted once it does. It goes on for as many epochs as its settings
    say, which may have become more since then. It learns the drawings that it kept, and hashes all
    images, which takes a moment. Raises :class:`ConvlabError` if the settings cannot be read, if
    its checkpoints or what a branch began with are lost, or if ``dataset`` is not the one that the
    run was trained on.
    """
    checkpoint, config = _checkpoint(folder, at_best=at_best), folder.config()
    if checkpoint:
        config = replace(checkpoint.config, epochs=config.epochs)
    trainer = Trainer.from_config(config, dataset, threads=threads, drawings=folder.drawings())
    info = folder.info()
    if info is not None and info.parent:
        if checkpoint is None:
            trainer.begin_at(_weights_of_parent(folder, info), info.branched_at, info.epochs_before)
        trainer.branched_at, trainer.epochs_before = info.branched_at, info.epochs_before
    if checkpoint is not None:
        _restore(trainer, checkpoint, _beginning(folder, info), folder)
        if info is not None and info.state == "early" and trainer.is_out_of_patience:
            trainer.patience_from = trainer.iteration
    return trainer


def _checkpoint(folder: RunFolder, *, at_best: bool) -> Checkpoint | None:
    if at_best:
        best = folder.best_checkpoint()
        if best is None:
            raise DataError(
                f"The run {folder.title} has no checkpoint of its best epoch; begin a new run at "
                "one of its moments instead."
            )
        return best
    last, info = folder.last_checkpoint(), folder.info()
    if last is None and (folder.has_checkpoint() or (info is not None and info.iteration)):
        what = "its checkpoints are damaged" if folder.has_checkpoint() else "it has no checkpoint"
        raise DataError(
            f"The run {folder.title} cannot go on: {what}. Begin a new run at one of its moments "
            "instead."
        )
    return last


def _weights_of_parent(folder: RunFolder, info: RunInfo) -> Params:
    """Return the weights that a branch begins with; raises :class:`DataError` if they are lost."""
    try:
        return folder.snapshots.load(0)
    except WeightsError as error:
        raise DataError(
            f"The run {folder.title} cannot begin anew: the weights that it took from the run "
            f"{info.parent} are missing or damaged. Begin a new run at a moment of that run "
            "instead."
        ) from error


def _beginning(folder: RunFolder, info: RunInfo | None) -> Params | None:
    """Return the weights of iteration 0, if they can be read.

    Of a branch, which could not make them anew, the earliest ones are the next best.
    """
    is_branch = info is not None and info.parent
    for iteration in folder.snapshots.iterations if is_branch else (0,):
        with suppress(WeightsError):
            return folder.snapshots.load(iteration)
    return None


def _restore(
    trainer: Trainer, checkpoint: Checkpoint, first: Params | None, folder: RunFolder
) -> None:
    """Let a trainer go on from a checkpoint; raises :class:`DataError` if the images are others."""
    others = DataError(
        f"The run {folder.title} cannot go on with these images: it was trained on others, or they "
        "have changed since. Bring those back, or begin a new run at one of its moments instead."
    )
    if checkpoint.state.images not in ("", trainer.images):  # older ones do not tell
        raise others
    try:
        trainer.restore(checkpoint.state, checkpoint.history, first)
    except (ConvlabError, ValueError, KeyError, TypeError) as error:
        raise others from error


def branched_trainer(
    config: TrainingConfig,
    dataset: Dataset,
    parent: RunFolder,
    iteration: int,
    *,
    threads: int = 1,
) -> Trainer:
    """Return a trainer of ``config`` that begins with the weights of ``parent`` at a moment.

    ``iteration`` is one of :class:`Moments`. Raises :class:`ConvlabError` if they are of another
    network.
    """
    trainer = Trainer.from_config(config, dataset, threads=threads)
    params, info = Moments(parent).load(iteration), parent.info()
    if info is None:
        trainer.begin_at(params, iteration)
    else:
        epochs = info.epochs_before + epochs_over(info, iteration)
        trainer.begin_at(params, info.branched_at + iteration, epochs)
    return trainer


def epochs_over(info: RunInfo, iteration: int) -> int:
    """Return how many epochs of a run are over after one of its iterations."""
    per_epoch = info.iterations // max(info.epochs, 1)
    return iteration // per_epoch if per_epoch else 0


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
