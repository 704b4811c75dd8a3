"""Keeps a result fresh in the background while somebody looks at it."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.session import Session
from convlab.app.shared_rest import rest_after, set_watched

Work = Callable[[], object]


class Fresh(QObject):
    """Computes something anew, in a thread of the pool, when it is stale and is watched.

    ``prepare`` is called in the GUI thread and returns the work: a function of copies, since what
    it works on may change meanwhile; or None where there is nothing to compute. ``changed``
    follows each result, ``failed`` carries the sentence of what went wrong.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        session: Session,
        prepare: Callable[[], Work | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._prepare = prepare
        self._is_watched = False
        self._is_stale = True
        self._value: object = None
        self._started = 0.0
        self._background = Background(self)
        self._background.returned.connect(self._on_returned)
        self._background.failed.connect(self._on_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        session.state_changed.connect(self._on_state_changed)

    @property
    def value(self) -> object:
        """The last result; None before any, and where there is nothing to compute."""
        return self._value

    @property
    def is_busy(self) -> bool:
        """Whether a result is on its way."""
        return self._background.is_busy

    @property
    def is_awaited(self) -> bool:
        """Whether somebody watches and sees something that is about to change."""
        return self._is_watched and (self._is_stale or self._background.is_busy)

    @Slot()
    def recompute(self) -> None:
        """Compute anew as soon as there is time for it, if somebody watches."""
        self._is_stale = True
        self._start_soon()

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether the result is seen; what is stale is computed as soon as it is."""
        self._is_watched = is_watched
        set_watched(self, is_watched)
        self._start_soon()

    def _start_soon(self) -> None:
        is_wanted = self._is_watched and self._is_stale
        if is_wanted and not (self._background.is_busy or self._timer.isActive()):
            self._timer.start(0)

    @Slot()
    def _on_timeout(self) -> None:
        if not (self._is_watched and self._is_stale) or self._background.is_busy:
            return
        self._is_stale = False
        work = self._prepare()
        if work is None:
            self._value = None
            self.changed.emit()
            return
        self._started = perf_counter()
        self._background.start(work)

    @Slot(object)
    def _on_returned(self, value: object) -> None:
        self._value = value
        self.changed.emit()
        self._rest()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._value = None
        self.failed.emit(sentence)
        self._rest()

    def _rest(self) -> None:
        """Leave the cores to the training for a while before the next result."""
        if self._session.takes_time:
            self._timer.start(round(1000 * rest_after(perf_counter() - self._started)))
        else:
            self._start_soon()

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        """End a rest for which there is no reason any more."""
        if self._timer.isActive() and not self._session.takes_time:
            self._timer.start(0)
