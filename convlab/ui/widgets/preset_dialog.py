"""Asks what a preset is called and what it shows, and saves it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.training.presets import (
    LONGEST_ABOUT,
    LONGEST_TITLE,
    own_preset_file,
    save_own_preset,
)
from convlab.ui.theme import SPACE

USUAL_WIDTH = 440  # pixels

_TO_DO = {  # by whether there is a name, and a sentence on what it shows
    (False, False): "Write a name, and a sentence on what it shows; then it can be saved.",
    (False, True): "Write a name, too; then it can be saved.",
    (True, False): "Write what it shows, too; then it can be saved.",
    (True, True): "It joins the Presets menu, below those that come with the lab.",
}


class PresetDialog(QDialog):
    """Saves settings among a person's own presets; ``saved`` carries the title."""

    saved = Signal(str)

    def __init__(self, config: TrainingConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = config
        self.setWindowTitle("Save settings as preset")
        self.name = _line(LONGEST_TITLE, "such as Many small filters")
        self.about = _line(LONGEST_ABOUT, "One sentence for the menu")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.save = QPushButton("Save")
        self.save.setDefault(True)
        self.cancel = QPushButton("Cancel")
        self._lay_out()
        self.resize(USUAL_WIDTH, self.sizeHint().height())
        self.name.textChanged.connect(self._on_changed)
        self.about.textChanged.connect(self._on_changed)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.reject)
        self._on_changed()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Name", self.name)
        form.addRow("&What it shows", self.about)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch()
        row.addWidget(self.save)
        row.addWidget(self.cancel)
        # So high that a sentence of two lines does not move the buttons.
        self.note.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addLayout(row)

    def _say(self, role: str, text: str) -> None:
        self.note.setProperty("role", role)
        self.note.style().polish(self.note)  # which reads the role
        self.note.setText(text)

    @Slot()
    def _on_changed(self) -> None:
        """Let Save be pressed when there is a name, and say what it will replace."""
        name, about = self.name.text().strip(), self.about.text().strip()
        self.save.setText("Save")
        self.save.setEnabled(bool(name and about))
        self._say("muted", _TO_DO[bool(name), bool(about)])
        try:
            is_there = bool(name) and own_preset_file(name).exists()
        except ConvlabError as error:
            self.save.setEnabled(False)
            self._say("error", str(error))
            return
        if is_there:
            self.save.setText("Replace")
            sentence = "There is a preset of your own of this name; it would be replaced."
            self._say("muted", sentence if about else f"{sentence} {_TO_DO[True, False]}")

    @Slot()
    def _on_save(self) -> None:
        try:
            preset = save_own_preset(self.name.text(), self.about.text(), self._config)
        except ConvlabError as error:
            self._say("error", str(error))
            return
        self.saved.emit(preset.title)
        self.accept()


def _line(longest: int, placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setMaxLength(longest)
    line.setPlaceholderText(placeholder)
    return line
