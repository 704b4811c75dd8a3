"""The status bar: state, epoch and iteration, speed, time left and a progress bar."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QStatusBar, QWidget

from convlab.app.progress import Progress
from convlab.app.session import State
from convlab.training.events import EndReason
from convlab.ui.theme import SPACE
from convlab.ui.widgets.steady_label import SteadyLabel

WIDE = 115 * SPACE  # pixels; a narrower bar has no room for where a branch began
_STATES = {
    State.IDLE: "Ready",
    State.STARTING: "Starting…",
    State.RUNNING: "Training",
    State.PAUSED: "Paused",
    State.STOPPING: "Stopping…",
}
_ENDS: dict[EndReason, str] = {
    "finished": "Finished",
    "early": "Ended early",
    "stopped": "Stopped",
    "diverged": "Diverged",
}


class Status(QStatusBar):
    """Shows the progress of the session in words that keep their places."""

    def __init__(self, progress: Progress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = progress
        self.setSizeGripEnabled(False)
        self.setContentsMargins(0, 0, SPACE, SPACE // 2)
        self._state = self._label("Stopping… and more", "State")
        self._epoch = self._label("Epoch 10,000 of 10,000", "Epoch")
        self._iteration = self._label("Iteration 10,000,000 of 10,000,000", "Iteration")
        self._speed = self._label("1,000.0 steps/s", "Speed")
        self._left = self._label("23 h 59 min left", "Time left")
        self._bar = QProgressBar()
        self._bar.setMinimumWidth(64)
        self._bar.setMaximumWidth(260)
        self._bar.setAccessibleName("Progress of the run")
        self.addPermanentWidget(self._bar, 1)
        progress.changed.connect(self._on_progress_changed)
        self._on_progress_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more where there is room for it."""
        super().resizeEvent(event)
        self._on_progress_changed()

    def _label(self, widest: str, name: str) -> SteadyLabel:
        label = SteadyLabel(self.fontMetrics().horizontalAdvance(widest) * 3 // 4)
        label.setContentsMargins(SPACE, 0, 0, 0)
        label.label.setAccessibleName(name)
        self.addWidget(label)
        return label

    def _on_progress_changed(self) -> None:
        progress = self._progress
        self._state.set_text(self._state_text())
        started = progress.iterations > 0
        self._epoch.set_text(f"Epoch {progress.epoch:,} of {progress.epochs:,}" if started else "")
        self._iteration.set_text(self._iteration_text() if started else "")
        self._explain_branch()
        speed, left = progress.steps_per_second, progress.seconds_left
        running = progress.state is State.RUNNING
        self._speed.set_text(f"{speed:,.1f} steps/s" if running and speed else "")
        self._left.set_text(f"{duration(left)} left" if running and left is not None else "")
        self._bar.setVisible(started)
        self._bar.setRange(progress.branched_at, max(progress.iterations, 1))
        self._bar.setValue(progress.iteration)

    def _iteration_text(self) -> str:
        progress = self._progress
        text = f"Iteration {progress.iteration:,} of {progress.iterations:,}"
        at = progress.branched_at
        return f"{text} (branched at {at:,})" if at and self.width() >= WIDE else text

    def _explain_branch(self) -> None:
        at = self._progress.branched_at
        why = f"Counted on from iteration {at:,}, at which this run left another one" if at else ""
        for label in (self._epoch, self._iteration):
            label.setToolTip(why)

    def _state_text(self) -> str:
        if self._progress.is_loading:
            return "Loading…"
        ended = self._progress.ended
        if self._progress.state is State.IDLE and ended is not None:
            return _ENDS[ended.reason]
        return _STATES[self._progress.state]


def duration(seconds: float) -> str:
    """Return a time in words, such as ``42 s``, ``3 min 05 s`` or ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
