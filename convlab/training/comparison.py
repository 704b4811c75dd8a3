"""Two runs side by side: what was set differently, and what came of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, WeightsError
from convlab.nn.engine import Engine
from convlab.nn.network_settings import open_network
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import flat


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """A setting by its dotted name and its two values; None where a run has no such setting."""

    name: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True, eq=False)
class RunFigures:
    """How well a run did; accuracies are 0 to 1, None where not known.

    ``best`` and ``last`` were measured while it trained, on as many test images as its settings
    say, ``whole`` on the whole test part of its own dataset at its end. ``right`` (K,) is the
    share of the test images of each class that its weights read right, NaN for a class without
    images; where it could not be measured it is None, and ``problem`` says why.
    """

    title: str
    best: float | None
    last: float | None
    whole: float | None
    right: NDArray[np.float64] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What two runs have not in common; ``counts`` (K,) are the test images of each class.

    ``dataset`` is the title of the dataset that ``right`` was measured on; empty without any.
    """

    differences: tuple[SettingDifference, ...]
    left: RunFigures
    right: RunFigures
    dataset: str
    class_names: tuple[str, ...]
    counts: NDArray[np.intp]


def compare(
    a: RunFolder, b: RunFolder, dataset: Dataset | None = None, *, threads: int = 1
) -> Comparison:
    """Compare the settings and the accuracies of two runs.

    With a ``dataset``, the weights that each run left are tried on its test images, class by
    class. Raises :class:`SettingsError` if the settings of a run cannot be read.
    """
    names = () if dataset is None else dataset.class_names
    labels = np.empty(0, dtype=np.intp) if dataset is None else dataset.test.labels
    return Comparison(
        setting_differences(a, b),
        _figures(a, dataset, threads),
        _figures(b, dataset, threads),
        "" if dataset is None else dataset.title,
        names,
        np.bincount(labels, minlength=len(names)),
    )


def setting_differences(a: RunFolder, b: RunFolder) -> tuple[SettingDifference, ...]:
    """Return the settings that differ, in the order of the settings."""
    left, right = (flat(folder.config().to_dict()) for folder in (a, b))
    return tuple(
        SettingDifference(name, left.get(name), right.get(name))
        for name in left | right
        if left.get(name) != right.get(name)
    )


def class_accuracies(folder: RunFolder, dataset: Dataset, threads: int = 1) -> NDArray[np.float64]:
    """Return the share (K,) of each class's test images that the run's weights read right.

    NaN for a class without images. Raises :class:`WeightsError` if the weights cannot be read, or
    belong to other images.
    """
    network = open_network(folder.weights_path)
    classes, test = len(dataset.class_names), dataset.test
    if network.input_dim != dataset.image_shape or network.output_size != classes:
        raise WeightsError(
            f"The run {folder.title} reads images of {_size(network.input_dim)} in "
            f"{network.output_size} classes, but {dataset.title} has images of "
            f"{_size(dataset.image_shape)} in {classes}."
        )
    engine = Engine(network, threads)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            scores = engine.predict(test.images)
    finally:
        engine.close()
    is_right = (scores.argmax(axis=1) == test.labels) & np.isfinite(scores).all(axis=1)
    counts = np.bincount(test.labels, minlength=classes)
    right = np.bincount(test.labels, weights=is_right, minlength=classes)
    shares = np.full(classes, np.nan)
    np.divide(right, counts, out=shares, where=counts > 0)
    return shares


def _figures(folder: RunFolder, dataset: Dataset | None, threads: int) -> RunFigures:
    info = folder.info()
    measured = (info.best_accuracy, info.last_accuracy, info.test_accuracy) if info else (-1.0,) * 3
    best, last, whole = (None if accuracy < 0 else accuracy for accuracy in measured)
    if dataset is None:
        return RunFigures(folder.title, best, last, whole)
    try:
        right = class_accuracies(folder, dataset, threads)
    except ConvlabError as error:
        return RunFigures(folder.title, best, last, whole, problem=str(error))
    return RunFigures(folder.title, best, last, whole, right)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
