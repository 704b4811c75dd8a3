"""The moments of a run of which weights are kept: whole ones, and between these its filters."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.nn import weights
from convlab.training.events import Params
from convlab.training.filter_track import FilterTrack
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.snapshots import SnapshotFolder


@dataclass(frozen=True, slots=True, eq=False)
class FilterMoment:
    """The first convolution's filters (F, C, FH, FW) at an iteration; ``key`` is their name."""

    iteration: int
    key: str
    weights: NDArray[np.floating]


class Moments:
    """What there is in a run's folder now; it is looked through once, when this is made.

    Whole weights are kept of some iterations: the snapshots and the best ones. ``filters`` are
    the run's, which are known at more :attr:`points`.
    """

    def __init__(self, folder: RunFolder, filters: FilterTrack | None = None) -> None:
        self._folder = folder
        self._filters = filters or FilterTrack()
        # Not the folder's own list, which its writer keeps in another thread.
        snapshots = SnapshotFolder(folder.snapshots.path).iterations
        info = folder.info()
        has_best = info is not None and info.best_accuracy >= 0 and _is_told_of(folder, info)
        self.best = info.best_iteration if info is not None and has_best else None
        """The iteration of the weights that read most test images right; None if not kept."""
        self._snapshots = frozenset(snapshots)
        own = [] if self.best is None or self.best in self._snapshots else [self.best]
        self.iterations = sorted([*snapshots, *own])
        """The iterations of which there are whole weights, rising."""
        self.points = sorted({*self.iterations, *self._between()})
        """The iterations of which there are whole weights or filters, rising."""

    def whole_at(self, point: int) -> int:
        """Return the last iteration up to one of the :attr:`points` that is kept whole."""
        return self.iterations[bisect_right(self.iterations, point) - 1]

    def filters_at(self, point: int) -> FilterMoment | None:
        """Return the filters at one of the :attr:`points`; None where all weights are kept."""
        if point == self.whole_at(point):
            return None
        position = bisect_left(self._filters.iterations, point)
        return FilterMoment(point, self._filters.key, self._filters.at(position))

    def path(self, iteration: int) -> Path:
        """Return the file with the weights of one of :attr:`iterations`."""
        if iteration == self.best and iteration not in self._snapshots:
            return self._folder.best_path
        return self._folder.snapshots.file(iteration)

    def size(self, iteration: int) -> int:
        """Return how many bytes the weights of an iteration take; 0 if they are gone."""
        try:
            return self.path(iteration).stat().st_size
        except OSError:
            return 0

    def load(self, iteration: int) -> Params:
        """Return the weights of an iteration; raises :class:`WeightsError`."""
        return weights.load(self.path(iteration))[0]

    def _between(self) -> list[int]:
        """The iterations of the filters, as far as something whole is known before them."""
        first = self.iterations[0] if self.iterations else np.inf
        return [at for at in self._filters.iterations if at > first]


def _is_told_of(folder: RunFolder, info: RunInfo) -> bool:
    """Return whether the best weights are there, and are those that ``info`` tells of.

    While a run is on, new ones are there a moment before it tells of them.
    """
    try:
        best, told = folder.best_path.stat(), (folder.path / "run.toml").stat()
    except OSError:
        return False
    return info.state != "running" or best.st_mtime_ns <= told.st_mtime_ns
