"""Opens runs of the store, goes on with them, and begins new ones from their moments."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.loader import DatasetLoader
from convlab.app.session import Session
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError, WeightsError
from convlab.nn import weights
from convlab.training.config import TrainingConfig
from convlab.training.events import EndReason, RunEnded, RunStarted, SnapshotTaken
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry


@dataclass(frozen=True)
class _PastRun:
    """What a folder tells of a run that is over."""

    folder: RunFolder
    config: TrainingConfig
    started: RunStarted
    latest: SnapshotTaken
    ended: RunEnded


class PastRuns(QObject):
    """Reads runs in the background and hands them to the session.

    ``opened`` carries the settings of a run that is shown now; ``failed`` a sentence.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(
        self, session: Session, loader: DatasetLoader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = loader
        self._waiting: RunEntry | None = None  # for its dataset, to go on
        self._background = Background(self)
        self._background.returned.connect(self._on_read)
        self._background.failed.connect(self.failed)
        loader.loaded.connect(self._on_dataset_loaded)
        loader.failed.connect(self._on_dataset_failed)
        loader.canceled.connect(self._on_loading_canceled)

    def open(self, entry: RunEntry) -> None:
        """Show a stored run soon: its curves, its filters, its moments and its answers."""
        if self._is_free():
            self._background.start(lambda: _read(entry))

    def go_on(self, entry: RunEntry, dataset: Dataset) -> None:
        """Go on with a run where its last checkpoint was taken.

        ``dataset`` is the one in use; if the run was trained on another one, that is read first.
        """
        if not self._is_free():
            return
        folder = entry.folder
        if entry.info.dataset == dataset.name:
            self._go_on(folder, dataset)
        else:
            self._waiting = entry
            self._loader.load(entry.info.dataset)

    def branch(self, config: TrainingConfig, dataset: Dataset, iteration: int) -> None:
        """Begin a run of ``config`` with the weights of the run that is shown, at a moment."""
        parent = self._session.run_folder
        if not self._is_free() or parent is None:
            return
        try:
            self._session.branch(config, dataset, parent, iteration)
        except ConvlabError as error:
            self.failed.emit(
                f"A run cannot begin there with these settings: {error} Choose the network of the "
                "run that is shown."
            )

    def _is_free(self) -> bool:
        if self._session.is_busy:
            self.failed.emit("A run is on; stop it first.")
        return not self._session.is_busy

    def _go_on(self, folder: RunFolder, dataset: Dataset) -> None:
        try:
            self._session.go_on(folder, dataset)
        except ConvlabError as error:
            self.failed.emit(str(error))

    @Slot(object)
    def _on_read(self, run: _PastRun) -> None:
        if not self._session.is_busy:  # one may have started while this one was read
            self._session.show_past(run.folder, run.started, run.latest, run.ended)
            self.opened.emit(run.config)

    @Slot(object)
    def _on_dataset_loaded(self, dataset: Dataset) -> None:
        entry, self._waiting = self._waiting, None
        if entry is not None and entry.info.dataset == dataset.name and self._is_free():
            self._go_on(entry.folder, dataset)

    @Slot(str)
    def _on_loading_canceled(self, _: str) -> None:
        self._waiting = None

    @Slot(str, str)
    def _on_dataset_failed(self, _: str, sentence: str) -> None:
        if self._waiting is not None:
            self._waiting = None
            self.failed.emit(f"The run cannot go on without its images. {sentence}")


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
    rates = [rate for *_, rate, _, _ in history.rows()][:1]
    started = RunStarted(
        info.epochs,
        max(per_epoch, 1),
        rates[0] if rates else 0.0,
        description,
        first,
        len(history.iterations),
        history,
        info.branched_at,
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
