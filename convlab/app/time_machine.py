"""Goes back and forth through the moments of a run of which the weights are kept."""

from bisect import bisect_left
from functools import lru_cache
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.session import Session
from convlab.errors import ConvlabError
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.training.run_folder import RunFolder
from convlab.training.snapshots import SnapshotFolder

FILM_SECONDS = 10.0
FRAME = 33  # milliseconds
LOOK_EVERY = 1000  # milliseconds between two looks at which snapshots there are
REMEMBERED = 16  # snapshots that need not be read again


class TimeMachine(QObject):
    """Shows the network as it was at a moment, in all views at once.

    Positions count the moments from 0; the position after the last moment is the present, which
    is followed while it is :attr:`is_live`. ``moments_changed`` says that there are others,
    ``moved`` that another one is shown, ``playing_changed`` that the film has begun or ended.
    ``failed`` carries a sentence about a snapshot that cannot be read.
    """

    moments_changed = Signal()
    moved = Signal()
    playing_changed = Signal(bool)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._moments: list[int] = []
        self._position: int | None = None  # None is the present
        self._branched_at = 0
        self._is_changed = False
        self._played_from, self._played_at = 0, 0.0
        self._load = lru_cache(maxsize=REMEMBERED)(_load)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_EVERY)
        self._look.timeout.connect(self.look)
        self._film = QTimer(self)
        self._film.setInterval(FRAME)
        self._film.timeout.connect(self._on_frame)
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_snapshot_taken)
        session.run_ended.connect(self.look)

    @property
    def moments(self) -> tuple[int, ...]:
        """The iterations of which there are weights, rising."""
        return tuple(self._moments)

    @property
    def position(self) -> int:
        """The position of the moment that is shown."""
        return len(self._moments) if self._position is None else self._position

    @property
    def iteration(self) -> int | None:
        """The iteration of the moment that is shown; None while the present is."""
        return None if self._position is None else self._moments[self._position]

    @property
    def branched_at(self) -> int:
        """The iteration at which the run left another one; curves begin there."""
        return self._branched_at

    @property
    def is_live(self) -> bool:
        """Whether the present is shown."""
        return self._position is None

    @property
    def is_playing(self) -> bool:
        """Whether the film is on."""
        return self._film.isActive()

    def go_to(self, position: int) -> None:
        """Show the moment at a position; the present for positions after the last one."""
        folder = self._session.run_folder
        if folder is None or position >= len(self._moments):
            self.go_live()
            return
        position = max(0, position)
        if position == self._position:
            return
        try:
            moment = self._load(folder, self._moments[position])
        except ConvlabError as error:  # it was thinned out meanwhile, or somebody deleted it
            self.look()
            self.failed.emit(str(error))
            return
        self._position = position
        self._session.show_moment(moment)
        self.moved.emit()

    def go_near(self, iteration: float) -> None:
        """Show the moment that is nearest to an iteration of the run."""
        after = bisect_left(self._moments, iteration)
        near = [at for at in (after - 1, after) if 0 <= at < len(self._moments)]
        if near:
            self.go_to(min(near, key=lambda at: abs(self._moments[at] - iteration)))

    @Slot()
    def go_live(self) -> None:
        """Show the present again, and follow it."""
        self.pause()
        if self._position is not None:
            self._position = None
            self._session.show_moment(None)
            self.moved.emit()

    @Slot()
    def play(self) -> None:
        """Show the moments as a film, all of them in ten seconds, from the one that is shown."""
        if self._moments and not self.is_playing:
            self._played_from = 0 if self._position is None else self._position
            self._played_at = perf_counter()
            self._film.start()
            self.go_to(self._played_from)
            self.playing_changed.emit(True)

    @Slot()
    def pause(self) -> None:
        """Let the film stand."""
        if self.is_playing:
            self._film.stop()
            self.playing_changed.emit(False)

    @Slot()
    def look(self) -> None:
        """Look which snapshots there are."""
        folder = self._session.run_folder
        before, shown = self._moments, self.iteration
        self._moments = [] if folder is None else SnapshotFolder(folder.snapshots.path).iterations
        if shown is not None:
            self._position = min(bisect_left(self._moments, shown), len(self._moments) - 1)
            if not self._moments:
                self.go_live()
        if self._moments != before:
            self.moments_changed.emit()

    @Slot()
    def _on_frame(self) -> None:
        gone = (perf_counter() - self._played_at) / FILM_SECONDS * len(self._moments)
        self.go_to(self._played_from + int(gone))

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        self.pause()
        self._position = None
        self._branched_at = event.branched_at
        self._load.cache_clear()
        self._moments = []
        self.look()
        self.moments_changed.emit()
        self.moved.emit()

    @Slot(object)
    def _on_snapshot_taken(self, _: SnapshotTaken) -> None:
        if not self._look.isActive():
            self._look.start()


def _load(folder: RunFolder, iteration: int) -> SnapshotTaken:
    return SnapshotTaken(iteration, folder.snapshots.load(iteration))
