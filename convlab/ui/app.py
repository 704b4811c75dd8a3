"""Makes the application and its window."""

import os
import signal
import sys
from dataclasses import replace

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from convlab import __version__
from convlab.app.lab import Lab
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.training.run_store import RunStore
from convlab.ui.garbage import Garbage
from convlab.ui.main_window import MainWindow
from convlab.ui.theme import Theme
from convlab.ui.window_memory import WindowMemory

NO_WINDOW = 2  # the exit code where Qt finds no screen


def run_app(dataset: str | None) -> int:
    """Open the lab and return its exit code when the window was closed.

    Where Qt cannot reach the screen, say so and end the program with the exit code 2.
    Raises :class:`ConvlabError` if ``dataset`` was named and cannot be read.
    """
    app = QApplication.instance() or _make_application()
    assert isinstance(app, QApplication)
    app.setApplicationName("convlab")
    app.setApplicationDisplayName("convlab")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("convlab")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would never see Ctrl+C
    window = make_window(app, dataset)
    Garbage(window).take_over()
    window.show()
    return app.exec()


def _make_application() -> QApplication:
    """Return Qt's application, or end the program with a sentence where there is no screen."""
    said: list[str] = []

    def on_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            said.append(text)
            return
        reason = said[0] if said else text
        sys.stderr.write(
            f"convlab: The window cannot be opened; Qt says: {reason.strip().rstrip('.')}. "
            "Train without a window instead: convlab train --help\n"
        )
        sys.stderr.flush()
        os._exit(NO_WINDOW)  # Qt aborts the program as soon as this returns

    before = qInstallMessageHandler(on_message)
    app = QApplication(sys.argv[:1])
    qInstallMessageHandler(before)
    sys.stderr.write("".join(f"{text}\n" for text in said))
    return app


def make_window(app: QApplication, dataset: str | None = None) -> MainWindow:
    """Return the window with the last settings, or with the defaults at the first start.

    Without a named dataset, the last one is opened if it is still there, else the bundled digits.
    """
    memory = WindowMemory()
    config = memory.last_config() or TrainingConfig()
    if dataset is not None:
        images = load_dataset(dataset)
    else:
        try:
            images = load_dataset(config.dataset)
        except ConvlabError:
            images = load_dataset("bundled")
    lab = Lab(images, replace(config, dataset=images.name), RunStore())
    lab.use_shipped_weights()
    return MainWindow(lab, Theme(app, memory.scheme), memory)
