"""Several runs, one after another."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

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

    What was canceled is kept in ``left``, to :meth:`go_on` with it. The lab's own settings and
    dataset are left alone; ``loader`` reads the images of runs that want others.

    ``changed`` says that the queue has begun, has come further or is over. ``run_begun`` carries a
    :class:`QueuePlace`, and so does ``run_over``, which tells of one that a Stop has ended, too.
    ``ended`` carries a sentence when all is done, ``canceled`` one when the rest is not trained,
    ``failed`` one when a run cannot start or go on; the rest is canceled then.
    """

    changed = Signal()
    run_begun = Signal(object)
    run_over = Signal(object)
    ended = Signal(str)
    canceled = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs: tuple[QueuedRun, ...] = ()
        self._begun = 0
        self._first = 0  # the number of runs before the one that it began or went on with
        self._unfinished: tuple[tuple[QueuedRun, ...], int] = ((), 0)  # all, and how many had begun
        self._on: QueuePlace | None = None  # of the run that the session trains, if it is one here
        self._in_the_end = ""  # what to say when that run is over
        self._dataset: Dataset | None = None  # the images that the next run may learn
        self.loader = DatasetLoader(parent=self)
        session.state_changed.connect(self._on_state_changed)
        session.run_started.connect(self._on_run_started)
        session.failed.connect(self._on_run_failed)
        self.loader.loaded.connect(self._on_dataset_loaded)
        self.loader.failed.connect(self._on_dataset_failed)
        self.loader.canceled.connect(self.cancel)

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

    @property
    def left(self) -> tuple[QueuedRun, ...]:
        """What was canceled, and can be gone on with."""
        runs, begun = self._unfinished
        return runs[begun:]

    def start(self, runs: Sequence[QueuedRun], dataset: Dataset) -> None:
        """Train these runs in order; ``failed`` tells if that cannot be.

        ``dataset`` is the one in use, which need not be read again.
        """
        self._start(tuple(runs), 0, dataset)

    def go_on(self, dataset: Dataset) -> None:
        """Train the runs that were canceled."""
        if self.left:
            self._start(*self._unfinished, dataset)

    def _start(self, runs: tuple[QueuedRun, ...], begun: int, dataset: Dataset) -> None:
        if self.is_active or self._session.is_busy:
            self.failed.emit("A run is on; stop it first.")
            return
        self._runs, self._begun, self._first, self._dataset = runs, begun, begun, dataset
        self._unfinished = ((), 0)
        self.changed.emit()
        self._begin_next()

    @Slot()
    def cancel(self) -> None:
        """Begin no further run; the one that is on goes on, and at its end the rest is told of."""
        if not self.is_active:
            return
        is_on, rest = self._on is not None, self._rest()
        self._clear()
        if is_on:
            self._in_the_end = rest
        elif rest:
            self.canceled.emit(rest)

    def _rest(self) -> str:
        """Return a sentence on the runs that are yet to come; empty if there are none."""
        count, left = len(self._runs), len(self._runs) - self._begun
        if not left:
            return ""
        which = f"{left} of the {count} runs" if self._begun else f"The {counted(count, 'run')}"
        verb = "was" if left == 1 else "were"
        return f"{which} of the preset {verb} not trained; the Presets menu offers to go on."

    def _clear(self) -> None:
        self._unfinished = (self._runs, self._begun)
        self._runs, self._begun, self._dataset = (), 0, None
        self.loader.cancel()  # which finds nothing left to cancel here
        self.changed.emit()

    def _give_up(self, sentence: str) -> None:
        told = f"{sentence} {self._rest()}" if self._begun else sentence
        self._clear()
        self.failed.emit(told)

    @Slot()
    def _begin_next(self) -> None:
        """Begin the next run, or read its dataset first; nothing while another run is on."""
        if not self.is_active or self._session.is_busy or self.loader.is_loading:
            return
        if self._begun == len(self._runs):
            count, trained = self._begun, self._begun - self._first
            which = "All" if count == trained else "The other"
            verb = "was" if trained == 1 else "were"
            self._clear()
            self._tell(
                self.ended, f"{which} {counted(trained, 'run')} of the preset {verb} trained."
            )
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
            self._on = self.place
            self.changed.emit()

    def _name(self, title: str) -> None:
        folder = self._session.run_folder
        if folder is not None:
            with suppress(OSError):  # it keeps the name of its folder then
                folder.save_notes(replace(folder.notes(), name=title))

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        if state is State.STOPPING:
            self.cancel()
        elif state is State.IDLE:
            if self._on is not None:
                self.run_over.emit(self._on)
            if self._in_the_end:
                self._tell(self.canceled, self._in_the_end)
            self._on, self._in_the_end = None, ""
            QTimer.singleShot(0, self, self._begin_next)  # when all have heard of the end

    @Slot()
    def _on_run_started(self) -> None:
        if self._on is not None:
            self._name(self._on.title)
            self._tell(self.run_begun, self._on)

    def _tell(self, signal: SignalInstance, note: QueuePlace | str) -> None:
        """Tell after what others say of the same begin or end of a run."""
        QTimer.singleShot(0, self, partial(signal.emit, note))

    @Slot(str)
    def _on_run_failed(self, sentence: str) -> None:
        rest, self._in_the_end = self._in_the_end, ""  # of a run that was stopped, too
        if self.is_active:
            rest = self._rest()
            self._clear()
        if rest:
            self._tell(self.failed, f"{sentence} {rest}")

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
