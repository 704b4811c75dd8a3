"""A run's folder, in plain formats: it can be zipped, mailed and opened elsewhere.

====================  ==========================================================================
settings.toml         the settings, as ``convlab train --config`` reads them
run.toml              how the run stands: :class:`RunInfo`
notes.toml            what a person wrote about it: :class:`RunNotes`
history.csv           a row for each step; accuracies in the last row of an epoch
weights.safetensors   the weights in use: at the end those that the run leaves
snapshots/            weights along the run, by iteration
filters.safetensors   the first layer's filters along the run: :class:`FilterTrack`
checkpoints/          the last states, by iteration, and ``best-``, the one of the best epoch;
                      ``best.safetensors``, the best weights
drawings.json         the user's own drawings as they were when the run began, if it learns them
.lock                 is held by whoever trains the run
====================  ==========================================================================
"""

import errno
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from convlab.data.digit_image import Drawing
from convlab.data.own_drawings import OwnDrawings
from convlab.data.strokes import write_drawings
from convlab.errors import ConvlabError, DataError
from convlab.files import append_lines, write_atomically
from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.paths import data_dir
from convlab.training.checkpoint import Checkpoint
from convlab.training.config import TrainingConfig
from convlab.training.events import Params
from convlab.training.filter_track import FilterTrack
from convlab.training.history import History
from convlab.training.run_files import left_over_in
from convlab.training.run_info import RunInfo, RunNotes, load_toml, save_toml
from convlab.training.snapshots import SnapshotFolder
from convlab.training.state import Best

CHECKPOINTS_KEPT = 2

_CHECKPOINT_NAME = re.compile(r"(best-)?(\d+)\.safetensors")


