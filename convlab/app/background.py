"""Short work beside the window: one call at a time, of which only the last counts."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from convlab.errors import ConvlabError


class _Signals(QObject):
    """A runnable is no QObject, so it speaks through one."""

    returned = Signal(int, object)
    failed = Signal(int, str)


class _Call(QRunnable):
    def __init__(self, number: int, function: Callable[[], object], signals: _Signals) -> None:
        super().__init__()
        self._number = number
        self._function = function
        self._signals = signals

    def run(self) -> None:
        try:
            self._signals.returned.emit(self._number, self._function())
        except ConvlabError as error:
            self._signals.failed.emit(self._number, str(error))
        except (MemoryError, OSError) as error:
            self._signals.failed.emit(self._number, f"{str(error) or 'There is no memory left'}.")
        except Exception as error:  # whatever it is, nobody may wait for the result for ever
            self._signals.failed.emit(
                self._number,
                f"This stopped on an error inside the lab ({type(error).__name__}: {error}).",
            )


class Background(QObject):
    """Calls a function in a thread of ``pool``, or of the pool that all share.

    ``returned`` carries its result, ``failed`` the sentence of what it raised. Of several calls
    only the one that was asked for last is told.
    """

    returned = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None, pool: QThreadPool | None = None) -> None:
        super().__init__(parent)
        self._pool = pool or QThreadPool.globalInstance()
        self._number = 0
        self._is_busy = False
        self._signals = _Signals()  # without a parent: a call may outlive this object
        self._signals.returned.connect(self._on_returned)
        self._signals.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        """Whether the last call is still on."""
        return self._is_busy

    def start(self, function: Callable[[], object]) -> None:
        """Call ``function`` soon; return at once."""
        self._number += 1
        self._is_busy = True
        self._pool.start(_Call(self._number, function, self._signals))

    def drop(self) -> None:
        """Tell nothing of the last call."""
        self._number += 1
        self._is_busy = False

    @Slot(int, object)
    def _on_returned(self, number: int, result: object) -> None:
        if number == self._number:
            self._is_busy = False
            self.returned.emit(result)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._number:
            self._is_busy = False
            self.failed.emit(sentence)
