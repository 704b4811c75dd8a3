"""The datasets to choose from: what they are, which are here, and getting those that are not."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.fetcher import Fetched
from convlab.app.lab import Lab
from convlab.data.dataset import Dataset
from convlab.data.datasets import DATASETS
from convlab.data.source import DatasetSource
from convlab.insight.dataset_figures import samples

SAMPLES = 8  # pictures of each dataset

State = Literal["in use", "here", "to be fetched", "fetching", "opening"]
Images = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """What is known of a dataset without reading it.

    ``image_shape`` is (C, H, W); ``size`` is in bytes, 0 for images of the user's own, whose
    ``license`` is unknown and empty.
    """

    name: str
    title: str
    train_images: int
    test_images: int
    image_shape: tuple[int, int, int]
    classes: int
    license: str
    size: int


class Datasets(QObject):
    """The registered datasets, and the one in use if it is none of these.

    ``listed`` says that there are others than before, ``changed`` that the state of one is
    another, ``progressed`` follows the fetching, ``sampled`` carries the name of a dataset whose
    samples are known now.
    """

    listed = Signal()
    changed = Signal()
    progressed = Signal()
    sampled = Signal(str)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._sources: dict[str, DatasetSource] = {cls.name: cls() for cls in DATASETS}
        self._here = {name: source.is_here for name, source in self._sources.items()}
        self._problems: dict[str, str] = {}
        self._samples: dict[str, Images] = {}
        self._to_sample: deque[str] = deque()
        self._sampling = ""  # the dataset that is being read for its samples
        self._asked = ""  # the dataset that was asked for here
        self._background = Background(self)
        self._background.returned.connect(self._on_sampled)
        self._background.failed.connect(self._on_sampling_failed)
        lab.dataset_changed.connect(self._on_dataset_changed)
        lab.loader.loading_changed.connect(self._on_loading_changed)
        lab.loader.failed.connect(self._on_loading_failed)
        lab.fetcher.changed.connect(self._on_fetcher_changed)
        lab.fetcher.progressed.connect(self.progressed)
        lab.fetcher.fetched.connect(self._on_fetched)
        lab.fetcher.failed.connect(self._on_fetch_failed)
        self._on_dataset_changed()

    @property
    def entries(self) -> tuple[DatasetEntry, ...]:
        """All datasets, those first that are fetched soonest, and an own one last."""
        sources = sorted(self._sources.values(), key=lambda source: source.size)
        entries = tuple(_entry_of(source) for source in sources)
        if self._lab.dataset.name in self._sources:
            return entries
        return (*entries, _entry_of_own(self._lab.dataset))

    @property
    def is_fetching(self) -> bool:
        """Whether a dataset is being fetched; one at a time can be."""
        return bool(self._lab.fetcher.name)

    @property
    def is_canceling(self) -> bool:
        """Whether the fetching is about to end because the user said so."""
        return self._lab.fetcher.is_canceling

    @property
    def progress(self) -> Fetched | None:
        """How far the fetching is; None before the first bytes."""
        return self._lab.fetcher.progress

    @property
    def problems(self) -> Mapping[str, str]:
        """A sentence for each dataset that could not be fetched, opened or read, by name."""
        return self._problems

    def state(self, name: str) -> State:
        """Return how things stand with a dataset."""
        if name == self._lab.fetcher.name:
            return "fetching"
        if name == self._lab.loader.name:
            return "opening"
        if name == self._lab.dataset.name:
            return "in use"
        return "here" if self._here.get(name, True) else "to be fetched"

    def samples(self, name: str) -> Images | None:
        """Return a few images (N, C, H, W) of a dataset, or None before they are known."""
        return self._samples.get(name)

    def sample(self) -> None:
        """Read samples of whatever is here, one dataset after the other in the background."""
        wanted = [n for n, here in self._here.items() if here and n not in self._samples]
        self._to_sample.extend(n for n in wanted if n not in (*self._to_sample, self._sampling))
        self._sample_next()

    def fetch(self, name: str) -> None:
        """Begin to fetch a dataset."""
        self._problems.pop(name, None)
        self._lab.fetcher.fetch(self._sources[name])

    def cancel(self) -> None:
        """End the fetching; nothing of it is kept."""
        self._lab.fetcher.cancel()

    def use(self, name: str) -> None:
        """Read a dataset and train on it from the next run on."""
        self._problems.pop(name, None)
        self._asked = name
        self._lab.loader.load(name)

    def _sample_next(self) -> None:
        if self._to_sample and not self._background.is_busy:
            self._sampling = self._to_sample.popleft()
            self._background.start(partial(_samples_of, self._sources[self._sampling]))

    @Slot(object)
    def _on_sampled(self, images: Images) -> None:
        name, self._sampling = self._sampling, ""
        self._samples[name] = images
        self.sampled.emit(name)
        self._sample_next()

    @Slot(str)
    def _on_sampling_failed(self, sentence: str) -> None:
        name, self._sampling = self._sampling, ""
        self._problems[name] = sentence
        self.changed.emit()
        self._sample_next()

    @Slot()
    def _on_dataset_changed(self) -> None:
        dataset = self._lab.dataset
        self._samples[dataset.name] = samples(dataset, SAMPLES)
        self._problems.pop(dataset.name, None)
        self.listed.emit()
        self.sampled.emit(dataset.name)
        self.changed.emit()

    @Slot(bool)
    def _on_loading_changed(self, _: bool) -> None:
        self.changed.emit()

    @Slot(str, str)
    def _on_loading_failed(self, name: str, sentence: str) -> None:
        if name == self._asked:
            self._asked = ""
            self._problems[name] = sentence
            self.changed.emit()

    @Slot()
    def _on_fetcher_changed(self) -> None:
        self.changed.emit()

    @Slot(str)
    def _on_fetched(self, _: str) -> None:
        # What lies in one file with it is here now, too.
        self._here = {name: source.is_here for name, source in self._sources.items()}
        self.changed.emit()
        self.sample()

    @Slot(str, str)
    def _on_fetch_failed(self, name: str, sentence: str) -> None:
        self._problems[name] = sentence
        self.changed.emit()


def _samples_of(source: DatasetSource) -> Images:
    return samples(source.load(), SAMPLES)


def _entry_of(source: DatasetSource) -> DatasetEntry:
    return DatasetEntry(
        source.name,
        source.title,
        source.train_images,
        source.test_images,
        source.image_shape,
        len(source.class_names),
        source.license,
        source.size,
    )


def _entry_of_own(dataset: Dataset) -> DatasetEntry:
    return DatasetEntry(
        dataset.name,
        dataset.title,
        len(dataset.train),
        len(dataset.test),
        dataset.image_shape,
        len(dataset.class_names),
        "",
        0,
    )
