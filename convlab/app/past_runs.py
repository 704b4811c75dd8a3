"""Opens runs of the store, goes on with them, and begins new ones from their moments."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.loader import DatasetLoader
from convlab.app.session import Session
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, WeightsError
from convlab.nn import weights
from convlab.threads import threads_beside_window
from convlab.training.config import TrainingConfig
from convlab.training.events import EndReason, RunEnded, RunStarted, SnapshotTaken
from convlab.training.more_epochs import plan_epochs
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, branched_trainer, resumed_trainer
from convlab.training.trainer import Trainer


@dataclass(frozen=True)
class _Wanted:
    """A run to go on with: at its best epoch or its last one, for so many in all."""

    entry: RunEntry
    at_best: bool
    epochs: int | None


@dataclass(frozen=True)
class _Prepared:
    """A run that can begin: on its own, or in the folder of one that it goes on with."""

    trainer: Trainer
    config: TrainingConfig
    dataset: Dataset
    folder: RunFolder
    is_branch: bool  # of the run in ``folder``


@dataclass(frozen=True)
class _PastRun:
    """What a folder tells of a run that is over."""

    folder: RunFolder
    config: TrainingConfig
    started: RunStarted
    latest: SnapshotTaken
    ended: RunEnded


class PastRuns(QObject):
    """Reads runs in the background, however large they are, and hands them to the session.

    The session tells that one is being loaded. ``opened`` carries the settings of a run that is
    shown now; ``failed`` a sentence.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(
        self, session: Session, loader: DatasetLoader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = loader
        self._waiting: _Wanted | None = None  # for its dataset, to go on
        self._background = Background(self)
        self._background.returned.connect(self._on_loaded)
        self._background.failed.connect(self._on_not_loaded)
        session.state_changed.connect(self._on_state_changed)
        loader.loaded.connect(self._on_dataset_loaded)
        loader.failed.connect(self._on_dataset_failed)
        loader.canceled.connect(self._on_loading_canceled)

    def open(self, entry: RunEntry) -> None:
        """Show a stored run soon: its curves, its filters, its moments and its answers."""
        if self._is_free():
            self._load(lambda: _read(entry))

    def go_on(
        self,
        entry: RunEntry,
        dataset: Dataset,
        *,
        at_best: bool = False,
        epochs: int | None = None,
    ) -> None:
        """Go on with a run where its last checkpoint was taken, or at the end of its best epoch.

        ``dataset`` is the one in use; if the run was trained on another one, that is read first.
        With ``epochs`` it goes on until it has so many in all.
        """
        if not self._is_free():
            return
        wanted = _Wanted(entry, at_best, epochs)
        if entry.info.dataset == dataset.name:
            self._go_on(wanted, dataset)
        else:
            self._waiting = wanted
            self._loader.load(entry.info.dataset)

    def branch(self, config: TrainingConfig, dataset: Dataset, iteration: int) -> None:
        """Begin a run of ``config`` with the weights of the run that is shown, at a moment.

        ``iteration`` is as people count it.
        """
        parent, own = self._session.run_folder, iteration - self._session.branched_at
        if self._is_free() and parent is not None:
            self._load(lambda: _branched(config, dataset, parent, own))

    def _is_free(self) -> bool:
        if self._session.is_busy:
            self.failed.emit("A run is on; stop it first.")
        return not self._session.is_busy

    def _go_on(self, wanted: _Wanted, dataset: Dataset) -> None:
        self._load(lambda: _resumed(wanted, dataset))

    def _load(self, work: Callable[[], object]) -> None:
        """Do ``work`` soon; what was being loaded is no longer wanted."""
        self._session.set_loading(True)
        self._background.start(lambda: _with_memory(work))

    @Slot(object)
    def _on_loaded(self, run: _PastRun | _Prepared) -> None:
        session = self._session
        session.set_loading(False)
        if isinstance(run, _PastRun):
            session.show_past(run.folder, run.started, run.latest, run.ended)
            self.opened.emit(run.config)
        elif run.is_branch:
            session.branch(run.trainer, run.config, run.dataset, run.folder)
        else:
            session.go_on(run.trainer, run.config, run.dataset, run.folder)

    @Slot(str)
    def _on_not_loaded(self, sentence: str) -> None:
        self._session.set_loading(False)
        self.failed.emit(sentence)

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        """Give up what is being loaded when a run begins meanwhile."""
        if self._session.is_busy and self._session.is_loading:
            self._background.drop()
            self._session.set_loading(False)

    @Slot(object)
    def _on_dataset_loaded(self, dataset: Dataset) -> None:
        wanted, self._waiting = self._waiting, None
        if wanted and wanted.entry.info.dataset == dataset.name and self._is_free():
            self._go_on(wanted, dataset)

    @Slot(str)
    def _on_loading_canceled(self, _: str) -> None:
        self._waiting = None

    @Slot(str, str)
    def _on_dataset_failed(self, _: str, sentence: str) -> None:
        if self._waiting is not None:
            self._waiting = None
            self.failed.emit(f"The run cannot go on without its images. {sentence}")


def _with_memory(work: Callable[[], object]) -> object:
    try:
        return work()
    except MemoryError as error:
        raise ConvlabError(
            "There is not enough memory to load this run. Close other programs and try again."
        ) from error


def _resumed(wanted: _Wanted, dataset: Dataset) -> _Prepared:
    """Load a run that goes on; raises :class:`ConvlabError` if these are not its images."""
    entry = wanted.entry
    folder, config = entry.folder, entry.folder.config()
    trainer = resumed_trainer(
        folder, dataset, threads=threads_beside_window(), at_best=wanted.at_best
    )
    if wanted.epochs is not None:
        config = plan_epochs(entry, trainer, wanted.epochs)
    return _Prepared(trainer, config, dataset, folder, is_branch=False)


def _branched(
    config: TrainingConfig, dataset: Dataset, parent: RunFolder, iteration: int
) -> _Prepared:
    """Load a run that leaves another one; raises :class:`ConvlabError` if it cannot begin there."""
    try:
        trainer = branched_trainer(
            config, dataset, parent, iteration, threads=threads_beside_window()
        )
    except ConvlabError as error:
        raise ConvlabError(
            f"A run cannot begin there with these settings: {error} Choose the network of the run "
            "that is shown."
        ) from error
    return _Prepared(trainer, config, dataset, parent, is_branch=True)


def _read(entry: RunEntry) -> _PastRun:
    """Read a run; raises :class:`ConvlabError` if it has no weights or is damaged."""
    folder, info = entry.folder, entry.folder.info() or entry.info
    history = folder.history()
    moments = folder.snapshots.iterations
    first, description = weights.load(
        folder.snapshots.file(moments[0]) if moments else folder.weights_path
    )
    if description is None:
        raise WeightsError(f"The weights of the run {entry.title} do not tell of their network.")
    per_epoch = info.iterations // max(info.epochs, 1)
    started = RunStarted(
        info.epochs,
        max(per_epoch, 1),
        history.first_learning_rate,
        description,
        first,
        len(history.iterations),
        history,
        info.branched_at,
        info.epochs_before,
    )
    last = weights.load(folder.weights_path)[0]
    state = "stopped" if info.state == "running" else info.state
    reason: EndReason = state
    message = f"{entry.title}: {info.message or 'The run was interrupted.'}"
    accuracy = info.test_accuracy if info.test_accuracy >= 0 else None
    ended = RunEnded(
        reason,
        len(history.iterations),
        message,
        accuracy,
        info.seconds,
        last,
        weights_iteration=info.weights_iteration,
    )
    latest = SnapshotTaken(info.weights_iteration, last)
    return _PastRun(folder, folder.config(), started, latest, ended)
