"""The menu of presets: named settings to begin with, some of several runs."""

from dataclasses import replace
from html import escape

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton, QWidget

from convlab.app.lab import Lab
from convlab.app.run_queue import QueuedRun, QueuePlace
from convlab.data.datasets import DATASETS
from convlab.training.presets import (
    Preset,
    missing_dataset,
    own_presets,
    own_presets_folder,
    shipped_presets,
)
from convlab.ui.widgets.preset_dialog import PresetDialog
from convlab.wording import counted

BUNDLED = "bundled"


class PresetMenu(QMenu):
    """Lists the presets, each with its sentence, and a person's own below.

    One of a single run fills the form; one of several trains them in ``queue`` and leaves the
    form alone. ``said`` carries a sentence when something went well, ``refused`` why something
    cannot be.
    """

    said = Signal(str)
    refused = Signal(str)

    def __init__(self, lab: Lab, parent: QWidget | None = None) -> None:
        super().__init__("&Presets", parent)
        self._lab = lab
        self.queue = lab.queue
        self.setToolTipsVisible(True)
        self.save = QAction("&Save settings as preset…", self)
        self.save.setToolTip("Keep the settings of the Setup panel in this menu")
        self.save.triggered.connect(self._on_save)
        self.show_folder = QAction("Show &folder of my presets", self)
        self.show_folder.setToolTip("The TOML files of your own presets, to edit or delete")
        self.show_folder.triggered.connect(self._on_show_folder)
        self._listed: list[QAction] = []
        self._end_of_list = self.addSeparator()
        self.addActions([self.save, self.show_folder])
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._on_triggered)
        self.queue.run_begun.connect(self._on_run_begun)
        self.queue.ended.connect(self.said)
        self.queue.failed.connect(self.refused)
        self.fill()

    @Slot()
    def fill(self) -> None:
        """List what there is now."""
        for action in self._listed:
            self.removeAction(action)
            action.deleteLater()
        own, problems = own_presets()
        self._listed = [self._listed_preset(preset) for preset in shipped_presets()]
        if own or problems:
            self._listed.append(QAction(self))
            self._listed[-1].setSeparator(True)
        self._listed += [self._listed_preset(preset) for preset in own]
        self._listed += [self._listed_problem(problem) for problem in problems]
        self.insertActions(self._end_of_list, self._listed)
        self.save.setEnabled(self._lab.config is not None)

    def choose(self, preset: Preset) -> None:
        """Use a preset; ask where it wants images that are not here, or several runs."""
        if self._lab.session.is_busy or self.queue.is_active:
            self.refused.emit("A run is on; stop it first, then choose the preset.")
            return
        missing = missing_dataset(preset)
        if missing:
            if not self._accepts_bundled(preset, missing):
                return
            preset = _on_bundled(preset)
        if len(preset.runs) == 1:
            self._lab.set_config(preset.runs[0].config)
            self.said.emit(f"The Setup panel holds the settings of {preset.title}; press Train.")
        elif self._wants_them_all(preset):
            runs = [QueuedRun(preset.title_of(run), run.config) for run in preset.runs]
            self.queue.start(runs, self._lab.dataset)

    def _listed_preset(self, preset: Preset) -> QAction:
        count = len(preset.runs)
        title = preset.title.replace("&", "&&")
        action = QAction(title if count == 1 else f"{title} ({counted(count, 'run')})", self)
        action.setToolTip(_wrapped(preset.about))
        action.setStatusTip(preset.about)
        action.setData(preset)
        action.setEnabled(not (self._lab.session.is_busy or self.queue.is_active))
        return action

    def _listed_problem(self, problem: str) -> QAction:
        action = QAction("A preset that cannot be used", self)
        action.setToolTip(_wrapped(problem))
        action.setStatusTip(problem)
        action.setEnabled(False)
        return action

    def _accepts_bundled(self, preset: Preset, missing: str) -> bool:
        title = DATASETS.get(missing).title
        return self._asks(
            f"{preset.title} wants {title}, which is not here.",
            "The bundled digits will do in its place: they are quicker, and fewer digits are read "
            f"right in the end. {title} can be fetched in the Datasets panel.",
            "Use the bundled digits",
        )

    def _wants_them_all(self, preset: Preset) -> bool:
        count = counted(len(preset.runs), "run")
        return self._asks(
            f"Train {count} one after another?",
            f"{preset.about}\n\nThe Setup panel keeps your own settings. Stop ends them all.",
            f"Train {count}",
        )

    def _asks(self, question: str, text: str, yes: str) -> bool:
        box = QMessageBox(
            QMessageBox.Icon.Question, "Presets", question, parent=self.parentWidget()
        )
        box.setInformativeText(text)
        button: QPushButton = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(button)
        box.setEscapeButton(cancel)
        box.exec()
        return box.clickedButton() is button

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        preset = action.data()
        if isinstance(preset, Preset):
            self.choose(preset)

    @Slot()
    def _on_save(self) -> None:
        config = self._lab.config
        if config is None:
            return
        dialog = PresetDialog(config, self.parentWidget() or self)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    @Slot(str)
    def _on_saved(self, title: str) -> None:
        self.fill()
        self.said.emit(f"The settings are in the Presets menu now, as {title}.")

    @Slot()
    def _on_show_folder(self) -> None:
        folder = own_presets_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.refused.emit(f"{folder} cannot be made: {error.strerror or error}.")
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.said.emit(f"Your presets lie in {folder}.")

    @Slot(object)
    def _on_run_begun(self, place: QueuePlace) -> None:
        self.said.emit(f"{place}.")


def _wrapped(sentence: str) -> str:
    """Return a tooltip as rich text, which alone is broken into lines."""
    return f"<p>{escape(sentence)}</p>"


def _on_bundled(preset: Preset) -> Preset:
    runs = (replace(run, config=replace(run.config, dataset=BUNDLED)) for run in preset.runs)
    return replace(preset, runs=tuple(runs))
