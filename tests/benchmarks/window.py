"""How fast the lab trains with its window open: ``python tests/benchmarks/window.py``.

In alternating rounds, the same run without a window, in the real window with the panels that are
open at first and a digit on the canvas that is read again with every snapshot, and with all panels
that look inside open, too, and seen. Prints the ratios of the steps per second, with the same
number of threads, by how much a timer of 16 ms in the GUI thread was late, and how much of a core
that thread took: the figure that depends least on what else the computer does. Nothing is measured
before the window has been opened and laid out. It is drawn without a screen unless QT_QPA_PLATFORM
says otherwise.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np

SIZE = (1366, 768)
SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 1920, "height": 1080, "dpr": 1}
SCREEN |= {"logicalDpi": 96, "logicalBaseDpi": 96}
INTERVAL = 0.016  # seconds
OPENING = 1.0  # seconds until everything has its place


def main() -> None:
    """Print what the rounds have found, as medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--child", choices=("alone", "window", "inside"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        if options.child == "alone":
            print(json.dumps(train(options.epochs)))
        else:
            print(json.dumps(train_in_window(options.epochs, inside=options.child == "inside")))
        return
    found: dict[str, list[dict[str, float]]] = {"alone": [], "window": [], "inside": []}
    for _ in range(options.rounds):
        for child, results in found.items():
            results.append(_run(child, options.epochs))
    speeds = {
        name: np.array([result["steps per second"] for result in results])
        for name, results in found.items()
    }
    for name, reference in (("window", "alone"), ("inside", "window")):
        speed, other = np.median(speeds[name]), np.median(speeds[reference])
        ratio = np.median(speeds[name] / speeds[reference])
        print(f"{name}: {speed:.1f} steps per second, {other:.1f} {reference}: ratio {ratio:.3f}")
        late = {what: np.median([r[what] for r in found[name]]) for what in ("median", "p99")}
        share = np.median([result["GUI share"] for result in found[name]])
        print(f"timer late by {late['median']:.1f} ms (median), {late['p99']:.1f} ms (p99)")
        print(f"the GUI thread took {share:.1%} of a core")
    print(f"with {found['window'][0]['threads']:.0f} thread(s)")


def _run(child: str, epochs: int) -> dict[str, float]:
    """Run one side in a process and a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME")
        screen = Path(home) / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}))
        platform = {"QT_QPA_PLATFORM": f"offscreen:configfile={screen}"}
        environment = platform | os.environ | dict.fromkeys(homes, home)
        command = [sys.executable, __file__, "--child", child, "--epochs", str(epochs)]
        result = subprocess.run(command, env=environment, check=True, capture_output=True)
    values: dict[str, float] = json.loads(result.stdout)
    return values


def train(epochs: int) -> dict[str, float]:
    """Train without a window."""
    from convlab.data.loading import load_dataset
    from convlab.threads import threads_beside_window
    from convlab.training.config import TrainingConfig
    from convlab.training.events import RunEnded
    from convlab.training.trainer import Trainer

    config = TrainingConfig.from_dict({"epochs": epochs, "seed": 0})
    trainer = Trainer.from_config(config, load_dataset("bundled"), threads=threads_beside_window())
    *_, ended = trainer.run()
    assert isinstance(ended, RunEnded)
    return {"steps per second": ended.iteration / ended.seconds}


def train_in_window(epochs: int, *, inside: bool) -> dict[str, float]:
    """Train in the window, and measure how late a timer comes meanwhile."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from convlab.data.digit_image import Drawing, Stroke
    from convlab.threads import threads_beside_window, use_one_blas_thread
    from convlab.training.config import TrainingConfig
    from convlab.training.events import RunEnded
    from convlab.ui.app import make_window
    from convlab.ui.panels.draw import DrawPanel

    use_one_blas_thread()
    app = QApplication(sys.argv[:1])
    window = make_window(app, "bundled")
    window.resize(*SIZE)
    window.show()
    for title, other in window.docks.panels.items():
        if inside and other.is_inside:
            dock = window.docks.docks[title]
            dock.setFloating(True)  # so that all are seen at once
            dock.resize(680, 330)
            dock.show()
    panel = window.docks.panels["Draw"]
    assert isinstance(panel, DrawPanel)
    seven = Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.4, 0.85]]), width=0.09)
    panel.canvas.set_drawing(Drawing((seven,)))
    window.lab.set_config(TrainingConfig.from_dict({"epochs": epochs, "seed": 0}))
    ended: list[RunEnded] = []
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(round(INTERVAL * 1000))
    timer.timeout.connect(lambda: ticks.append(perf_counter()))
    window.lab.session.run_ended.connect(ended.append)
    window.lab.session.state_changed.connect(lambda _: ended and app.quit())
    opening = QEventLoop()
    QTimer.singleShot(round(1000 * OPENING), opening.quit)
    opening.exec()
    timer.start()
    began, took = perf_counter(), thread_time()
    window.controls.train.trigger()
    app.exec()
    share = (thread_time() - took) / (perf_counter() - began)
    window.close()
    late = np.maximum(np.diff(ticks) - INTERVAL, 0) * 1000
    return {
        "steps per second": ended[0].iteration / ended[0].seconds,
        "threads": threads_beside_window(),
        "median": float(np.median(late)),
        "p99": float(np.percentile(late, 99)),
        "GUI share": share,
    }


if __name__ == "__main__":
    main()
