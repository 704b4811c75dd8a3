"""Fetches datasets without stopping the window."""

import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal, Slot

from convlab.data.progress import CanceledError
from convlab.data.source import DatasetSource
from convlab.errors import ConvlabError

_SAY_EVERY = 0.1  # seconds; more often, the numbers could not be read


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes that arrived, the bytes in all, and the bytes a second."""

    done: int
    total: int
    speed: float


class FetchWorker(QObject):
    """Fetches one dataset in a thread of its own."""

    progressed = Signal(object)
    succeeded = Signal()
    failed = Signal(str)
    finished = Signal()

    def __init__(self, source: DatasetSource, canceled: threading.Event) -> None:
        super().__init__()
        self._source = source
        self._canceled = canceled
        self._told_at = 0.0

    @Slot()
    def run(self) -> None:
        """Fetch to the end; called in the worker's thread."""
        try:
            self._source.fetch(self._on_progress, self._canceled.is_set)
            self.succeeded.emit()
        except CanceledError:
            pass  # the user knows
        except ConvlabError as error:
            self.failed.emit(str(error))
        except Exception as error:  # whatever it is, the window must stay usable
            self.failed.emit(
                f"{self._source.title} was not fetched, because of an error inside the lab "
                f"({type(error).__name__}: {error})."
            )
        finally:
            self.finished.emit()

    def _on_progress(self, done: int, total: int, speed: float) -> None:
        now = time.monotonic()
        if now - self._told_at >= _SAY_EVERY or done >= total:
            self._told_at = now
            self.progressed.emit(Fetched(done, total, speed))


class Fetcher(QObject):
    """Fetches one dataset at a time.

    ``changed`` says that a fetch began or ended, ``progressed`` that ``progress`` did;
    ``fetched`` carries the name of a dataset that is here now, ``failed`` a name and a sentence.
    """

    changed = Signal()
    progressed = Signal()
    fetched = Signal(str)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: DatasetSource | None = None
        self._progress: Fetched | None = None
        self._succeeded = False
        self._canceled = threading.Event()
        self._thread: QThread | None = None
        self._worker: FetchWorker | None = None

    @property
    def name(self) -> str:
        """The name of the dataset that is being fetched; empty if none is."""
        return self._source.name if self._source is not None else ""

    @property
    def progress(self) -> Fetched | None:
        """How far it is; None before the first bytes."""
        return self._progress

    @property
    def is_canceling(self) -> bool:
        """Whether it is about to end because the user said so."""
        return self._source is not None and self._canceled.is_set()

    def fetch(self, source: DatasetSource) -> None:
        """Begin to fetch a dataset; does nothing while another one is being fetched."""
        if self._source is not None:
            return
        self._source = source
        self._progress = None
        self._succeeded = False
        self._canceled = threading.Event()
        self._thread = QThread()
        self._thread.setObjectName("fetching")
        self._worker = FetchWorker(source, self._canceled)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._worker.finished.connect(self._on_finished)
        self._thread.start()
        self.changed.emit()

    def cancel(self) -> None:
        """End the fetching soon; nothing of it is kept."""
        if self._source is not None:
            self._canceled.set()
            self.changed.emit()

    def wait(self) -> None:
        """Cancel, and block until nothing is being fetched; for leaving the program."""
        self._canceled.set()
        self._end_thread()

    def _end_thread(self) -> None:
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
        self._thread = None
        self._worker = None
        self._source = None

    @Slot(object)
    def _on_progressed(self, progress: Fetched) -> None:
        self._progress = progress
        self.progressed.emit()

    @Slot()
    def _on_succeeded(self) -> None:
        self._succeeded = True

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if name := self.name:
            self.failed.emit(name, sentence)

    @Slot()
    def _on_finished(self) -> None:
        name = self.name
        self._end_thread()
        if name and self._succeeded:
            self.fetched.emit(name)
        self.changed.emit()
