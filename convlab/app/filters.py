"""The filters of one layer: before the training, as they are now, and what has changed."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from convlab.app.session import Session
from convlab.files import write_atomically
from convlab.training.events import RunEnded, RunStarted, SnapshotTaken

Weights = NDArray[np.floating]
CSV_COLUMNS = ("filter", "channel", "row", "column", "before", "after", "difference")


class FiltersModel(QObject):
    """Follows the weights ``params[key]`` of a session, or shows those of a file.

    Weights have the shape (F, C, FH, FW). ``changed`` says that there are others now.
    """

    changed = Signal()

    def __init__(self, session: Session, key: str = "W1", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._before: Weights | None = None
        self._after: Weights | None = None
        self._iteration: int | None = None
        self._is_unknown = True
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_weights)
        session.run_ended.connect(self._on_weights)

    @property
    def before(self) -> Weights | None:
        """The weights at the start of the run; None without a run."""
        return self._before

    @property
    def after(self) -> Weights | None:
        """The latest weights; None before there are any, or if the layer has no filters."""
        return self._after

    @property
    def difference(self) -> Weights | None:
        """What training has added to the weights so far: after minus before."""
        if self._before is None or self._after is None:
            return None
        with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
            return np.asarray(self._after - self._before)

    @property
    def iteration(self) -> int | None:
        """After how many steps the latest weights were copied; None for those of a file."""
        return self._iteration

    @property
    def is_unknown(self) -> bool:
        """Whether no weights of any network have come yet."""
        return self._is_unknown

    def show_weights(self, params: Mapping[str, Weights]) -> None:
        """Show weights that were opened from a file; nothing is known of them before training."""
        weights = self._filters_in(params)
        self._before = None
        # The network may go on learning in place.
        self._set_after(None if weights is None else weights.copy(), None)

    def to_csv(self, path: Path) -> None:
        """Write every weight as a row; all numbers count from 1. Raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(self._rows())
        write_atomically(path, text.getvalue())

    def _rows(self) -> Iterator[list[object]]:
        if self._after is None:
            return
        difference = self.difference
        for index in np.ndindex(self._after.shape):
            numbers: list[object] = [n + 1 for n in index]
            before = "" if self._before is None else self._before[index]
            change = "" if difference is None else difference[index]
            yield [*numbers, before, self._after[index], change]

    def _filters_in(self, params: Mapping[str, Weights]) -> Weights | None:
        weights = params.get(self._key)
        return weights if weights is not None and weights.ndim == 4 else None

    def _set_after(self, weights: Weights | None, iteration: int | None) -> None:
        self._after = weights
        self._iteration = iteration
        self._is_unknown = False
        self.changed.emit()

    def _on_run_started(self, event: RunStarted) -> None:
        self._before = self._filters_in(event.params)
        self._set_after(self._before, 0)

    def _on_weights(self, event: SnapshotTaken | RunEnded) -> None:
        self._set_after(self._filters_in(event.params), event.iteration)
