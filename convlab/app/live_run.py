"""The row of the run that is being trained, ahead of what its folder says."""

from bisect import bisect_right
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.session import Session, State
from convlab.training.clock import Clock
from convlab.training.events import EpochEvaluated, RunStarted, StepDone
from convlab.training.history import History
from convlab.training.run_info import loss_curve
from convlab.training.run_store import RunEntry

REST = 1.0  # seconds between two changes that no epoch has made


class LiveRun(QObject):
    """Knows how the session's run stands now; ``changed`` says so each epoch and each second."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._started: RunStarted | None = None  # None while no run is on
        self._history = History(0.0)
        self._clock = Clock()
        self._told_at = 0.0
        self._moments: list[tuple[int, float]] = []  # iterations, and by when they were made
        session.run_started.connect(self._on_run_started)
        session.steps_done.connect(self._on_steps_done)
        session.epoch_evaluated.connect(self._on_epoch_evaluated)
        session.state_changed.connect(self._on_state_changed)

    def as_now(self, entry: RunEntry) -> RunEntry:
        """Return the entry of the session's run as the run stands now, any other as it is."""
        folder, started = self._session.run_folder, self._started
        if started is None or folder is None or folder.path != entry.folder.path:
            return entry
        info, (iteration, now) = entry.info, self._moments[-1]
        # The folder knows of its last checkpoint; the time since then is added.
        number = bisect_right(self._moments, (info.iteration, float("inf")))
        since = now - self._moments[max(number - 1, 0)][1]
        info = replace(
            info,
            state="running",
            message="",
            epochs=started.epochs,
            iterations=started.iterations,
            iteration=iteration,
            seconds=info.seconds + since,
            curve=loss_curve(self._history) or info.curve,
        )
        if evaluations := self._history.evaluations:
            best = max(evaluations, key=lambda e: e.test_accuracy)
            info = replace(
                info,
                best_accuracy=best.test_accuracy,
                best_iteration=self._own(best.iteration),
                last_accuracy=evaluations[-1].test_accuracy,
            )
        return replace(entry, info=info, is_live=True)

    def _own(self, iteration: int) -> int:
        """Return an iteration as the run's files count, which begin at 0 for a branch, too."""
        return iteration - self._session.branched_at

    def _tell(self) -> None:
        self._told_at = perf_counter()
        made = len(self._history.iterations)
        iteration = self._own(int(self._history.iterations[-1])) if made else 0
        self._moments.append((iteration, self._clock.seconds))
        self.changed.emit()

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        if not self._session.is_busy:  # a run that is over was opened
            return
        self._started = event
        self._history = event.history.copy() if event.history else History(event.learning_rate)
        self._clock = Clock()
        self._moments = []
        self._tell()

    @Slot(object)
    def _on_steps_done(self, steps: list[StepDone]) -> None:
        self._history.add_steps(steps)
        if perf_counter() - self._told_at >= REST:
            self._tell()

    @Slot(object)
    def _on_epoch_evaluated(self, event: EpochEvaluated) -> None:
        self._history.add_evaluation(event)
        self._tell()

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        if state is State.IDLE:
            self._started = None
        elif state is State.PAUSED:
            self._clock.stop()
            self._tell()
        elif state is State.RUNNING and self._started is not None:
            self._clock.start()
