"""How fast the window follows the scrubber: ``python tests/benchmarks/scrubbing.py``.

Trains SimpleConvNet for a few epochs in the real window, with an image on the canvas, then goes
through all moments of the run, backward, and prints how long each takes until everything is drawn.
The window is drawn without a screen unless QT_QPA_PLATFORM says otherwise.
"""

import argparse
import os
import sys
import tempfile
from time import perf_counter

import numpy as np

LIMIT = 50  # milliseconds


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME")
        os.environ |= dict.fromkeys(homes, home)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _scrub(options.epochs)


def _scrub(epochs: int) -> None:
    from PySide6.QtWidgets import QApplication

    from convlab.app.session import State
    from convlab.app.shown_picture import ShownPicture
    from convlab.threads import use_one_blas_thread
    from convlab.training.config import TrainingConfig
    from convlab.ui.app import make_window

    use_one_blas_thread()
    app = QApplication(sys.argv[:1])
    window = make_window(app, "bundled")
    window.resize(1366, 768)
    window.show()
    lab = window.lab
    lab.show_picture(ShownPicture(lab.dataset.test.images[3], "Test image 4"))
    lab.set_config(TrainingConfig.from_dict({"epochs": epochs}))
    lab.session.state_changed.connect(lambda state: state is State.IDLE and app.quit())
    window.controls.train.trigger()
    app.exec()
    machine = lab.time_machine
    machine.look()
    times = []
    for position in reversed(range(len(machine.moments))):
        start = perf_counter()
        machine.go_to(position)
        app.processEvents()
        window.grab()  # which draws all of it, whatever the screen has asked for
        times.append(1000 * (perf_counter() - start))
    print(
        f"{len(times)} moments: {np.median(times):.1f} ms (median), "
        f"{np.percentile(times, 99):.1f} ms (99th percentile, at most {LIMIT})"
    )
    window.close()


if __name__ == "__main__":
    main()
