"""The user's own drawings: to look at, evaluate, learn from, export and delete."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.own_drawings import OwnDrawingsModel
from convlab.data.own_drawings import refusal
from convlab.ui.theme import Theme
from convlab.ui.widgets.dialog_frame import fill_dialog
from convlab.ui.widgets.drawing_gallery import DrawingGallery
from convlab.ui.widgets.probability_bars import percent_text
from convlab.ui.widgets.save_dialog import ask_and_export
from convlab.wording import counted

EMPTY = "There are no drawings yet.\nDraw a digit and say which it was below the paper."
USUAL_SIZE = (560, 420)  # pixels
TIMES = 10  # that each is learned in an epoch; the Setup panel may say otherwise


class DrawingsDialog(QDialog):
    """Shows the set of drawings beside the window; Esc closes it."""

    def __init__(self, model: OwnDrawingsModel, lab: Lab, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._lab = lab
        self._predictor = lab.predictor
        self.setWindowTitle("My drawings")
        self.resize(*USUAL_SIZE)
        self.gallery = DrawingGallery(theme)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.evaluate = _button("Evaluate", "Let the network that reads the paper read all these")
        self.learn = _button("Add to training", "")
        self.delete = _button("Delete", "Delete the selected drawings (Del)")
        self.export = _button("Export…", "Save all drawings as a JSON file of pen strokes")
        self._lay_out()
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Delete), self)
        shortcut.activated.connect(self.delete.click)
        self.evaluate.clicked.connect(self._on_evaluate)
        self.learn.clicked.connect(self._on_learn)
        self.delete.clicked.connect(self._on_delete)
        self.export.clicked.connect(self._on_export)
        self.gallery.selectionModel().selectionChanged.connect(self._on_selected)
        lab.predictor.changed.connect(self._on_selected)
        lab.config_changed.connect(self._on_changed)
        lab.dataset_changed.connect(self._on_changed)
        model.changed.connect(self._on_changed)
        self._on_changed()

    def open_set(self) -> None:
        """Read the set again and show it."""
        self._model.refresh()
        self.show()
        self.activateWindow()

    def _lay_out(self) -> None:
        empty = QLabel(EMPTY)
        empty.setProperty("role", "muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.gallery)
        buttons = (self.evaluate, self.learn, self.delete, self.export)
        close = _button("Close", "Close this window (Esc)")
        fill_dialog(self, self._stack, self.summary, buttons, close)

    def _in_words(self) -> str:
        count = len(self._model.drawings)
        if not count:
            return ""
        if self._model.is_evaluating:
            return f"Reading {counted(count, 'drawing')}…"
        right, labeled = self._model.right()
        if not labeled:
            return f"{counted(count, 'drawing')}.{self._use_in_words()}"
        share = percent_text(right / labeled)
        return f"{right:,} of {labeled:,} are read right ({share}).{self._use_in_words()}"

    def _use_in_words(self) -> str:
        times = self._times()
        return f" The next run learns each {counted(times, 'time')} an epoch." if times else ""

    def _times(self) -> int:
        config = self._lab.config
        return 0 if config is None else config.own_drawings

    @Slot()
    def _on_changed(self) -> None:
        self.gallery.set_drawings(self._model.drawings, self._model.answers)
        self._stack.setCurrentIndex(1 if self._model.drawings else 0)
        self.summary.setText(self._in_words())
        self.export.setEnabled(bool(self._model.drawings))
        self._offer_training()
        self._on_selected()

    def _offer_training(self) -> None:
        """Let the drawings be added or left out, or say why neither can be."""
        dataset, is_added = self._lab.dataset, self._times() > 0
        tip = "Let the next run learn from these drawings, too"
        if is_added:
            tip = "Let the next run learn without these drawings"
        elif refusal(dataset):
            tip = f"Drawings of digits cannot be learned with the images of {dataset.title}"
        elif self._lab.config is None:
            tip = "First mend what is marked in red in the Setup panel"
        can_be_added = bool(self._model.drawings) and not refusal(dataset)
        self.learn.setText("Leave out of training" if is_added else "Add to training")
        self.learn.setEnabled(is_added or (can_be_added and self._lab.config is not None))
        self.learn.setToolTip(tip)

    @Slot()
    def _on_selected(self) -> None:
        self.delete.setEnabled(bool(self.gallery.chosen()))
        can_read = self._predictor.network is not None and bool(self._model.drawings)
        self.evaluate.setEnabled(can_read and not self._model.is_evaluating)

    @Slot()
    def _on_evaluate(self) -> None:
        if self._predictor.network is not None:
            self._model.evaluate(self._predictor.network)

    @Slot()
    def _on_learn(self) -> None:
        config = self._lab.config
        if config is not None:
            self._lab.set_config(replace(config, own_drawings=0 if self._times() else TIMES))

    @Slot()
    def _on_delete(self) -> None:
        chosen = self.gallery.chosen()
        if chosen and self._wants_to_delete(len(chosen)):
            self._model.delete(chosen)

    @Slot()
    def _on_export(self) -> None:
        ask_and_export(self, "drawings", "json", "Pen strokes", self._export_to)

    def _export_to(self, path: Path) -> None:
        self._model.export(path)

    def _wants_to_delete(self, count: int) -> bool:
        text = f"Delete {counted(count, 'drawing')}?"
        box = QMessageBox(QMessageBox.Icon.Question, "My drawings", text, parent=self)
        box.setInformativeText("This cannot be undone.")
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is delete


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
