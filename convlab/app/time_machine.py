"""Goes back and forth through the moments of a run of which the weights are kept."""

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.moment_cache import MomentCache
from convlab.app.moment_reading import weights_at
from convlab.app.session import Session
from convlab.errors import ConvlabError
from convlab.training.events import EpochEvaluated, Params, RunStarted, SnapshotTaken
from convlab.training.filter_track import FilterTrackReader
from convlab.training.moments import Moments
from convlab.training.run_folder import RunFolder

FILM_SECONDS = 10.0
FRAME = 33  # milliseconds
LOOK_EVERY = 1000  # milliseconds between two looks at which moments there are
READ_AT_ONCE = 16_000_000  # bytes; more takes so long that the window must not wait for it


class TimeMachine(QObject):
    """Shows the network as it was at a moment, in all views at once.

    Positions count the moments from 0; the position after the last moment is the present, which
    is followed while it is :attr:`is_live`. At some moments only the first convolution's filters
    are kept: then the network is that of the last whole moment before, and ``filters_shown``
    carries the :class:`FilterMoment`; at all others None. ``moments_changed`` says that there are
    others, ``moved`` that another one is shown or on its way, ``playing_changed`` that the film has
    begun or ended. ``failed`` carries a sentence about a moment that cannot be read.
    """

    moments_changed = Signal()
    moved = Signal()
    playing_changed = Signal(bool)
    failed = Signal(str)
    filters_shown = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._moments: Moments | None = None
        self._filters = FilterTrackReader()
        self._shown: int | None = None  # an iteration of the run's own; None is the present
        self._whole: int | None = None  # that of the network that is shown with it
        self._awaited: int | None = None  # another one that is being read
        self._is_aside = False
        self._best_told: tuple[float, int] | None = None  # an accuracy, and the iteration of it
        self._played_from, self._played_at = 0, 0.0
        self._cache = MomentCache()
        self._read_now: int | None = None  # the snapshot that the background reads
        self._reading = Background(self)
        self._reading.returned.connect(self._on_read)
        self._reading.failed.connect(self._on_not_read)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_EVERY)
        self._look.timeout.connect(self.look)
        self._film = QTimer(self)
        self._film.setInterval(FRAME)
        self._film.timeout.connect(self._on_frame)
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_snapshot_taken)
        session.epoch_evaluated.connect(self._on_epoch_evaluated)
        session.run_ended.connect(self.look)

    @property
    def moments(self) -> tuple[int, ...]:
        """The iterations that can be shown, rising, as people count them."""
        return tuple(self._session.branched_at + own for own in self._own)

    @property
    def position(self) -> int:
        """The position of the moment that is shown, or of the one that is being read."""
        target = self._shown if self._awaited is None else self._awaited
        return len(self._own) if target is None else bisect_left(self._own, target)

    @property
    def iteration(self) -> int | None:
        """The iteration of the moment that is shown; None while the present is."""
        return None if self._shown is None else self._session.branched_at + self._shown

    @property
    def whole_iteration(self) -> int | None:
        """That of the network that is shown, at or before :attr:`iteration`; None: the present."""
        return None if self._whole is None else self._session.branched_at + self._whole

    @property
    def best(self) -> int | None:
        """The position of the moment that read most test images right; None if unknown."""
        if self._moments is None:
            return None
        best, told = self._moments.best, self.best_told
        if told is not None and told - self._session.branched_at in self._moments.iterations:
            best = told - self._session.branched_at  # known before the files of the run tell of it
        return None if best is None else bisect_left(self._own, best)

    @property
    def best_told(self) -> int | None:
        """The iteration after which most test images were read right, kept or not."""
        return None if self._best_told is None else self._best_told[1]

    @property
    def is_live(self) -> bool:
        """Whether the present is shown."""
        return self._shown is None

    @property
    def is_aside(self) -> bool:
        """Whether other weights than the run's are shown, until somebody goes to a moment."""
        return self._is_aside

    @property
    def is_loading(self) -> bool:
        """Whether a moment is being read that will be shown next."""
        return self._awaited is not None

    @property
    def is_playing(self) -> bool:
        """Whether the film is on."""
        return self._film.isActive()

    def go_to(self, position: int) -> None:
        """Show the moment at a position, at once or soon; the present after the last one."""
        if position >= len(self._own):
            self.go_live()
            return
        try:
            self._go(self._own[max(0, position)])
        except ConvlabError as error:  # it was thinned out meanwhile, or somebody deleted it
            self.look()
            self.moved.emit()  # back to what is shown
            self.failed.emit(str(error))

    def go_near(self, iteration: float) -> None:
        """Show the moment that is nearest to an iteration of the run."""
        if self._own:
            self.go_to(_nearest(self._own, iteration - self._session.branched_at))

    @Slot()
    def go_to_best(self) -> None:
        """Show the moment that read most test images right."""
        if self.best is not None:
            self.pause()
            self.go_to(self.best)

    @Slot()
    def go_live(self) -> None:
        """Show the present again, and follow it."""
        self.pause()
        if self._shown is not None or self._awaited is not None or self._is_aside:
            self._shown = self._whole = self._awaited = None
            self._is_aside = False
            self._session.show_moment(None)
            self.moved.emit()

    def set_aside(self) -> None:
        """Show no moment for now, because weights of elsewhere are shown."""
        self.pause()
        self._shown = self._whole = self._awaited = None
        self._is_aside = True
        self.moved.emit()

    @Slot()
    def play(self) -> None:
        """Show the moments as a film, all of them in ten seconds, from the one that is shown."""
        if self._own and not self.is_playing:
            self._played_from = 0 if self.is_live else self.position
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
        """Look which moments there are, and leave one that is no longer there."""
        self._list()
        if self._is_gone:
            self._leave()

    @property
    def _own(self) -> Sequence[int]:
        """The moments as the run itself counts them."""
        return () if self._moments is None else self._moments.points

    @property
    def _is_gone(self) -> bool:
        """Whether what is shown is no longer what would be shown there."""
        if self._shown is None or self._moments is None:
            return self._shown is not None
        is_there = self._shown in self._moments.points
        return not is_there or self._moments.whole_at(self._shown) != self._whole

    def _list(self) -> None:
        folder, before = self._session.run_folder, (self._own, self.best)
        self._moments = None if folder is None else self._look_into(folder)
        if (self._own, self.best) != before:
            self.moments_changed.emit()

    def _look_into(self, folder: RunFolder) -> Moments:
        return Moments(folder, self._filters.read(folder.filters_path))

    def _go(self, own: int) -> None:
        """Show a moment, at once or soon; raises :class:`ConvlabError` if it cannot be read."""
        moments = self._moments
        assert moments is not None
        whole = moments.whole_at(own)
        if whole == self._whole:
            if own != self._shown or self.is_loading:
                self._arrive(own)
            return
        params = self._cache.get(whole)
        if params is None and moments.size(whole) > READ_AT_ONCE:
            self._awaited = own
            if not self._reading.is_busy:
                self._read()
            self.moved.emit()
            return
        self._show(own, whole, self._load(moments, whole) if params is None else params)

    def _load(self, moments: Moments, whole: int) -> Params:
        return weights_at(moments, whole, self._session.branched_at + whole)

    def _show(self, own: int, whole: int, params: Params) -> None:
        self._cache.add(whole, params)
        self._shown, self._whole, self._is_aside = own, whole, False
        self._session.show_moment(SnapshotTaken(self._session.branched_at + whole, params))
        self._arrive(own)

    def _arrive(self, own: int) -> None:
        assert self._moments is not None
        self._shown, self._awaited = own, None
        found = self._moments.filters_at(own)
        before = self._session.branched_at
        self.filters_shown.emit(found and replace(found, iteration=before + found.iteration))
        self.moved.emit()

    def _leave(self) -> None:
        """Go from a moment that is no longer there to the nearest whole one, or to the present."""
        assert self._shown is not None
        self._whole = None
        whole = self._moments.iterations if self._moments is not None else ()
        if whole:
            with suppress(ConvlabError):
                self._go(whole[_nearest(whole, self._shown)])
                return
        self.go_live()

    def _read(self) -> None:
        """Read what is awaited; one at a time, because large ones fill the memory."""
        moments, own = self._moments, self._awaited
        assert moments is not None
        assert own is not None
        whole = self._read_now = moments.whole_at(own)
        self._reading.start(lambda: (whole, self._load(moments, whole)))

    @Slot(object)
    def _on_read(self, found: tuple[int, Params]) -> None:
        whole, params = found
        if self._awaited is None or self._moments is None:
            return
        if self._moments.whole_at(self._awaited) == whole:
            self._show(self._awaited, whole, params)
        else:  # the slider has gone on meanwhile
            self._read()

    @Slot(str)
    def _on_not_read(self, sentence: str) -> None:
        if self._awaited is None or self._moments is None:
            return
        if self._moments.whole_at(self._awaited) != self._read_now:
            self.failed.emit(sentence)
            self._read()
            return
        self._awaited = None
        self._list()
        if self._is_gone:
            self.go_live()
        self.moved.emit()
        self.failed.emit(sentence)

    @Slot()
    def _on_frame(self) -> None:
        gone = (perf_counter() - self._played_at) / FILM_SECONDS * len(self._own)
        self.go_to(self._played_from + int(gone))

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        self.pause()
        self._shown = self._whole = self._awaited = None
        self._is_aside = False
        self._reading.drop()
        self._cache.clear()
        self._moments, self._best_told = None, None
        for evaluation in event.history.evaluations if event.history is not None else ():
            self._learn_best(evaluation)
        self.look()
        self.moments_changed.emit()
        self.moved.emit()

    def _learn_best(self, evaluation: EpochEvaluated) -> None:
        if self._best_told is None or evaluation.test_accuracy > self._best_told[0]:
            self._best_told = evaluation.test_accuracy, evaluation.iteration

    @Slot(object)
    def _on_epoch_evaluated(self, event: EpochEvaluated) -> None:
        self._learn_best(event)
        self.moments_changed.emit()

    @Slot(object)
    def _on_snapshot_taken(self, _: SnapshotTaken) -> None:
        if not self._look.isActive():
            self._look.start()


def _nearest(rising: Sequence[int], value: float) -> int:
    """Return the position of the number that is nearest to ``value``; there must be one."""
    after = bisect_left(rising, value)
    near = [at for at in (after - 1, after) if 0 <= at < len(rising)]
    return min(near, key=lambda at: abs(rising[at] - value))
