"""One dataset in the list: what it is, whether it is here, and the button for what comes next."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from convlab.app.datasets import DatasetEntry, State
from convlab.app.fetcher import Fetched
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.sample_strip import SampleStrip

NARROWEST = 34 * SPACE  # pixels
NARROW = 56 * SPACE  # pixels; narrower, there is no room for samples beside the words


class DatasetRow(QFrame):
    """Samples, words, and a button that says Fetch, Cancel or Use.

    The signals carry the name of the dataset.
    """

    fetch_wanted = Signal(str)
    cancel_wanted = Signal(str)
    use_wanted = Signal(str)

    _LABELS: ClassVar[dict[State, str]] = {
        "in use": "Use",
        "here": "Use",
        "opening": "Use",
        "to be fetched": "Fetch",
        "fetching": "Cancel",
    }

    def __init__(self, entry: DatasetEntry, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self._state: State = "here"
        self._theme = theme
        self.strip = SampleStrip(theme)
        self.title = QLabel(entry.title)
        self.title.setProperty("role", "title")
        self.status = QLabel()
        self.figures = _wrapped(_figures(entry), "muted")
        self.license = _wrapped(entry.license or entry.name, "muted")
        self.problem = _wrapped("", "error")
        self.button = QPushButton()
        self.button.clicked.connect(self._on_clicked)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.bar.setAccessibleName(f"Fetching {entry.title}")
        self.amount = _wrapped("", "muted")
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.set_state("here", is_fetching=False)
        self.set_problem("")

    def set_samples(self, images: NDArray[np.uint8] | None) -> None:
        """Show a few images (N, C, H, W)."""
        self.strip.set_images(images)

    def set_state(self, state: State, *, is_fetching: bool, is_canceling: bool = False) -> None:
        """Show how things stand; ``is_fetching`` tells whether any dataset is being fetched."""
        self._state = state
        text, role = {
            "in use": ("In use", "good"),
            "here": ("Here", "muted"),
            "opening": ("Opening…", "muted"),
            "to be fetched": (f"{size_in_words(self._entry.size)} to be fetched", "muted"),
            "fetching": ("Canceling…" if is_canceling else "Fetching…", "muted"),
        }[state]
        self.status.setText(text)
        _set_role(self.status, role)
        verb = self._LABELS[state]
        self.button.setText(verb)
        self.button.setAccessibleName(f"{verb} {self._entry.title}")
        self.button.setToolTip(self._tool_tip(state))
        waits = state == "to be fetched" and is_fetching
        self.button.setEnabled(not (waits or is_canceling or state in ("in use", "opening")))
        self.bar.setVisible(state == "fetching")
        self.amount.setVisible(state == "fetching")
        if state != "fetching":
            self.set_progress(None)

    def set_progress(self, progress: Fetched | None) -> None:
        """Show how much has arrived, and how fast; None before the first bytes."""
        if progress is None:
            self.bar.setRange(0, 1)
            self.bar.setValue(0)
            self.amount.setText("Waiting for the first mirror that answers…")
            return
        self.bar.setRange(0, 1000)
        self.bar.setValue(1000 * progress.done // max(progress.total, 1))
        if progress.done >= progress.total:
            self.amount.setText("Checking and unpacking…")
            return
        self.amount.setText(
            f"{progress.done / 1e6:,.1f} of {size_in_words(progress.total)}, "
            f"{size_in_words(progress.speed)} a second"
        )

    def set_problem(self, sentence: str) -> None:
        """Say what went wrong; nothing if it is empty."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def minimumSizeHint(self) -> QSize:
        """Ask for less width than samples and words take together; the samples may go."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words their room."""
        super().resizeEvent(event)
        self.strip.setVisible(self.width() >= NARROW)

    def _tool_tip(self, state: State) -> str:
        title = self._entry.title
        return {
            "in use": f"{title} is in use",
            "here": f"Train on {title} from the next run on",
            "opening": f"{title} is being read",
            "to be fetched": f"Fetch {title} into your cache folder, once and for all",
            "fetching": "Stop fetching; nothing of it is kept",
        }[state]

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.status)
        words = QVBoxLayout()
        words.setSpacing(SPACE // 4)
        words.addLayout(head)
        for widget in (self.figures, self.license, self.bar, self.amount, self.problem):
            words.addWidget(widget)
        words.addStretch(1)
        self.button.setMinimumHeight(3 * SPACE)
        self.button.setFixedWidth(max(9 * SPACE, self.button.sizeHint().width()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE, 0, SPACE)
        row.setSpacing(2 * SPACE)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.strip, 0, top)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, top)

    @Slot()
    def _on_clicked(self) -> None:
        wanted = {"Fetch": self.fetch_wanted, "Cancel": self.cancel_wanted, "Use": self.use_wanted}
        wanted[self._LABELS[self._state]].emit(self._entry.name)

    @Slot()
    def _on_theme_changed(self) -> None:
        border = self._theme.colors.border
        self.setStyleSheet(f"DatasetRow {{ border: 0; border-bottom: 1px solid {border}; }}")


def size_in_words(size: float) -> str:
    """Return bytes as megabytes."""
    return f"{size / 1e6:,.1f} MB"


def _figures(entry: DatasetEntry) -> str:
    channels, height, width = entry.image_shape
    kind = "in color" if channels == 3 else "in gray" if channels == 1 else f"of {channels} layers"
    return (
        f"{entry.train_images:,} images to train on, {entry.test_images:,} to test; "
        f"{height}×{width} {kind}; {entry.classes} classes"
    )


def _wrapped(text: str, role: str) -> QLabel:
    label = _Words(text)
    label.setWordWrap(True)
    label.setProperty("role", role)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


class _Words(QLabel):
    """A label that wraps to whatever width there is."""

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())


def _set_role(label: QLabel, role: str) -> None:
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)  # a style sheet looks at properties only when it polishes
        label.style().polish(label)
