"""Makes the application and its window."""

import signal
import sys
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from convlab import __version__
from convlab.app.lab import Lab
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.ui.main_window import MainWindow
from convlab.ui.theme import Theme
from convlab.ui.window_memory import WindowMemory


def run_app(dataset: str | None) -> int:
    """Open the lab and return its exit code when the window was closed.

    Raises :class:`ConvlabError` if ``dataset`` was named and cannot be read.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("convlab")
    app.setApplicationDisplayName("convlab")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("convlab")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would never see Ctrl+C
    window = make_window(app, dataset)
    window.show()
    return app.exec()


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
    lab = Lab(images, replace(config, dataset=images.name))
    return MainWindow(lab, Theme(app, memory.scheme), memory)
