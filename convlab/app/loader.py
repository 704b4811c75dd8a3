"""Reads datasets without stopping the window."""

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError


class _Signals(QObject):
    """A runnable is no QObject, so it speaks through one."""

    loaded = Signal(str, object)
    failed = Signal(str, str)


class _Reading(QRunnable):
    def __init__(self, name: str, signals: _Signals) -> None:
        super().__init__()
        self._name = name
        self._signals = signals

    def run(self) -> None:
        try:
            self._signals.loaded.emit(self._name, load_dataset(self._name))
        except ConvlabError as error:
            self._signals.failed.emit(self._name, str(error))
        except (MemoryError, OSError) as error:
            message = f"{self._name} cannot be read ({str(error) or 'not enough memory'})."
            self._signals.failed.emit(self._name, message)


class DatasetLoader(QObject):
    """Reads one dataset at a time in a thread of the pool; only the last one asked for counts.

    ``loaded`` carries the :class:`Dataset`, ``failed`` the dataset's name and a sentence.
    """

    loading_changed = Signal(bool)
    loaded = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: str | None = None
        self._signals = _Signals(self)
        self._signals.loaded.connect(self._on_loaded)
        self._signals.failed.connect(self._on_failed)

    @property
    def is_loading(self) -> bool:
        """Whether a dataset is being read."""
        return self._wanted is not None

    def load(self, name: str) -> None:
        """Read the dataset of that name, or in that folder; return at once."""
        self._wanted = name
        self.loading_changed.emit(True)
        QThreadPool.globalInstance().start(_Reading(name, self._signals))

    def wait(self) -> None:
        """Block until no dataset is being read any more; for leaving the program."""
        self._wanted = None
        QThreadPool.globalInstance().waitForDone()

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
