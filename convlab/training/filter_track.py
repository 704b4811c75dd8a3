"""The first layer's filters along a run, at more points than whole snapshots would allow."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_safetensors

from convlab.files import write_atomically
from convlab.training.events import Params
from convlab.training.snapshots import dispensable

BUDGET = 8_000_000  # bytes, in memory and on disk
MOST = 1000  # points


class FilterTrack:
    """The weights of the first convolution by iteration; ``filters.safetensors`` in a run's folder.

    The file has ``iterations`` (N,) and the weights under their name in ``params``, such as
    ``W1`` (N, F, C, FH, FW). ``key`` is that name; empty for a network without convolutions.
    """

    def __init__(self) -> None:
        self.key = ""
        self._iterations: list[int] = []
        self._weights: list[NDArray[np.floating]] = []

    @property
    def iterations(self) -> list[int]:
        """The iterations of which the filters are known, rising."""
        return list(self._iterations)

    def at(self, position: int) -> NDArray[np.floating]:
        """Return the filters (F, C, FH, FW) at a position in :attr:`iterations`."""
        return self._weights[position]

    def add(self, iteration: int, params: Params) -> None:
        """Keep the filters of an iteration that is later than all before."""
        if self._iterations and iteration <= self._iterations[-1]:
            return
        self.key = self.key or next((k for k, array in params.items() if array.ndim == 4), "")
        if not self.key:
            return
        self._iterations.append(iteration)
        self._weights.append(params[self.key].copy())
        most = min(MOST, max(8, BUDGET // self._weights[0].nbytes))
        if len(self._iterations) > most:
            position = dispensable(self._iterations)
            del self._iterations[position], self._weights[position]

    def drop_after(self, iteration: int) -> None:
        """Forget what is later."""
        keep = sum(at <= iteration for at in self._iterations)
        del self._iterations[keep:], self._weights[keep:]

    def copy(self) -> "FilterTrack":
        """Return a track that grows by itself; the arrays are shared, since nobody changes them."""
        twin = FilterTrack()
        twin.key = self.key
        twin._iterations, twin._weights = list(self._iterations), list(self._weights)
        return twin

    def save(self, path: Path) -> None:
        """Write all of it, all or nothing; raises OSError."""
        if not self.key:
            return
        arrays: dict[str, NDArray[Any]] = {
            "iterations": np.array(self._iterations, dtype=np.int64),
            self.key: np.stack(self._weights),
        }
        write_atomically(path, to_safetensors(arrays))

    @classmethod
    def load(cls, path: Path) -> "FilterTrack":
        """Read what :meth:`save` wrote; an empty track if there is none or it is damaged."""
        track = cls()
        try:
            with safe_open(path, framework="np") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            iterations = arrays.pop("iterations").tolist()
            ((key, weights),) = arrays.items()
        except (OSError, SafetensorError, KeyError, ValueError):
            return track
        is_rising = all(before < after for before, after in pairwise(iterations))
        if weights.ndim == 5 and len(weights) == len(iterations) and is_rising:
            track.key = key
            track._iterations, track._weights = iterations, list(weights)
        return track


class FilterTrackReader:
    """Reads tracks, each again only when it was written anew."""

    def __init__(self) -> None:
        self._read: tuple[Path, int] | None = None
        self._track = FilterTrack()

    def read(self, path: Path) -> FilterTrack:
        """Return the track in a file, which is empty if there is none or it is damaged."""
        try:
            written = (path, path.stat().st_mtime_ns)
        except OSError:
            return FilterTrack()
        if written != self._read:
            self._read, self._track = written, FilterTrack.load(path)
        return self._track
