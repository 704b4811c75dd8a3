"""A new user's first minute: ``python resources/screenshots/first_minute.py --out FOLDER``.

Drives the real window, without a screen and with a home of its own, as a person would: draws a 7
with the mouse and sees the answer of the weights that come with the lab, fetches MNIST, trains on
it, and draws again. MNIST comes over HTTP from a server on this computer, which hands out the
four gzipped files in the folder that ``--mnist`` or the environment variable CONVLAB_MNIST names.
There is a picture of each stage, in light and in dark, and a line that tells what the lab said.
It takes a minute or two.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from take_screenshots import USUAL, prepare, wait_until

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SEVEN = [[(0.25, 0.22), (0.75, 0.2), (0.6, 0.45), (0.45, 0.85)]]
FOUR = [[(0.35, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.6, 0.2), (0.6, 0.88)]]
MOVES = 12  # of the mouse from one point to the next


def main() -> None:
    """Take the pictures in one scheme, and let a second process take them in the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to fill")
    parser.add_argument("--mnist", type=Path, default=os.environ.get("CONVLAB_MNIST"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--scheme", choices=["light", "dark"], help="only this one")
    options = parser.parse_args()
    if options.mnist is None or not (options.mnist / "train-images-idx3-ubyte.gz").is_file():
        parser.error("name a folder with the four gzipped files of MNIST by --mnist")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.scheme is None:
        for scheme in ("light", "dark"):
            again = [sys.executable, __file__, *sys.argv[1:], "--scheme", scheme]
            subprocess.run(again, check=True)
        return
    with tempfile.TemporaryDirectory() as home, _mirror(options.mnist) as address:
        prepare(Path(home), scale=1)
        os.environ["CONVLAB_MIRROR"] = address
        os.environ.pop("CONVLAB_MNIST", None)  # or it would be here already
        _FirstMinute(options.out, options.scheme).live(options.epochs)


class _FirstMinute:
    """One window, used from its opening on."""

    def __init__(self, folder: Path, scheme: str) -> None:
        from PySide6.QtWidgets import QApplication

        from convlab.threads import use_one_blas_thread
        from convlab.ui.app import make_window

        use_one_blas_thread()
        self._folder, self._scheme = folder, scheme
        self._app: QApplication = QApplication(sys.argv[:1])
        self._window = make_window(self._app)
        self._window.theme.choose(scheme)  # type: ignore[arg-type]
        self._window.resize(*USUAL)
        self._window.show()
        self._settle()
        self._window.docks.arrange()
        self._panels: dict[str, Any] = self._window.docks.panels
        self._stage = 0

    def live(self, epochs: int) -> None:
        """Go through all stages and close the window."""
        self._save("start")
        self._draw(SEVEN)
        self._save("drawn")
        self._fetch()
        self._use()
        self._look_at_images()
        self._train(epochs)
        self._draw(FOUR)
        self._save("drawn-again")
        self._window.close()

    def _fetch(self) -> None:
        self._bring_up("Datasets")
        row = self._panels["Datasets"].row("mnist")
        self._save("to-be-fetched")
        self._click(row.button)
        wait_until(lambda: self._panels["Datasets"].model.progress is not None)
        self._save("fetching")
        wait_until(lambda: row.button.text() == "Use")
        self._save("fetched")

    def _use(self) -> None:
        lab = self._window.lab
        self._click(self._panels["Datasets"].row("mnist").button)
        wait_until(lambda: lab.dataset.name == "mnist")
        self._save("in-use")

    def _look_at_images(self) -> None:
        self._bring_up("Images")
        wait_until(lambda: self._panels["Images"].model.mean is not None)
        self._save("images")

    def _train(self, epochs: int) -> None:
        from PySide6.QtWidgets import QToolBar

        window = self._window
        self._bring_up("Filters")
        self._panels["Setup"].form.rows()["epochs"].editor.setValue(epochs)
        bar = window.findChild(QToolBar, "bar-run")
        self._click(bar.widgetForAction(window.controls.train))
        wait_until(lambda: window.progress.epoch > 1 or not window.lab.session.is_busy)
        self._save("training")
        wait_until(lambda: not window.lab.session.is_busy)
        self._save("trained")

    def _draw(self, strokes: list[list[tuple[float, float]]]) -> None:
        """Draw with the mouse; places are in units of the paper's side."""
        from PySide6.QtCore import QPointF, Qt
        from PySide6.QtTest import QTest

        canvas = self._panels["Draw"].canvas
        canvas.clear_action.trigger()
        side = min(canvas.width(), canvas.height())
        corner = QPointF(canvas.width() - side, canvas.height() - side) / 2

        def place(x: float, y: float) -> Any:
            return (corner + QPointF(x, y) * side).toPoint()

        for stroke in strokes:
            QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(*stroke[0]))
            for (x0, y0), (x1, y1) in pairwise(stroke):
                for move in range(1, MOVES + 1):
                    share = move / MOVES
                    QTest.mouseMove(canvas, place(x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
                    self._settle()
            QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(*stroke[-1]))
        wait_until(lambda: self._panels["Draw"].model.probabilities is not None)
        self._settle()
        reading = self._panels["Draw"].reading
        print(f"    the answer is {reading.answer.text()!r}: {reading.status.text()}")

    def _bring_up(self, title: str) -> None:
        from PySide6.QtWidgets import QDockWidget

        panel: QWidget | None = self._panels[title]
        while panel is not None and not isinstance(panel, QDockWidget):
            panel = panel.parentWidget()
        assert panel is not None
        panel.show()
        panel.raise_()
        self._settle()

    def _click(self, button: "QWidget") -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _settle(self) -> None:
        for _ in range(10):
            self._app.processEvents()

    def _save(self, stage: str) -> None:
        self._settle()
        self._stage += 1
        path = self._folder / f"{self._stage:02}-{stage}-{self._scheme}.png"
        if not self._window.grab().save(str(path)):
            sys.exit(f"{path} cannot be written")
        print(path)


@contextmanager
def _mirror(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback meanwhile; yields the address."""
    handler = partial(_Quiet, directory=str(folder.resolve()))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
