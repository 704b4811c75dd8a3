"""What is being read, how far it is, and the way to give it up, in the status bar."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from convlab.app.loader import DatasetLoader
from convlab.ui.theme import SPACE

_PATIENCE = 300  # milliseconds; what is read sooner needs no words
_WIDEST_NAME = 20 * SPACE  # pixels


class LoadingStatus(QWidget):
    """Hidden until the reading of a dataset takes longer than a moment."""

    def __init__(self, loader: DatasetLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(10 * SPACE, SPACE)
        self.bar.setAccessibleName("Progress of the reading")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Keep the dataset that is in use")
        self.cancel.setAccessibleName("Cancel the reading")
        self.cancel.clicked.connect(loader.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        for widget in (self.label, self.bar, self.cancel):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE)
        self._timer.timeout.connect(self.show)
        loader.loading_changed.connect(self._on_loading_changed)
        loader.progressed.connect(self._on_progressed)
        self.hide()

    @Slot(bool)
    def _on_loading_changed(self, is_loading: bool) -> None:
        if not is_loading:
            self._timer.stop()
            self.hide()
            return
        name = Path(self._loader.name).name
        metrics = self.label.fontMetrics()
        name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _WIDEST_NAME)
        self.label.setText(f"Reading {name}…")
        self.bar.setRange(0, 0)  # until there is something to tell
        self._timer.start()

    @Slot(float)
    def _on_progressed(self, share: float) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * share))
