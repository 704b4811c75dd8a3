"""Work of seconds or minutes in a thread of its own, with progress and cancel."""

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from convlab.data.progress import CanceledError
from convlab.errors import ConvlabError

_SAY_EVERY = 0.05  # seconds; more often, nobody could see it


Report = Callable[[int, int, object], None]
"""Is told what is done, what there is in all, and perhaps what there is to see already.

It raises :class:`CanceledError` when the work is no longer wanted, so it must be called often.
"""


class _Signals(QObject):
    """A runnable is no QObject, so it speaks through one."""

    progressed = Signal(int, int, int, object)
    returned = Signal(int, object)
    failed = Signal(int, str)


class _Work(QRunnable):
    def __init__(
        self,
        number: int,
        function: Callable[[Report], object],
        signals: _Signals,
        canceled: threading.Event,
    ) -> None:
        super().__init__()
        self._number = number
        self._function = function
        self._signals = signals
        self._canceled = canceled
        self._told_at = 0.0

    def run(self) -> None:
        try:
            self._signals.returned.emit(self._number, self._function(self._report))
        except CanceledError:
            return
        except ConvlabError as error:
            self._signals.failed.emit(self._number, str(error))
        except (MemoryError, OSError) as error:
            self._signals.failed.emit(self._number, f"{str(error) or 'There is no memory left'}.")

    def _report(self, done: int, total: int, seen: object = None) -> None:
        if self._canceled.is_set():
            raise CanceledError("The work was canceled.")
        now = time.monotonic()
        if now - self._told_at >= _SAY_EVERY:
            self._told_at = now
            self._signals.progressed.emit(self._number, done, total, seen)


class LongWork(QObject):
    """Calls one function at a time in a thread of its own; a new call cancels the last one.

    ``progressed`` carries what is done, what there is in all, and what the function showed so far;
    ``returned`` carries its result, ``failed`` a sentence. Nothing more is told of what was
    canceled, but ``busy_changed``.
    """

    busy_changed = Signal(bool)
    progressed = Signal(int, int, object)
    returned = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._is_busy = False
        self._canceled = threading.Event()
        self._pool = QThreadPool()  # its own, so that short work elsewhere need not wait for it
        self._pool.setMaxThreadCount(1)
        self._signals = _Signals(self)
        self._signals.progressed.connect(self._on_progressed)
        self._signals.returned.connect(self._on_returned)
        self._signals.failed.connect(self._on_failed)
        self.destroyed.connect(self._canceled.set)

    @property
    def is_busy(self) -> bool:
        """Whether the last call is still on."""
        return self._is_busy

    def start(self, function: Callable[[Report], object]) -> None:
        """Call ``function`` with a :data:`Report`; return at once."""
        self._canceled.set()
        self._canceled = threading.Event()
        self._number += 1
        self._set_busy(True)
        self._pool.start(_Work(self._number, function, self._signals, self._canceled))

    @Slot()
    def cancel(self) -> None:
        """Give up the call that is on."""
        self._canceled.set()
        self._number += 1
        self._set_busy(False)

    def wait(self) -> None:
        """Give up, and block until the thread has ended; for leaving the program."""
        self.cancel()
        self._pool.waitForDone()

    def _set_busy(self, is_busy: bool) -> None:
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self.busy_changed.emit(is_busy)

    @Slot(int, int, int, object)
    def _on_progressed(self, number: int, done: int, total: int, seen: object) -> None:
        if number == self._number:
            self.progressed.emit(done, total, seen)

    @Slot(int, object)
    def _on_returned(self, number: int, result: object) -> None:
        if number == self._number:
            self._set_busy(False)
            self.returned.emit(result)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._number:
            self._set_busy(False)
            self.failed.emit(sentence)
