"""Work of seconds or minutes in a thread of its own, with progress and cancel."""

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from convlab.app.background import Background
from convlab.data.progress import CanceledError

_SAY_EVERY = 0.05  # seconds; more often, nobody could see it


Report = Callable[[int, int, object], None]
"""Is told what is done, what there is in all, and perhaps what there is to see already.

It raises :class:`CanceledError` when the work is no longer wanted, so it must be called often.
"""


class _Progress(QObject):
    """A function that works in another thread speaks through this."""

    made = Signal(object, int, int, object)  # with the event that says whether it was canceled


class _Reporter:
    """What one function is given as its :data:`Report`."""

    def __init__(
        self, progress: _Progress, gone: threading.Event, canceled: threading.Event
    ) -> None:
        self._progress = progress
        self._gone = gone
        self._canceled = canceled
        self._told_at = 0.0

    def __call__(self, done: int, total: int, seen: object = None) -> None:
        if self._canceled.is_set() or self._gone.is_set():
            raise CanceledError("The work was canceled.")
        now = time.monotonic()
        if now - self._told_at >= _SAY_EVERY:
            self._told_at = now
            self._progress.made.emit(self._canceled, done, total, seen)


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
        self._canceled = threading.Event()
        self._pool = QThreadPool()  # its own, so that short work elsewhere need not wait for it
        self._pool.setMaxThreadCount(1)
        self._calls = Background(self, self._pool)
        self._calls.returned.connect(self._on_returned)
        self._calls.failed.connect(self._on_failed)
        self._progress = _Progress()  # without a parent: a call may outlive this object
        self._progress.made.connect(self._on_progress_made)
        self._was_busy = False
        self._gone = threading.Event()
        self.destroyed.connect(self._gone.set)

    @property
    def is_busy(self) -> bool:
        """Whether the last call is still on."""
        return self._calls.is_busy

    def start(self, function: Callable[[Report], object]) -> None:
        """Call ``function`` with a :data:`Report`; return at once."""
        self._canceled.set()
        self._canceled = threading.Event()
        report = _Reporter(self._progress, self._gone, self._canceled)
        self._calls.start(lambda: function(report))
        self._tell_if_busy()

    @Slot()
    def cancel(self) -> None:
        """Give up the call that is on."""
        self._canceled.set()
        self._calls.drop()
        self._tell_if_busy()

    @Slot()
    def wait(self) -> None:
        """Give up, and block until the thread has ended; for leaving the program."""
        self.cancel()
        self._pool.waitForDone()

    def _tell_if_busy(self) -> None:
        if self._was_busy != self.is_busy:
            self._was_busy = self.is_busy
            self.busy_changed.emit(self.is_busy)

    @Slot(object, int, int, object)
    def _on_progress_made(
        self, canceled: threading.Event, done: int, total: int, seen: object
    ) -> None:
        if canceled is self._canceled and not canceled.is_set():
            self.progressed.emit(done, total, seen)

    @Slot(object)
    def _on_returned(self, result: object) -> None:
        self._tell_if_busy()
        self.returned.emit(result)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._tell_if_busy()
        self.failed.emit(sentence)
