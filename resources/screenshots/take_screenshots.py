"""Takes the screenshots of the README: ``python resources/screenshots/take_screenshots.py``.

Drives the real window, without a screen and with a home of its own: trains, changes the learning
rate, draws a digit, and saves what is seen in light and in dark, and in some of the panels that
look inside. With ``--states`` it saves other
states, too, for whoever changes the window and wants to look at all of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from convlab.data.digit_image import Drawing
    from convlab.ui.main_window import MainWindow

USUAL = (1366, 768)
SMALL = (1024, 600)
SMALLEST = (683, 384)  # what is left of 1366x768 at twice the scale
SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 1920, "height": 1080}
LONGEST_WAIT = 120_000  # milliseconds
EPOCHS = 10
CHANGE_AT = 6  # the epoch after which the learning rate changes
INSIDE = ("Inspector", "Why this answer", "Mistakes")
COMPUTING = 3000  # milliseconds in which these panels have computed what they show
PICTURE_AT = 8  # the epoch after which the picture of a run under way is taken


def main() -> None:
    """Save the pictures into the folder that the options name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to fill")
    parser.add_argument("--states", action="store_true", help="save all states, not just two")
    parser.add_argument("--large", action="store_true", help="save these at 200 %% scale only")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        prepare(Path(home), scale=2 if options.large else 1)
        shots = Shots(options.out, "-200" if options.large else "")
        if options.large:
            shots.take_states()
        else:
            shots.take_lab()
            if options.states:
                shots.take_states()
    if options.states and not options.large:
        again = [sys.executable, __file__, "--out", str(options.out), "--large"]
        subprocess.run(again, check=True)


def prepare(home: Path, scale: int) -> None:
    """Give Qt a screen, and the lab an empty home; both must be known before Qt is imported."""
    screen = SCREEN | {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screen |= {side: scale * SCREEN[side] for side in ("width", "height")}  # type: ignore[operator]
    (home / "screen.json").write_text(json.dumps({"screens": [screen]}))
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={home / 'screen.json'}"
    os.environ["QT_SCALE_FACTOR"] = str(scale)
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"):
        os.environ[variable] = str(home)


class Shots:
    """One window after another, and the pictures of it."""

    def __init__(self, folder: Path, suffix: str) -> None:
        from PySide6.QtWidgets import QApplication

        from convlab.threads import use_one_blas_thread

        use_one_blas_thread()
        self._folder = folder
        self._suffix = suffix
        self._app: QApplication = QApplication(sys.argv[:1])

    def take_lab(self) -> None:
        """Save a run under way in light, and the same run at its end in dark."""
        window = self._window("light")
        drawing(window).set_drawing(a_three())
        self._start(window)
        self._wait_for_epoch(window, CHANGE_AT)
        window.lab.session.set_learning_rate(0.0005)
        self._wait_for_epoch(window, PICTURE_AT)
        self._save(window, "lab-light")
        wait(window.lab.session.run_ended)
        window.theme.choose("dark")
        self._save(window, "lab-dark")
        window.theme.choose("light")
        for title in INSIDE:
            window.docks.bring(title)
            linger(COMPUTING)
            self._save(window, f"inside-{title.split()[0].lower()}")
            window.docks.docks[title].close()
        self._close(window)

    def take_states(self) -> None:
        """Save what the README does not show."""
        for scheme in ("light", "dark"):
            window = self._window(scheme)
            self._save(window, f"empty-{scheme}")
            self._break_settings(window)
            self._save(window, f"error-{scheme}")
            self._close(window)
            for size in (USUAL, SMALL, SMALLEST):
                self._take_trained(scheme, size)

    def _take_trained(self, scheme: str, size: tuple[int, int]) -> None:
        window = self._window(scheme, size)
        drawing(window).set_drawing(a_three())
        self._start(window)
        self._wait_for_epoch(window, 2)
        window.lab.session.pause()
        wait_until(lambda: window.lab.session.state.value == "paused")
        self._save(window, f"paused-{size[0]}-{scheme}")
        window.lab.session.stop()
        wait(window.lab.session.run_ended)
        self._save(window, f"stopped-{size[0]}-{scheme}")
        self._close(window)

    def _window(self, scheme: str, size: tuple[int, int] = USUAL) -> "MainWindow":
        from convlab.ui.app import make_window

        window = make_window(self._app, "bundled")
        window.theme.choose(scheme)  # type: ignore[arg-type]
        window.resize(*size)
        window.show()
        self._settle()
        window.docks.arrange()
        return window

    def _start(self, window: "MainWindow") -> None:
        from convlab.training.config import TrainingConfig

        window.lab.set_config(TrainingConfig.from_dict({"epochs": EPOCHS}))
        window.controls.train.trigger()

    def _wait_for_epoch(self, window: "MainWindow", epoch: int) -> None:
        while window.progress.epoch <= epoch and window.lab.session.is_busy:
            wait(window.progress.changed)

    def _break_settings(self, window: "MainWindow") -> None:
        from convlab.ui.panels.setup import SetupPanel

        setup = window.docks.panels["Setup"]
        assert isinstance(setup, SetupPanel)
        values: dict[str, Any] = dict(setup.model.values)
        values["network"] = {**values["network"], "filter_size": 30}
        setup.form.set_values(values)
        setup.model.edit(values)

    def _save(self, window: "MainWindow", name: str) -> None:
        self._settle()
        path = self._folder / f"{name}{self._suffix}.png"
        picture = window.grab().toImage()
        if not picture.save(str(path)):
            sys.exit(f"{path} cannot be written")
        print(f"{path} {picture.width()}x{picture.height()} {path.stat().st_size // 1024} kB")

    def _settle(self) -> None:
        for _ in range(20):
            self._app.processEvents()

    def _close(self, window: "MainWindow") -> None:
        window.close()
        window.deleteLater()
        self._settle()


def wait(signal: "SignalInstance") -> None:
    """Run the event loop until ``signal`` is emitted; give up after two minutes."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(LONGEST_WAIT, loop, lambda: sys.exit("the lab did not answer"))
    loop.exec()


def wait_until(holds: Callable[[], bool]) -> None:
    """Run the event loop until ``holds`` returns true."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    while not holds():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def drawing(window: "MainWindow") -> Any:
    """Return the canvas of the window."""
    from convlab.ui.panels.draw import DrawPanel

    panel = window.docks.panels["Draw"]
    assert isinstance(panel, DrawPanel)
    return panel.canvas


def a_three() -> "Drawing":
    """Return a 3 as a hand might draw it, in units of the paper's side."""
    from convlab.data.digit_image import Drawing, Stroke

    top = np.radians(np.linspace(200, 445, 40))
    bottom = np.radians(np.linspace(-80, 160, 40))
    x = np.concatenate([0.48 + 0.17 * np.cos(top), 0.49 + 0.20 * np.cos(bottom)])
    y = np.concatenate([0.32 + 0.15 * np.sin(top), 0.66 + 0.19 * np.sin(bottom)])
    return Drawing((Stroke(np.stack([x, y], axis=1), width=0.09),))


def linger(milliseconds: int) -> None:
    """Let the window go on for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
