"""Several runs, one after another."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from convlab.app.loader import DatasetLoader
from convlab.app.session import Session, State
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.insight.memory import refuse_too_large
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

    The lab's own settings and dataset are left alone; ``loader`` reads the images of runs that want
    others. ``changed`` says that the queue has begun, has come further or is over. ``run_begun``
    carries a :class:`QueuePlace`, ``ended`` a sentence when all is done or canceled, ``failed`` a
    sentence when a run cannot start; the rest is canceled then.
    """

    changed = Signal()
    run_begun = Signal(object)
    ended = Signal(str)
    failed = Signal(str)
    _noted = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs: tuple[QueuedRun, ...] = ()
        self._begun = 0
        self._is_on = False  # whether the session trains a run of the queue, not another one
        self._dataset: Dataset | None = None  # the images that the next run may learn
        self.loader = DatasetLoader(parent=self)
        session.state_changed.connect(self._on_state_changed)
        session.run_started.connect(self._on_run_started)
        session.failed.connect(self._on_run_failed)
        self.loader.loaded.connect(self._on_dataset_loaded)
        self.loader.failed.connect(self._on_dataset_failed)
        self.loader.canceled.connect(self.cancel)
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

    def start(self, runs: Sequence[QueuedRun], dataset: Dataset) -> None:
        """Train these runs in order; ``failed`` tells if that cannot be.

        ``dataset`` is the one in use, which need not be read again.
        """
        if self.is_active or self._session.is_busy:
            self.failed.emit("A run is on; stop it first.")
            return
        self._runs, self._begun, self._dataset = tuple(runs), 0, dataset
        self.changed.emit()
        self._begin_next()

    @Slot()
    def cancel(self) -> None:
        """Begin no further run; the one that is on goes on."""
        if not self.is_active:
            return
        left = len(self._runs) - self._begun
        self._clear()
        if left:
            self.ended.emit(f"{counted(left, 'run')} of the preset will not be trained.")

    def _clear(self) -> None:
        self._runs, self._begun, self._is_on, self._dataset = (), 0, False, None
        self.loader.cancel()  # which finds nothing left to cancel here
        self.changed.emit()

    def _give_up(self, sentence: str) -> None:
        self._clear()
        self.failed.emit(sentence)

    @Slot()
    def _begin_next(self) -> None:
        """Begin the next run, or read its dataset first; nothing while another run is on."""
        if not self.is_active or self._session.is_busy or self.loader.is_loading:
            return
        if self._begun == len(self._runs):
            count = self._begun
            self._clear()
            self._noted.emit(f"All {counted(count, 'run')} of the preset were trained.")
            return
        wanted = self._runs[self._begun].config.dataset
        if self._dataset is not None and wanted.lower() == self._dataset.name.lower():
            self._begin(self._dataset)
        else:
            self.loader.load(wanted)

    def _begin(self, dataset: Dataset) -> None:
        run = self._runs[self._begun]
        config = replace(run.config, dataset=dataset.name)  # which may be spelled otherwise
        try:
            refuse_too_large(config, dataset)
            self._session.start(config, dataset)
        except ConvlabError as error:
            self._give_up(f"{run.title} cannot be trained. {error}")
        except MemoryError:
            self._give_up(f"There is not enough memory to train {run.title}.")
        else:
            self._begun += 1
            self._is_on = True
            self.changed.emit()

    def _name(self, title: str) -> None:
        folder = self._session.run_folder
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
            self._is_on = False
            QTimer.singleShot(0, self, self._begin_next)  # when all have heard of the end

    @Slot()
    def _on_run_started(self) -> None:
        if self._is_on:
            self._name(self._runs[self._begun - 1].title)
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
        if self.is_active:
            self._dataset = dataset
            # A run that was begun elsewhere meanwhile comes first.
            if not self._session.is_busy:
                self._begin(dataset)

    @Slot(str, str)
    def _on_dataset_failed(self, _: str, sentence: str) -> None:
        if self.is_active:
            self._give_up(f"The preset cannot be trained without its images. {sentence}")
