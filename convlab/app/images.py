"""The images of the dataset in use, or those of one part or class of them."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.lab import Lab
from convlab.app.shown_picture import ShownPicture
from convlab.data.dataset import ImageSet
from convlab.insight.dataset_figures import class_counts, mean_image

Part = Literal["all", "train", "test"]
PARTS: tuple[Part, ...] = ("all", "train", "test")


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """Where an image lies: in the train or the test part, at a number from 0, with its label."""

    part: Literal["train", "test"]
    number: int
    label: int


class ImageBrowser(QObject):
    """Images by their position in what is chosen, training images first.

    ``changed`` says that others are chosen, or that there is another dataset; ``mean_changed``
    follows when their mean is known.
    """

    changed = Signal()
    mean_changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._part: Part = "all"
        self._class: int | None = None
        self._mean: NDArray[np.uint8] | None = None
        self._is_mean_known = False
        self._background = Background(self)
        self._background.returned.connect(self._on_mean_computed)
        lab.dataset_changed.connect(self._on_dataset_changed)
        self._choose()

    @property
    def title(self) -> str:
        """The title of the dataset."""
        return self._lab.dataset.title

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes, whether they are chosen or not."""
        return self._lab.dataset.class_names

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return self._lab.dataset.image_shape

    @property
    def part(self) -> Part:
        """Which part of the dataset is chosen."""
        return self._part

    @property
    def class_number(self) -> int | None:
        """Which class is chosen; None for all."""
        return self._class

    @property
    def count(self) -> int:
        """How many images are chosen."""
        return len(self._train) + len(self._test)

    @property
    def total(self) -> int:
        """How many images the dataset has."""
        return len(self._lab.dataset.train) + len(self._lab.dataset.test)

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many images of each class the chosen part has, (K,)."""
        return self._counts

    @property
    def mean(self) -> NDArray[np.uint8] | None:
        """The mean (C, H, W) of the chosen images; None while it is not known."""
        return self._mean

    def choose_part(self, part: Part) -> None:
        """Choose one part of the dataset, or all of it."""
        if part != self._part:
            self._part = part
            self._choose()

    def choose_class(self, number: int | None) -> None:
        """Choose one class, or all of them."""
        if number != self._class:
            self._class = number
            self._choose()

    def images(self, start: int, stop: int, step: int = 1) -> NDArray[np.uint8]:
        """Return the images from position ``start`` to before ``stop``, (N, C, H, W).

        With ``step`` only every so many rows and columns of their pixels.
        """
        middle = len(self._train)
        dataset = self._lab.dataset
        train = self._train[start : min(stop, middle)]
        test = self._test[max(0, start - middle) : max(0, stop - middle)]
        some = [
            part.images[numbers, :, ::step, ::step]
            for part, numbers in ((dataset.train, train), (dataset.test, test))
            if len(numbers)
        ]
        return np.concatenate(some) if some else dataset.train.images[:0, :, ::step, ::step]

    def place(self, position: int) -> ImagePlace:
        """Return where the image at a position comes from."""
        middle, dataset = len(self._train), self._lab.dataset
        if position < middle:
            number = int(self._train[position])
            return ImagePlace("train", number, int(dataset.train.labels[number]))
        number = int(self._test[position - middle])
        return ImagePlace("test", number, int(dataset.test.labels[number]))

    def in_words(self, position: int) -> str:
        """Return which image lies at a position, and what it shows."""
        place = self.place(position)
        part = "Training" if place.part == "train" else "Test"
        return f"{part} image {place.number + 1:,}, labeled {self.class_names[place.label]}"

    def send(self, position: int) -> None:
        """Let the network read the image at a position."""
        image = self.images(position, position + 1)[0]
        self._lab.show_picture(ShownPicture(image, self.in_words(position)))

    def compute_mean(self) -> None:
        """Compute the mean of what is chosen in the background, unless it is known."""
        if self._is_mean_known or self._background.is_busy:
            return
        dataset = self._lab.dataset
        chosen = [(dataset.train.images, self._train), (dataset.test.images, self._test)]
        self._background.start(partial(mean_image, chosen))

    def _choose(self) -> None:
        dataset = self._lab.dataset
        self._train = self._numbers(dataset.train, chosen=self._part != "test")
        self._test = self._numbers(dataset.test, chosen=self._part != "train")
        both = {"train": dataset.train, "test": dataset.test}
        parts = both.values() if self._part == "all" else (both[self._part],)
        self._counts = class_counts(parts, len(dataset.class_names))
        self._is_mean_known = False
        self._background.drop()
        self.changed.emit()

    def _numbers(self, part: ImageSet, *, chosen: bool) -> NDArray[np.intp]:
        if not chosen:
            return np.empty(0, np.intp)
        if self._class is None:
            return np.arange(len(part))
        return np.flatnonzero(part.labels == self._class)

    @Slot()
    def _on_dataset_changed(self) -> None:
        if self._class is not None and self._class >= len(self._lab.dataset.class_names):
            self._class = None
        self._mean = None
        self._choose()

    @Slot(object)
    def _on_mean_computed(self, mean: NDArray[np.uint8] | None) -> None:
        self._mean = mean
        self._is_mean_known = True
        self.mean_changed.emit()
