"""How soon the lab answers while one draws: ``python tests/benchmarks/latency.py``.

Moves a pen over the canvas of the real window sixty times a second, idle and while it trains at
full speed, and measures the time from each pointer event to the end of the repaint that shows the
new answer. Ends with exit code 1 if a 99th percentile is over its limit. Whatever else keeps the
computer busy is measured, too. The window is drawn without a screen unless QT_QPA_PLATFORM says
otherwise.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from convlab.app.session import State
from convlab.nn import SimpleConvNet
from convlab.threads import use_one_blas_thread
from convlab.training.config import TrainingConfig
from convlab.ui.app import make_window
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.draw import DrawPanel

SIZE = (1366, 768)
SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 1920, "height": 1080, "dpr": 1}
SCREEN |= {"logicalDpi": 96, "logicalBaseDpi": 96}
INTERVAL = 16  # milliseconds between pointer events
LIMITS = {"idle": 16.0, "training": 33.0}  # milliseconds, of the 99th percentile
POINTS = 60  # of a stroke; then the paper is cleared
WARM_UP = 30  # events that are not counted


def main() -> None:
    """Print the latencies, and tell by the exit code whether they are low enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1000, help="pointer events of each part")
    parser.add_argument("--steps", action="store_true", help="with the preprocessing shown")
    options = parser.parse_args()
    missed = False
    with a_window(with_steps=options.steps) as window:
        for what, limit in LIMITS.items():
            if what == "training":
                window.lab.set_config(TrainingConfig.from_dict({"epochs": 10_000, "seed": 0}))
                window.controls.train.trigger()
                wait_for(window, State.RUNNING)
            values = latencies(window, options.events)
            median, high = np.percentile(values, [50, 99])
            missed |= bool(high > limit)
            print(
                f"{what}: {median:.1f} ms (median), {high:.1f} ms (99th percentile, at most "
                f"{limit:.0f}), {values.max():.1f} ms (largest of {len(values):,})"
            )
    sys.exit(1 if missed else 0)


@contextmanager
def a_window(*, with_steps: bool) -> Iterator[MainWindow]:
    """Open the window in a home of its own; some network answers from the start."""
    with tempfile.TemporaryDirectory() as home:
        screen = Path(home) / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}))
        os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={screen}")
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"):
            os.environ[variable] = home
        use_one_blas_thread()
        window = make_window(QApplication(sys.argv[:1]), "bundled")
        window.resize(*SIZE)
        window.show()
        window.docks.docks["Draw"].raise_()
        if window.lab.predictor.network is None:
            digits = window.lab.dataset.train
            window.lab.predictor.use(SimpleConvNet(), trained=True, learned_from=digits)
        panel_of(window).restore_choices({"preprocessing": "shown" if with_steps else "hidden"})
        yield window
        window.lab.session.stop()
        wait_for(window, State.IDLE)
        window.close()


def wait_for(window: MainWindow, state: State) -> None:
    """Run the event loop until the session is in a state."""
    while window.lab.session.state is not state:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def panel_of(window: MainWindow) -> DrawPanel:
    """Return the panel with the canvas."""
    panel = window.docks.panels["Draw"]
    assert isinstance(panel, DrawPanel)
    return panel


def latencies(window: MainWindow, events: int) -> NDArray[np.float64]:
    """Draw with ``events`` pointer events; return the milliseconds to the answer of each."""
    hand = Hand(panel_of(window))
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(hand.move)
    timer.start(INTERVAL)
    while len(hand.latencies) < events + WARM_UP:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    timer.stop()
    hand.finish()
    return np.array(hand.latencies[WARM_UP:])


class Hand(QObject):
    """Draws spirals, and notes how long after each movement the answer to it is on the screen."""

    def __init__(self, panel: DrawPanel) -> None:
        super().__init__()
        self.latencies: list[float] = []  # milliseconds
        self._panel = panel
        self._moves = 0
        self._unread: list[float] = []  # when the events came that the network has not read
        self._unpainted: list[float] = []  # those that it has read
        panel.model.changed.connect(self._on_read)
        panel.reading.picture.installEventFilter(self)  # painted anew for every answer

    def finish(self) -> None:
        """Stop looking."""
        self._panel.model.changed.disconnect(self._on_read)
        self._panel.reading.picture.removeEventFilter(self)

    def move(self) -> None:
        """Move on, or begin another spiral on another sheet."""
        step = self._moves % POINTS
        self._moves += 1
        if step == 0:
            self._send(QEvent.Type.MouseButtonRelease, step)
            self._panel.canvas.clear()
            self._send(QEvent.Type.MouseButtonPress, step)
            return
        self._unread.append(perf_counter())
        self._send(QEvent.Type.MouseMove, step)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """See the answer being painted."""
        if event.type() is QEvent.Type.Paint and self._unpainted:
            # All widgets are painted in one go, and what is posted now comes after that.
            QTimer.singleShot(0, self, self._on_painted)
        return False

    def _send(self, kind: QEvent.Type, step: int) -> None:
        paper = self._panel.canvas.paper
        angle, radius = step / 9, 0.1 + 0.3 * step / POINTS
        place = QPointF(0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle))
        position = paper.topLeft() + place * paper.width()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind,
            position,
            self._panel.canvas.mapToGlobal(position),
            none if kind is QEvent.Type.MouseMove else left,
            none if kind is QEvent.Type.MouseButtonRelease else left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self._panel.canvas, event)

    def _on_read(self) -> None:
        self._unpainted += self._unread
        self._unread.clear()

    def _on_painted(self) -> None:
        now = perf_counter()
        self.latencies += [1000 * (now - then) for then in self._unpainted]
        self._unpainted.clear()


if __name__ == "__main__":
    main()
