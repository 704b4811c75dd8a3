"""Two runs side by side, read and measured in the background."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from convlab.app.background import Background
from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError
from convlab.insight.filter_layers import filter_layers
from convlab.nn import weights
from convlab.training.comparison import Comparison, compare
from convlab.training.history import History
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry


@dataclass(frozen=True, slots=True, eq=False)
class RunPicture:
    """What is drawn of a run: its history, and the filters (F, C, FH, FW) of its first convolution.

    Iterations of a branch count on from where it left the other run. What cannot be read is None.
    """

    history: History | None
    filters: NDArray[np.floating] | None
    layer: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ComparedRuns:
    """What is known of two runs."""

    comparison: Comparison
    left: RunPicture
    right: RunPicture


class RunComparison(QObject):
    """Compares two runs: ``compared`` carries the :class:`ComparedRuns`, ``failed`` a sentence."""

    compared = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self._background.returned.connect(self.compared)
        self._background.failed.connect(self.failed)

    def start(self, left: RunEntry, right: RunEntry, dataset: Dataset) -> None:
        """Compare soon; ``dataset`` is the one in use, which need not be read again."""

        def work() -> ComparedRuns:
            images = _images_for(left, right, dataset)
            pictures = (_picture(left), _picture(right))
            return ComparedRuns(compare(left.folder, right.folder, images), *pictures)

        self._background.start(work)


def _images_for(left: RunEntry, right: RunEntry, here: Dataset) -> Dataset:
    """Return the images that one of the runs was trained on, if they can be read."""
    names = (left.info.dataset, right.info.dataset)
    if here.name in names:
        return here
    for name in names:
        try:
            return load_dataset(name)
        except ConvlabError:
            continue
    return here


def _picture(entry: RunEntry) -> RunPicture:
    filters, layer = _filters(entry.folder)
    try:
        history = entry.folder.history().copy(entry.info.branched_at, entry.info.epochs_before)
    except ConvlabError:
        return RunPicture(None, filters, layer)
    return RunPicture(history, filters, layer)


def _filters(folder: RunFolder) -> tuple[NDArray[np.floating] | None, str]:
    try:
        params, description = weights.load(folder.weights_path)
        layers = () if description is None else filter_layers(description)
        return (params[layers[0].key], layers[0].name) if layers else (None, "")
    except (ConvlabError, KeyError):
        return None, ""
