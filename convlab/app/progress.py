"""How far a run is, how fast it goes and how long it will take."""

from collections import deque
from time import perf_counter

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.session import Session, State
from convlab.training.events import RunEnded, RunStarted, StepDone

WINDOW_SECONDS = 3.0  # over which the speed is measured


class Progress(QObject):
    """Follows a session; all values are those of the present run, or of the last one.

    Iterations and epochs of a branch count on from where it left another run, at ``branched_at``.
    ``changed`` is emitted at most once a drain of the session.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State.IDLE
        self.epoch = 0
        self.epochs = 0
        self.iteration = 0
        self.iterations = 0
        self.branched_at = 0
        self.is_loading = False
        self.ended: RunEnded | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._session = session
        session.state_changed.connect(self._on_state_changed)
        session.run_started.connect(self._on_run_started)
        session.steps_done.connect(self._on_steps_done)
        session.run_ended.connect(self._on_run_ended)
        session.loading_changed.connect(self._on_loading_changed)

    @property
    def steps_per_second(self) -> float | None:
        """The speed over the last seconds; None while it is not known."""
        if len(self._seen) < 2:
            return None
        (first_time, first), (last_time, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_time - first_time) if last_time > first_time else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this speed, without the evaluations; None if not known."""
        speed = self.steps_per_second
        return (self.iterations - self.iteration) / speed if speed else None

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        self.state = state
        self._seen.clear()
        self.changed.emit()

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        self.branched_at = event.branched_at
        self.epochs = event.epochs_before + event.epochs
        self.iterations = event.branched_at + event.iterations
        done = (event.iteration - event.branched_at) // event.iterations_per_epoch
        self.epoch = event.epochs_before + min(event.epochs, 1 + done)
        self.iteration = event.iteration
        self.ended = None
        self._seen.clear()
        self.changed.emit()

    @Slot(object)
    def _on_steps_done(self, steps: list[StepDone]) -> None:
        self.iteration = steps[-1].iteration
        self.epoch = steps[-1].epoch
        now = perf_counter()
        self._seen.append((now, self.iteration))
        while self._seen and now - self._seen[0][0] > WINDOW_SECONDS:
            self._seen.popleft()
        self.changed.emit()

    @Slot(bool)
    def _on_loading_changed(self, is_loading: bool) -> None:
        self.is_loading = is_loading
        self.changed.emit()

    @Slot(object)
    def _on_run_ended(self, event: RunEnded) -> None:
        self.ended = event
        self.iteration = event.iteration
        self.changed.emit()
