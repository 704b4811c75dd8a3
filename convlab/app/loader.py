"""Reads datasets without stopping the window."""

import threading
import time

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.data.progress import CanceledError
from convlab.errors import ConvlabError

_SAY_EVERY = 0.05  # seconds; more often, nobody could see it


class _Signals(QObject):
    """A runnable is no QObject, so it speaks through one."""

    progressed = Signal(str, float)
    loaded = Signal(str, object)
    failed = Signal(str, str)


class _Reading(QRunnable):
    def __init__(self, name: str, signals: _Signals, canceled: threading.Event) -> None:
        super().__init__()
        self._name = name
        self._signals = signals
        self._canceled = canceled
        self._told_at = 0.0

    def run(self) -> None:
        try:
            dataset = load_dataset(self._name, self._on_progress, self._canceled.is_set)
            self._signals.loaded.emit(self._name, dataset)
        except CanceledError:
            return
        except ConvlabError as error:
            self._signals.failed.emit(self._name, str(error))
        except (MemoryError, OSError) as error:
            message = f"{self._name} cannot be read ({str(error) or 'not enough memory'})."
            self._signals.failed.emit(self._name, message)

    def _on_progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told_at >= _SAY_EVERY:
            self._told_at = now
            self._signals.progressed.emit(self._name, min(done / max(total, 1), 1.0))


class DatasetLoader(QObject):
    """Reads one dataset at a time in a thread of the pool; only the last one asked for counts.

    ``loaded`` carries the :class:`Dataset`, ``failed`` the dataset's name and a sentence,
    ``canceled`` the name of what was given up, ``progressed`` how much was read, 0 to 1.
    """

    loading_changed = Signal(bool)
    progressed = Signal(float)
    loaded = Signal(object)
    failed = Signal(str, str)
    canceled = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: str | None = None
        self._cancel = threading.Event()
        self._signals = _Signals(self)
        self._signals.progressed.connect(self._on_progressed)
        self._signals.loaded.connect(self._on_loaded)
        self._signals.failed.connect(self._on_failed)

    @property
    def is_loading(self) -> bool:
        """Whether a dataset is being read."""
        return self._wanted is not None

    @property
    def name(self) -> str:
        """The name of what is being read; empty if nothing is."""
        return self._wanted or ""

    def load(self, name: str) -> None:
        """Read the dataset of that name, or in that file or folder; return at once."""
        self._cancel.set()
        self._cancel = threading.Event()
        self._wanted = name
        self.loading_changed.emit(True)
        QThreadPool.globalInstance().start(_Reading(name, self._signals, self._cancel))

    @Slot()
    def cancel(self) -> None:
        """Give up what is being read; nothing more is told of it."""
        if self._wanted is not None:
            name, self._wanted = self._wanted, None
            self._cancel.set()
            self.loading_changed.emit(False)
            self.canceled.emit(name)

    def wait(self) -> None:
        """Give up, and block until nothing is being read any more; for leaving the program."""
        self._wanted = None
        self._cancel.set()
        QThreadPool.globalInstance().waitForDone()

    @Slot(str, float)
    def _on_progressed(self, name: str, share: float) -> None:
        if name == self._wanted:
            self.progressed.emit(share)

    @Slot(str, object)
    def _on_loaded(self, name: str, dataset: Dataset) -> None:
        if name == self._wanted:
            self._wanted = None
            self.loading_changed.emit(False)
            self.loaded.emit(dataset)

    @Slot(str, str)
    def _on_failed(self, name: str, message: str) -> None:
        if name == self._wanted:
            self._wanted = None
            self.loading_changed.emit(False)
            self.failed.emit(name, message)
