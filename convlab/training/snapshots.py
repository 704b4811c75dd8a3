"""Weights along a run: many at first, when they change most, and fewer later."""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.training.events import Params

SPARSER = 24  # between snapshots lies this part of the iterations until then, at least one
DISK_BUDGET = 150_000_000  # bytes for the snapshots of a run
MOST = 300  # snapshots; more could not be told apart on a scrubber
FEWEST = 8  # are kept of a network however large it is

_NAME = re.compile(r"(\d+)\.safetensors")


def next_stored_after(iteration: int) -> int:
    """Return the iteration at which the next snapshot is due."""
    return iteration + max(1, iteration // SPARSER)


def most_snapshots(params: Mapping[str, NDArray[np.floating]]) -> int:
    """Return how many snapshots of such weights fit the budget."""
    size = sum(array.nbytes for array in params.values())
    return int(np.clip(DISK_BUDGET // max(size, 1), FEWEST, MOST))


def dispensable(iterations: Sequence[int]) -> int:
    """Return the position of the snapshot whose loss would be noticed least.

    That is the one that leaves the smallest gap, relative to how long the run was on by then;
    never the first or the last one.
    """
    at = np.asarray(iterations, dtype=np.float64)
    gaps = (at[2:] - at[:-2]) / (at[2:] + SPARSER)
    return 1 + int(gaps.argmin())


class SnapshotFolder:
    """Files of weights by iteration, such as ``000600.safetensors``, within the budget."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._iterations: list[int] | None = None

    @property
    def iterations(self) -> list[int]:
        """The iterations of which there are weights, rising."""
        if self._iterations is None:
            names = [_NAME.fullmatch(file.name) for file in _files_in(self.path)]
            self._iterations = sorted(int(name[1]) for name in names if name)
        return list(self._iterations)

    def file(self, iteration: int) -> Path:
        """Return the file of an iteration."""
        return self.path / f"{iteration:06d}.safetensors"

    def add(self, iteration: int, params: Params, description: NetworkDescription) -> None:
        """Write the weights of an iteration, and drop others if there are too many.

        Those of iteration 0 are written anew, since a run that begins anew may find them damaged.
        Raises OSError, also if the folder of the run is gone.
        """
        iterations = self.iterations
        if iteration and iteration in iterations:
            return
        if not self.path.parent.is_dir():  # or it would be made anew, with nothing else in it
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path.parent))
        weights.save(self.file(iteration), params, description)
        iterations = sorted({*iterations, iteration})
        while len(iterations) > most_snapshots(params):
            self.file(iterations.pop(dispensable(iterations))).unlink(missing_ok=True)
        self._iterations = iterations

    def load(self, iteration: int) -> Params:
        """Return the weights of an iteration; raises :class:`WeightsError`."""
        return weights.load(self.file(iteration))[0]

    def drop_after(self, iteration: int) -> None:
        """Delete what is later, which a run that goes on from there makes anew; raises OSError."""
        for later in [at for at in self.iterations if at > iteration]:
            self.file(later).unlink(missing_ok=True)
        self._iterations = [at for at in self.iterations if at <= iteration]


def _files_in(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
