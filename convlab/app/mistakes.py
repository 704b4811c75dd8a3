"""What the answering network makes of the test images, and which it misreads."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fit import why_no_fit
from convlab.app.fresh import Fresh, Work
from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.app.shown_picture import ShownPicture
from convlab.data.dataset import Dataset
from convlab.files import write_atomically
from convlab.insight.calibration import Calibration, calibration
from convlab.insight.confusion import (
    Answers,
    ClassFigures,
    Counts,
    accuracy,
    class_figures,
    confusion_matrix,
)
from convlab.nn.engine import Engine
from convlab.nn.network import Network

MOST_IMAGES = 10_000
CHUNK = 500  # images after which is asked whether anybody still waits
NOT_FINITE = "The network gives no probabilities; its weights are not finite."


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The test images of ``dataset`` as the network read them after ``iteration`` steps.

    ``is_learned`` says that the network was trained on these very images.
    """

    dataset: Dataset
    class_names: tuple[str, ...]
    answer_names: tuple[str, ...]
    iteration: int
    answers: Answers
    matrix: Counts
    figures: ClassFigures
    calibration: Calibration
    is_learned: bool = False

    @property
    def accuracy(self) -> float:
        """The share of images that were read right, 0 to 1."""
        return accuracy(self.matrix)

    @property
    def mistakes(self) -> int:
        """How many images were misread."""
        return int((~self.answers.is_right).sum())


