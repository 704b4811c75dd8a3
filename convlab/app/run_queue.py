"""Several runs, one after another."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.wording import counted


@dataclass(frozen=True, slots=True)
class QueuedRun:
    """Settings, and what the run is called in the list of all runs."""

    title: str
    config: TrainingConfig


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Which run of a queue is on, counted from 1."""

    number: int
    count: int
    title: str

    def __str__(self) -> str:
        return f"Run {self.number} of {self.count}: {self.title}"


class RunQueue(QObject):
    """Starts the next run when the session becomes idle; Stop cancels the rest.

    The lab's settings become those of the run that is on, and its dataset, which is read if it is
    another, that of the run. ``run_begun`` carries a :class:`QueuePlace`, ``ended`` a sentence
    when all is done or canceled, ``failed`` a sentence when a run cannot start; the rest is
    canceled then.
    """

    run_begun = Signal(object)
    ended = Signal(str)
    failed = Signal(str)
    _noted = Signal(object)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._runs: tuple[QueuedRun, ...] = ()
        self._begun = 0
        self._is_reading = False  # the dataset of the next run
        session, loader = lab.session, lab.loader
        session.state_changed.connect(self._on_state_changed)
        session.run_started.connect(self._on_run_started)
        session.failed.connect(self._on_run_failed)
        loader.loaded.connect(self._on_dataset_loaded)
        loader.failed.connect(self._on_dataset_failed)
        loader.canceled.connect(self._on_reading_canceled)
        # Queued, so that it is told after what others say of the same begin or end of a run.
        self._noted.connect(self._on_noted, Qt.ConnectionType.QueuedConnection)

    @property
    def is_active(self) -> bool:
        """Whether a run of the queue is on or yet to come."""
        return bool(self._runs)

    @property
    def place(self) -> QueuePlace | None:
        """Which run is on, or was the last to begin; None before any."""
        if not self._begun:
            return None
        return QueuePlace(self._begun, len(self._runs), self._runs[self._begun - 1].title)

    def start(self, runs: Sequence[QueuedRun]) -> None:
        """Train these runs in order; ``failed`` tells if that cannot be."""
        if self.is_active or self._lab.session.is_busy:
            self.failed.emit("A run is on; stop it first.")
            return
        self._runs, self._begun = tuple(runs), 0
        self._begin_next()

    def cancel(self) -> None:
        """Begin no further run; the one that is on goes on."""
        if not self.is_active:
            return
        left = len(self._runs) - self._begun
        self._clear()
        if left:
            self.ended.emit(f"{counted(left, 'run')} of the preset will not be trained.")

    def _clear(self) -> None:
        self._runs, self._begun, self._is_reading = (), 0, False

    def _give_up(self, sentence: str) -> None:
        self._clear()
        self.failed.emit(sentence)

    @Slot()
    def _begin_next(self) -> None:
        """Begin the next run, or read its dataset first; nothing while another run is on."""
        if not self.is_active or self._lab.session.is_busy or self._is_reading:
            return
        if self._begun == len(self._runs):
            count = self._begun
            self._clear()
            self._noted.emit(f"All {counted(count, 'run')} of the preset were trained.")
            return
        wanted = self._runs[self._begun].config.dataset
        if wanted == self._lab.dataset.name:
            self._begin()
        else:
            self._is_reading = True
            self._lab.loader.load(wanted)

    def _begin(self) -> None:
        run, dataset = self._runs[self._begun], self._lab.dataset
        config = replace(run.config, dataset=dataset.name)  # which may be spelled otherwise
        self._lab.set_config(config)
        if self._lab.config != config:  # who checks the settings has refused them
            self._give_up(
                f"{run.title} cannot be trained with these settings; the Setup panel says why."
            )
            return
        self._begun += 1
        try:
            self._lab.session.start(config, dataset)
        except ConvlabError as error:
            self._give_up(f"{run.title} cannot be trained. {error}")
        except MemoryError:
            self._give_up(f"There is not enough memory to train {run.title}.")
        else:
            self._name(run.title)

    def _name(self, title: str) -> None:
        folder = self._lab.session.run_folder
        if folder is not None:
            with suppress(OSError):  # it keeps the name of its folder then
                folder.save_notes(replace(folder.notes(), name=title))

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        if not self.is_active:
            return
        if state is State.STOPPING:
            self.cancel()
        elif state is State.IDLE:
            QTimer.singleShot(0, self, self._begin_next)  # when all have heard of the end

    @Slot()
    def _on_run_started(self) -> None:
        if self.is_active and self.place is not None:
            self._noted.emit(self.place)

    @Slot(object)
    def _on_noted(self, note: QueuePlace | str) -> None:
        if isinstance(note, QueuePlace):
            self.run_begun.emit(note)
        else:
            self.ended.emit(note)

    @Slot(str)
    def _on_run_failed(self, _: str) -> None:
        self.cancel()

    @Slot(object)
    def _on_dataset_loaded(self, dataset: Dataset) -> None:
        if not self._is_reading:
            return
        self._is_reading = False
        if dataset.name.lower() == self._runs[self._begun].config.dataset.lower():
            self._begin()
        else:
            self._give_up("Other images were opened meanwhile, so the preset is not trained.")

    @Slot(str, str)
    def _on_dataset_failed(self, _: str, sentence: str) -> None:
        if self._is_reading:
            self._give_up(f"The preset cannot be trained without its images. {sentence}")

    @Slot(str)
    def _on_reading_canceled(self, _: str) -> None:
        if self._is_reading:
            self.cancel()
