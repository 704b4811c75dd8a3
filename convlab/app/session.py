"""One training at a time: starts it in a thread, passes commands in and events out."""

from collections import deque
from enum import Enum

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from convlab.app.worker import Worker
from convlab.data.dataset import Dataset
from convlab.threads import threads_beside_window
from convlab.training.config import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import (
    EpochEvaluated,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
)
from convlab.training.trainer import Trainer

DRAIN_INTERVAL = 66  # milliseconds; drawing more often would take time from the training


class State(Enum):
    """What the session is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class Session(QObject):
    """Trains in a worker thread and re-emits what happens in the GUI thread.

    All signals are emitted in the session's own thread, at most 15 times a second. ``steps_done``
    carries a list of :class:`StepDone`, in order; the others carry the event of their name.
    Within one drain the order of the events is kept.
    """

    state_changed = Signal(object)
    run_started = Signal(object)
    steps_done = Signal(object)
    epoch_evaluated = Signal(object)
    snapshot_taken = Signal(object)
    learning_rate_changed = Signal(object)
    run_ended = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = State.IDLE
        self._events: deque[Event] = deque()
        self._control = Control()
        self._dataset: Dataset | None = None
        self._thread: QThread | None = None
        self._worker: Worker | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_INTERVAL)
        self._timer.timeout.connect(self._drain)

    @property
    def state(self) -> State:
        """What the session is doing."""
        return self._state

    @property
    def dataset(self) -> Dataset | None:
        """The images of the present run, or of the last one; None before any."""
        return self._dataset

    @property
    def is_busy(self) -> bool:
        """Whether a run is on, paused or not."""
        return self._thread is not None

    def start(self, config: TrainingConfig, dataset: Dataset, *, paused: bool = False) -> None:
        """Start a run of ``config`` on ``dataset``; with ``paused``, pause after one mini-batch.

        Raises :class:`ConvlabError` if the network cannot be built on these images.
        """
        if self.is_busy:
            raise RuntimeError("a run is on already")
        trainer = Trainer.from_config(config, dataset, threads=threads_beside_window())
        self._dataset = dataset
        self._control = Control()
        if paused:
            self._control.step()
        self._events.clear()
        self._thread = QThread()
        self._thread.setObjectName("training")
        self._worker = Worker(trainer, self._control, self._events)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.failed.connect(self._on_worker_failed)
        self._worker.finished.connect(self._on_worker_finished)
        self._set_state(State.RUNNING)
        self._timer.start()
        self._thread.start()

    def pause(self) -> None:
        """Pause before the next mini-batch."""
        self._control.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._control.resume()

    def step(self) -> None:
        """Learn one mini-batch and pause."""
        self._control.step()

    def stop(self) -> None:
        """End the run before the next mini-batch; ``run_ended`` follows."""
        if self.is_busy:
            self._control.stop()
            self._set_state(State.STOPPING)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next mini-batch on."""
        self._control.set_learning_rate(learning_rate)

    @Slot()
    def _drain(self) -> None:
        steps: list[StepDone] = []
        for _ in range(len(self._events)):
            event = self._events.popleft()
            if isinstance(event, StepDone):
                steps.append(event)
                continue
            if steps:
                self.steps_done.emit(steps)
                steps = []
            self._announce(event)
        if steps:
            self.steps_done.emit(steps)

    def _announce(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.run_started.emit(event)
            case EpochEvaluated():
                self.epoch_evaluated.emit(event)
            case SnapshotTaken():
                self.snapshot_taken.emit(event)
            case LearningRateChanged():
                self.learning_rate_changed.emit(event)
            case Paused():
                if self._state is State.RUNNING:
                    self._set_state(State.PAUSED)
            case Resumed():
                if self._state is State.PAUSED:
                    self._set_state(State.RUNNING)
            case RunEnded():
                self.run_ended.emit(event)

    @Slot(str)
    def _on_worker_failed(self, message: str) -> None:
        self._drain()
        self.failed.emit(message)

    @Slot()
    def _on_worker_finished(self) -> None:
        self._timer.stop()
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
        self._drain()
        self._thread = None
        self._worker = None
        self._set_state(State.IDLE)

    def _set_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)