class MistakesModel(QObject):
    """Reads the test images anew after each epoch, and when the network changes between runs.

    When a run pauses, also after a single step, they are read by the network as it is then.

    ``changed`` follows each reading and each choice of a cell of the confusion matrix.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._network: Network | None = None  # the one that answered when it was read last
        self._cell: tuple[int, int] | None = None
        self._problem = ""
        self._shows_moment = False  # whether the weights are of another moment of the run
        self._gone = Event()
        self.destroyed.connect(self._gone.set)
        self._fresh = Fresh(lab.session, self._prepare, parent=self)
        self._fresh.changed.connect(self._on_read)
        self._fresh.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        lab.session.epoch_evaluated.connect(self._fresh.recompute)
        lab.session.run_ended.connect(self._fresh.recompute)
        lab.session.state_changed.connect(self._on_state_changed)
        lab.dataset_changed.connect(self._fresh.recompute)
        self._numbers: Counts = np.empty(0, np.intp)

    @property
    def reading(self) -> Reading | None:
        """The last reading; None before any, and where the network cannot read these images."""
        value = self._fresh.value
        return value if isinstance(value, Reading) else None

    @property
    def problem(self) -> str:
        """The sentence why there is no reading; empty while one may come."""
        return self._problem

    @property
    def is_waiting(self) -> bool:
        """Whether there will be a first reading."""
        return self.reading is None and not self._problem

    @property
    def cell(self) -> tuple[int, int] | None:
        """The chosen cell as true class and answer; None for all mistakes."""
        return self._cell

    @property
    def numbers(self) -> Counts:
        """The numbers of the test images to show, from 0, the most certain answers first."""
        return self._numbers

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether anybody looks; nobody is read to who does not."""
        self._fresh.set_watched(is_watched)

    def choose_cell(self, cell: tuple[int, int] | None) -> None:
        """Show the images of one cell, true class and answer, or all mistakes."""
        if cell != self._cell:
            self._cell = cell
            self._list_images()
            self.changed.emit()

    def images(self, start: int, stop: int, step: int = 1) -> NDArray[np.uint8]:
        """Return images of :attr:`numbers` (N, C, H, W), every ``step``-th row and column."""
        reading = self.reading
        dataset = self._lab.dataset if reading is None else reading.dataset
        return dataset.test.images[self._numbers[start:stop], :, ::step, ::step]

    def in_words(self, position: int) -> str:
        """Return what the image at a position of :attr:`numbers` is, and was taken for."""
        reading = self.reading
        if reading is None:
            return ""
        number = self._numbers[position]
        answer = reading.answer_names[reading.answers.answers[number]]
        certainty = f"{reading.answers.certainty[number]:.1%}"
        return f"{self._title(reading, int(number))}, read as {answer} ({certainty})"

    def send(self, position: int) -> None:
        """Lay the image at a position of :attr:`numbers` on the canvas."""
        reading = self.reading
        if reading is not None:
            number = int(self._numbers[position])
            image = reading.dataset.test.images[number]
            self._lab.show_picture(ShownPicture(image, self._title(reading, number)))

    def matrix_to_csv(self, path: Path) -> None:
        """Write the confusion matrix: a row for each true class. Raises OSError."""
        reading = self.reading
        if reading is not None:
            header: list[object] = ["true class", *reading.answer_names]
            names = reading.class_names
            rows = [[name, *row] for name, row in zip(names, reading.matrix.tolist(), strict=True)]
            _write_csv(path, [header, *rows])

    def answers_to_csv(self, path: Path) -> None:
        """Write a row for each test image, counted from 1. Raises OSError."""
        reading = self.reading
        if reading is not None:
            answers, names = reading.answers, reading.class_names
            rows = [
                [number, names[label], reading.answer_names[answer], certainty]
                for number, (label, answer, certainty) in enumerate(
                    zip(answers.labels, answers.answers, answers.certainty, strict=True), start=1
                )
            ]
            _write_csv(path, [["image", "true class", "answer", "probability"], *rows])

    def _title(self, reading: Reading, number: int) -> str:
        label = reading.class_names[reading.answers.labels[number]]
        return f"Test image {number + 1:,}, labeled {label}"

    def _prepare(self) -> Work | None:
        network, dataset = self._lab.predictor.answering, self._lab.dataset
        self._network = network
        self._problem = "" if network is None else why_no_fit(network, dataset)
        if network is None or self._problem:
            return None
        twin, iteration, gone = network.twin(), self._lab.predictor.iteration, self._gone
        names, is_learned = self._answer_names(dataset), self._is_learned(dataset)
        return lambda: _read(twin, dataset, names, iteration, gone, is_learned)

    @property
    def may_be_learned(self) -> bool:
        """Whether nobody knows which images the network was trained on: those of a file."""
        return self._lab.predictor.origin == "file" and self._lab.predictor.is_trained

    def _is_learned(self, dataset: Dataset) -> bool:
        """The weights that come with the lab learned the set that the bundled digits are from."""
        predictor = self._lab.predictor
        return predictor.origin == "lab" and predictor.is_trained and dataset.name == "bundled"

    def _answer_names(self, dataset: Dataset) -> tuple[str, ...]:
        """The weights that come with the lab answer with digits, whatever they are shown."""
        if self._lab.predictor.origin == "lab":
            return tuple(str(number) for number in range(len(dataset.class_names)))
        return dataset.class_names

    def _list_images(self) -> None:
        reading = self.reading
        if reading is None:
            self._numbers = np.empty(0, np.intp)
        elif self._cell is None:
            self._numbers = reading.answers.mistakes()
        else:
            self._numbers = reading.answers.in_cell(*self._cell)

    @Slot()
    def _on_read(self) -> None:
        if self._fresh.value == NOT_FINITE:
            self._problem = NOT_FINITE
        reading = self.reading
        if self._cell is not None and (
            reading is None or max(self._cell) >= len(reading.class_names)
        ):
            self._cell = None
        self._list_images()
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._problem = sentence
        self._list_images()
        self.changed.emit()

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        """The snapshot of a pause comes before the pause."""
        reading = self.reading
        is_other = reading is None or reading.iteration != self._lab.predictor.iteration
        if state is State.PAUSED and is_other:
            self._fresh.recompute()

    @Slot()
    def _on_predictor_changed(self) -> None:
        """While a run is on, read after its epochs only, unless something else is shown."""
        session, predictor = self._lab.session, self._lab.predictor
        latest = session.latest
        did_show_moment = self._shows_moment
        self._shows_moment = latest is not None and latest.iteration != predictor.iteration
        is_other = predictor.answering is not self._network
        is_idle = session.state is not State.RUNNING
        if is_other or is_idle or self._shows_moment or did_show_moment:
            self._fresh.recompute()


def _read(
    network: Network,
    dataset: Dataset,
    names: tuple[str, ...],
    iteration: int,
    gone: Event,
    is_learned: bool,
) -> Reading | str | None:
    """Return what the network reads; a sentence where that is out of range."""
    images, labels = dataset.test.images[:MOST_IMAGES], dataset.test.labels[:MOST_IMAGES]
    engine = Engine(network)
    parts = []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(images), CHUNK):
            if gone.is_set():
                return None
            parts.append(engine.probabilities(images[start : start + CHUNK]))
    probabilities = np.concatenate(parts)
    if not np.isfinite(probabilities).all():
        return NOT_FINITE
    answers = Answers.of(probabilities, labels)
    matrix = confusion_matrix(answers, len(names))
    return Reading(
        dataset,
        dataset.class_names,
        names,
        iteration,
        answers,
        matrix,
        class_figures(matrix),
        calibration(answers.certainty, answers.is_right),
        is_learned,
    )


def _write_csv(path: Path, rows: list[list[object]]) -> None:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_atomically(path, text.getvalue())