class RunFolder:
    """Reads and writes the files of one run; each is replaced in one step, or grows by lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.snapshots = SnapshotFolder(path / "snapshots")
        self._rows = 0  # of the history that are written
        self._evaluations = 0
        self._lock = FileLock(path / ".lock")

    @property
    def weights_path(self) -> Path:
        """The file of the weights in use."""
        return self.path / "weights.safetensors"

    @property
    def filters_path(self) -> Path:
        """The file of the first layer's filters along the run."""
        return self.path / "filters.safetensors"

    @property
    def best_path(self) -> Path:
        """The file of the weights that read most test images right."""
        return self.path / "checkpoints" / "best.safetensors"

    @property
    def title(self) -> str:
        """The name that a person gave to the run, or that of its folder."""
        return self.notes().name or self.path.name

    @classmethod
    def create(cls, config: TrainingConfig, path: Path | None = None) -> "RunFolder":
        """Make a new folder with the settings in it: ``path``, or one among the user's runs.

        Raises :class:`ConvlabError` if that cannot be done, or if ``path`` holds something.
        """
        folder = path or unused_folder(data_dir() / "runs", config.network.name)
        is_new = False
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise ConvlabError(
                    f"{folder} is there already and is not an empty folder; name a new folder, so "
                    "that no earlier run is lost."
                )
            is_new = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            config.save(folder / "settings.toml")
        except OSError as error:
            if is_new:
                with suppress(OSError):
                    folder.rmdir()
            raise ConvlabError(
                f"The folder {folder} cannot be written: {error.strerror or error}; name another."
            ) from error
        return cls(folder)

    def config(self) -> TrainingConfig:
        """Return the settings; raises :class:`SettingsError`."""
        return TrainingConfig.load(self.path / "settings.toml")

    def info(self) -> RunInfo | None:
        """Return how the run stands; None if nobody can tell."""
        return load_toml(RunInfo, self.path / "run.toml")

    def save_info(self, info: RunInfo) -> None:
        """Write how the run stands; raises OSError."""
        save_toml(info, self.path / "run.toml")

    def notes(self) -> RunNotes:
        """Return what a person wrote about the run."""
        return load_toml(RunNotes, self.path / "notes.toml") or RunNotes()

    def save_notes(self, notes: RunNotes) -> None:
        """Write what a person says about the run; raises OSError."""
        save_toml(notes, self.path / "notes.toml")

    def history(self) -> History:
        """Read the history; raises :class:`DataError` if it is damaged."""
        path = self.path / "history.csv"
        try:
            return History.from_csv(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise DataError(
                f"The history of the run {self.path.name} cannot be read: "
                f"{error.strerror or error}."
            ) from error
        except ValueError as error:
            raise DataError(f"{path} is damaged; it is no history of a run.") from error

    def write_history(self, history: History) -> None:
        """Add what is new in the history, which is always the same one.

        Raises OSError, also if the folder was deleted: it is not made anew without its settings.
        """
        path = self.path / "history.csv"
        self._refuse_if_gone()
        last = history.iterations[self._rows - 1] if self._rows else -1
        is_late = any(e.iteration <= last for e in history.evaluations[self._evaluations :])
        if self._rows and not is_late:
            append_lines(path, history.to_csv(self._rows))
        else:
            write_atomically(path, history.to_csv())
        self._rows, self._evaluations = len(history.iterations), len(history.evaluations)

    def filters(self) -> FilterTrack:
        """Read the first layer's filters along the run."""
        return FilterTrack.load(self.path / "filters.safetensors")

    def write_filters(self, track: FilterTrack) -> None:
        """Replace the first layer's filters along the run; raises OSError."""
        track.save(self.path / "filters.safetensors")

    def write_best(self, best: Best, description: NetworkDescription) -> None:
        """Replace the best weights; raises OSError, also if the folder was deleted."""
        self._refuse_if_gone()
        weights.save(self.best_path, best.params, description)

    def drop_best(self) -> None:
        """Delete the best weights, if there are any; raises OSError."""
        self.best_path.unlink(missing_ok=True)

    def write_weights(self, params: Params, description: NetworkDescription) -> None:
        """Replace the weights in use; raises OSError."""
        weights.save(self.weights_path, params, description)

    def write_checkpoint(self, checkpoint: Checkpoint, best: Checkpoint | None = None) -> None:
        """Add a checkpoint and delete those that are older than the one before; raises OSError.

        ``best`` is that of the best epoch, where it is not written yet. The one of the best epoch
        before it is deleted last: to whatever checkpoint a run goes back, its best one is there.
        """
        try:
            if best is not None:
                best.save(self._checkpoint(best.state.iteration, is_best=True))
            checkpoint.save(self._checkpoint(checkpoint.state.iteration))
        except OSError:
            with suppress(OSError):  # each epoch may add one while the disk has no room for more
                self._drop_best_checkpoints(CHECKPOINTS_KEPT)
            raise
        self.drop_checkpoints(CHECKPOINTS_KEPT)

    def checkpoints(self) -> list[int]:
        """Return the iterations of which there are checkpoints, latest first."""
        return self._iterations(is_best=False)

    def drop_checkpoints(self, kept: int) -> None:
        """Delete all but the latest ``kept`` checkpoints and the best one; raises OSError."""
        for iteration in self.checkpoints()[kept:]:
            self._checkpoint(iteration).unlink(missing_ok=True)
        self._drop_best_checkpoints(1)

    def _drop_best_checkpoints(self, kept: int) -> None:
        for iteration in self._iterations(is_best=True)[kept:]:
            self._checkpoint(iteration, is_best=True).unlink(missing_ok=True)

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the latest checkpoint that can be read, be it a best one; None if none can."""
        return self._first_readable(self._all_checkpoints())

    def has_checkpoint(self) -> bool:
        """Return whether there is any checkpoint, be it a best one, read or not."""
        return bool(self._all_checkpoints())

    def has_best_checkpoint(self) -> bool:
        """Return whether there is a checkpoint of the best epoch, read or not."""
        return bool(self._iterations(is_best=True))

    def best_checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint of the best epoch; None if there is none that can be read."""
        return self._first_readable(each for each in self._all_checkpoints() if each[1])

    def checkpoint_at(self, iteration: int) -> Checkpoint | None:
        """Return the checkpoint of an iteration; None if there is none that can be read."""
        return self._first_readable(
            each for each in self._all_checkpoints() if each[0] == iteration
        )

    def drawings(self) -> OwnDrawings | None:
        """Return the drawings that the run learns; None if it keeps none."""
        path = self.path / "drawings.json"
        return OwnDrawings(path) if path.is_file() else None

    def write_drawings(self, drawings: Sequence[Drawing]) -> None:
        """Keep the drawings that the run learns; raises :class:`DataError`."""
        write_drawings(self.path / "drawings.json", drawings)

    def go_back_to(self, iteration: int, history: History) -> None:
        """Delete what is later than ``iteration``, up to which ``history`` goes; raises OSError."""
        self._rows = self._evaluations = 0
        self.write_history(history)
        self.snapshots.drop_after(iteration)
        for later, is_best in self._all_checkpoints():
            if later > iteration:
                self._checkpoint(later, is_best=is_best).unlink(missing_ok=True)

    def acquire(self) -> None:
        """Hold the run, until :meth:`release`, and delete what a killed program left half written.

        Raises :class:`ConvlabError` if somebody does already, OSError if the folder is read-only.
        """
        try:
            self._lock.acquire(timeout=0.5)  # a list may look at it just now
        except Timeout as error:
            raise ConvlabError(
                f"The run {self.title} is being trained at the moment; wait for its end, or stop "
                "it."
            ) from error
        for file in left_over_in(self.path):
            with suppress(OSError):
                file.unlink()

    def release(self) -> None:
        """Let others go on with the run."""
        self._lock.release()

    def is_held(self) -> bool:
        """Return whether somebody trains the run now, here or in another program."""
        if self._lock.is_locked:
            return True
        if not (self.path / ".lock").exists():
            return False
        try:
            with FileLock(self.path / ".lock", blocking=False):
                return False
        except Timeout:
            return True
        except OSError:  # a folder that is read-only is nobody's
            return False

    def _refuse_if_gone(self) -> None:
        if not (self.path / "settings.toml").is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))

    def _checkpoint(self, iteration: int, *, is_best: bool = False) -> Path:
        name = f"{'best-' if is_best else ''}{iteration:06d}.safetensors"
        return self.path / "checkpoints" / name

    def _all_checkpoints(self) -> list[tuple[int, bool]]:
        """Iterations, latest first, and whether it is the best one, which comes second there."""
        both = [
            (n, is_best) for is_best in (False, True) for n in self._iterations(is_best=is_best)
        ]
        return sorted(both, key=lambda each: -each[0])

    def _first_readable(self, checkpoints: Iterable[tuple[int, bool]]) -> Checkpoint | None:
        for iteration, is_best in checkpoints:
            with suppress(DataError):
                return Checkpoint.load(self._checkpoint(iteration, is_best=is_best))
        return None

    def _iterations(self, *, is_best: bool) -> list[int]:
        try:
            names = [path.name for path in (self.path / "checkpoints").iterdir()]
        except OSError:
            return []
        found = [name for name in map(_CHECKPOINT_NAME.fullmatch, names) if name]
        return sorted((int(n[2]) for n in found if bool(n[1]) == is_best), reverse=True)


def unused_folder(parent: Path, network: str) -> Path:
    """Return a path in ``parent`` that is named after the time and the network."""
    name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {network}"
    candidates = (parent / (name if not n else f"{name} ({n})") for n in range(1000))
    return next(folder for folder in candidates if not folder.exists())
