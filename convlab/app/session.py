"""One training at a time: starts it in a thread, passes commands in and events out."""

from collections import deque
from enum import Enum

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.built_run import Built, built
from convlab.app.counting import Counting
from convlab.app.keeping import Keeping
from convlab.app.worker import Worker
from convlab.data.dataset import Dataset
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
    Warned,
)
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore
from convlab.training.trainer import Trainer

DRAIN_INTERVAL = 125  # milliseconds; drawing more often would take time from the training
LARGE = 2_000_000  # parameters; to draw more at random would hold up the window


class State(Enum):
    """What the session is doing."""

    IDLE = "idle"
    STARTING = "starting"  # a large network is being built
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class Session(QObject):
    """Trains in a worker thread and re-emits what happens in the GUI thread.

    All signals are emitted in the session's own thread, at most eight times a second.
    ``steps_done`` carries a list of :class:`StepDone`, in order; the others carry the event of
    their name. Within one drain the order of the events is kept, but that steps come before the
    snapshots among them. Iterations and epochs are as people count them: those of a branch go on
    from those of the run that it left.

    ``weights_shown`` carries the :class:`SnapshotTaken` that views show from now on: the latest
    one, or that of another moment which :meth:`show_moment` was called with. With a ``store`` every
    run is kept there, in :attr:`run_folder`; ``warned`` says what went wrong with that.
    ``loading_changed`` says whether a run is being loaded that will begin or be shown soon.
    """

    state_changed = Signal(object)
    run_started = Signal(object)
    steps_done = Signal(object)
    epoch_evaluated = Signal(object)
    snapshot_taken = Signal(object)
    learning_rate_changed = Signal(object)
    run_ended = Signal(object)
    weights_shown = Signal(object)
    warned = Signal(str)
    failed = Signal(str)
    loading_changed = Signal(bool)

    def __init__(self, store: RunStore | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeping = Keeping(store)
        self._parent = ""
        self._counting = Counting()
        self._is_loading = False
        self._building = Background(self)
        self._building.returned.connect(self._on_built)
        self._building.failed.connect(self._on_not_built)
        self._latest: SnapshotTaken | None = None
        self._is_held = False  # whether another moment is shown than the latest
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
    def run_folder(self) -> RunFolder | None:
        """The folder of the present run, or of the last one; None if it is not kept."""
        return self._keeping.folder

    @property
    def unkept(self) -> str:
        """A sentence on why the present run, or the last one, is not kept; else empty."""
        return self._keeping.unkept

    @property
    def trouble(self) -> str:
        """What to tell at the end of a run that could not be kept where it belongs."""
        return self._keeping.trouble

    @property
    def parent_name(self) -> str:
        """The name of the folder of the run that the present one left; empty if it left none."""
        return self._parent

    @property
    def branched_at(self) -> int:
        """The iteration at which the present run left another one; 0 if it did not."""
        return self._counting.iterations

    @property
    def latest(self) -> SnapshotTaken | None:
        """The latest weights of the run; None before any."""
        return self._latest

    @property
    def is_busy(self) -> bool:
        """Whether a run is starting or on, paused or not."""
        return self._thread is not None or self._state is not State.IDLE

    @property
    def takes_time(self) -> bool:
        """Whether a run keeps a core busy: one is starting or on, and not paused."""
        return self._state not in (State.IDLE, State.PAUSED)

    @property
    def is_loading(self) -> bool:
        """Whether a run is being loaded that will begin or be shown soon."""
        return self._is_loading

    def set_loading(self, is_loading: bool) -> None:
        """Tell whether a run is being loaded."""
        if is_loading != self._is_loading:
            self._is_loading = is_loading
            self.loading_changed.emit(is_loading)

    def start(self, config: TrainingConfig, dataset: Dataset, *, paused: bool = False) -> None:
        """Start a run of ``config`` on ``dataset``; with ``paused``, pause after one mini-batch.

        A large network is built in the background first. Raises :class:`ConvlabError` if the
        network cannot be built on these images; ``failed`` tells what goes wrong later.
        """
        self._refuse_while_busy()
        layers = config.layer_shapes(
            dataset.image_shape, len(dataset.class_names), len(dataset.train)
        )
        if sum(layer.stored_count for layer in layers) <= LARGE:
            self._on_built(built(config, dataset, paused=paused))
        else:
            self._set_state(State.STARTING)
            self._building.start(lambda: built(config, dataset, paused=paused))

    @Slot(object)
    def _on_built(self, run: Built) -> None:
        recorder = self._keeping.begin(run.config)
        self._start(run.trainer, run.dataset, recorder, paused=run.paused)

    @Slot(str)
    def _on_not_built(self, sentence: str) -> None:
        self.failed.emit(sentence)
        self._set_state(State.IDLE)

    @Slot()
    def _on_start_given_up(self) -> None:
        self._set_state(State.IDLE)

    def branch(
        self, trainer: Trainer, config: TrainingConfig, dataset: Dataset, parent: RunFolder
    ) -> None:
        """Start a run of ``config`` whose ``trainer`` begins at a moment of ``parent``."""
        self._refuse_while_busy()
        name = parent.path.name
        self._start(trainer, dataset, self._keeping.begin(config, name), name)

    def go_on(
        self, trainer: Trainer, config: TrainingConfig, dataset: Dataset, folder: RunFolder
    ) -> None:
        """Go on with a stored run of ``config``, of which ``trainer`` is."""
        self._refuse_while_busy()
        recorder = self._keeping.go_on(folder, config)
        self._start(trainer, dataset, recorder, _parent_of(folder))

    def show_past(
        self, folder: RunFolder, started: RunStarted, latest: SnapshotTaken, ended: RunEnded
    ) -> None:
        """Tell of a run that was over before, as if it had just ended."""
        if self.is_busy:
            raise RuntimeError("a run is on")
        self._keeping.show(folder)
        self._dataset, self._is_held = None, False
        self._parent = _parent_of(folder)
        for event in (started, latest, ended):
            self._announce(self._counting.told(event))

    def show_moment(self, moment: SnapshotTaken | None) -> None:
        """Let views show the weights of another moment; None for the latest ones again."""
        self._is_held = moment is not None
        shown = moment or self._latest
        if shown is not None:
            self.weights_shown.emit(shown)

    def _refuse_while_busy(self) -> None:
        """Raise RuntimeError before anything of a second run is made."""
        if self.is_busy:
            raise RuntimeError("a run is on already")

    def _start(
        self,
        trainer: Trainer,
        dataset: Dataset,
        recorder: Recorder | None,
        parent: str = "",
        *,
        paused: bool = False,
    ) -> None:
        self._dataset = dataset
        self._parent = parent
        self._latest, self._is_held = None, False
        self._control = Control()
        if paused:
            self._control.step()
        self._events.clear()
        self._thread = QThread()
        self._thread.setObjectName("training")
        self._worker = Worker(trainer, self._control, self._events, recorder)
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
        """End the run before the next mini-batch; ``run_ended`` follows, unless it only starts."""
        if self._state is State.STARTING:
            self._building.drop()
            self._set_state(State.STOPPING)
            QTimer.singleShot(0, self, self._on_start_given_up)
        elif self._thread is not None:
            self._control.stop()
            self._set_state(State.STOPPING)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next mini-batch on."""
        self._control.set_learning_rate(learning_rate)

    @Slot()
    def _drain(self) -> None:
        steps: list[StepDone] = []
        moments: list[SnapshotTaken] = []
        for _ in range(len(self._events)):
            event = self._counting.told(self._events.popleft())
            self._keeping.hear(event)
            if isinstance(event, StepDone):
                steps.append(event)
            elif isinstance(event, SnapshotTaken):
                moments.append(event)
            else:
                self._announce_learning(steps, moments)
                steps, moments = [], []
                self._announce(event)
        self._announce_learning(steps, moments)

    def _announce_learning(self, steps: list[StepDone], moments: list[SnapshotTaken]) -> None:
        """Tell of steps and of the moments among them, of which views show the last one only."""
        if steps:
            self.steps_done.emit(steps)
        for moment in moments:
            self._latest = moment
            self.snapshot_taken.emit(moment)
        if moments and not self._is_held:
            self.weights_shown.emit(moments[-1])

    def _announce(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.run_started.emit(event)
                if self.unkept:
                    self.warned.emit(f"{self.unkept} The training goes on; this run is not kept.")
            case EpochEvaluated():
                self.epoch_evaluated.emit(event)
            case SnapshotTaken():
                self._announce_learning([], [event])
            case Warned():
                self.warned.emit(event.sentence)
            case LearningRateChanged():
                self.learning_rate_changed.emit(event)
            case Paused():
                if self._state is State.RUNNING:
                    self._set_state(State.PAUSED)
            case Resumed():
                if self._state is State.PAUSED:
                    self._set_state(State.RUNNING)
            case RunEnded():
                in_use = event.weights_iteration
                iteration = event.iteration if in_use is None else in_use
                self._announce_learning([], [SnapshotTaken(iteration, event.params)])
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


def _parent_of(folder: RunFolder) -> str:
    info = folder.info()
    return "" if info is None else info.parent
