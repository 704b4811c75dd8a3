"""The menu of presets: named settings to begin with, some of several runs."""

from collections.abc import Sequence
from dataclasses import replace

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
from convlab.ui.theme import SPACE
from convlab.ui.widgets.preset_dialog import PresetDialog
from convlab.ui.widgets.told_action import ToldAction
from convlab.wording import counted

BUNDLED = "bundled"
TITLES_TOLD = 6  # of runs that were not trained


class PresetMenu(QMenu):
    """Lists the presets, each with its sentence, and a person's own below.

    One of a single run fills the form; one of several trains them in ``queue`` and leaves the
    form alone. On top stands what was stopped of the last one. ``said`` carries a sentence when
    something went well, ``warned`` what was not done, ``refused`` why something cannot be.
    """

    said = Signal(str)
    warned = Signal(str)
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
        self.queue.ended.connect(self._on_ended)
        self.queue.canceled.connect(self._on_canceled)
        self.queue.failed.connect(self.refused)
        self.fill()

    @Slot()
    def fill(self) -> None:
        """List what there is now."""
        for action in self._listed:
            self.removeAction(action)
            action.deleteLater()
        own, problems = own_presets()
        self._listed = [self._listed_rest(), self._separator()] if self.queue.left else []
        self._listed += [self._listed_preset(preset) for preset in shipped_presets()]
        if own or problems:
            self._listed.append(self._separator())
        self._listed += [self._listed_preset(preset) for preset in own]
        self._listed += [self._listed_problem(problem) for problem in problems]
        self._shorten()
        self.insertActions(self._end_of_list, self._listed)
        self.save.setEnabled(self._lab.config is not None)

    def _shorten(self) -> None:
        """Give each sentence one line if the screen is too low; else a second column is cut off."""
        told = [action for action in self._listed if isinstance(action, ToldAction)]
        line = self.fontMetrics().height() + SPACE
        height = line * (len(self.actions()) + len(self._listed) - len(told))
        height += sum(action.defaultWidget().sizeHint().height() for action in told)
        if height > self.screen().availableSize().height():
            for action in told:
                action.be_short()

    def choose(self, preset: Preset) -> None:
        """Use a preset; ask where it wants images that are not here, or several runs."""
        if not self._is_free:
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
        count, title = len(preset.runs), preset.title
        text = title if count == 1 else f"{title} ({counted(count, 'run')})"
        action = ToldAction(text, preset.about, self)
        action.setData(preset)
        action.setEnabled(self._is_free)
        return action

    def _listed_rest(self) -> QAction:
        count = len(self.queue.left)
        which = "run that was" if count == 1 else f"{counted(count, 'run')} that were"
        about = in_words([run.title for run in self.queue.left])
        action = ToldAction(f"Go on with the {which} not trained", about, self)
        action.triggered.connect(self._on_go_on)
        action.setEnabled(self._is_free)
        return action

    def _listed_problem(self, problem: str) -> QAction:
        action = ToldAction("A preset that cannot be used", problem, self)
        action.setEnabled(False)
        return action

    def _separator(self) -> QAction:
        separator = QAction(self)
        separator.setSeparator(True)
        return separator

    @property
    def _is_free(self) -> bool:
        return not (self._lab.session.is_busy or self.queue.is_active)

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
    def _on_go_on(self) -> None:
        self.queue.go_on(self._lab.dataset)

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

    @Slot(str)
    def _on_ended(self, sentence: str) -> None:
        if self._lab.session.trouble:
            self._on_canceled(sentence)
        else:
            self.said.emit(sentence)

    @Slot(str)
    def _on_canceled(self, sentence: str) -> None:
        """Tell of the last run's trouble, too: this takes the place of what told of it."""
        self.warned.emit(f"{sentence} {self._lab.session.trouble}".rstrip())

    @Slot(object)
    def _on_run_begun(self, place: QueuePlace) -> None:
        self.said.emit(f"{place}.")


def in_words(titles: Sequence[str]) -> str:
    """Return titles of runs in a line; the name of the preset that they share comes first."""
    presets = {title.rpartition(": ")[0] for title in titles}
    shown = titles[:TITLES_TOLD]
    if len(presets) == 1:
        shown = [title.rpartition(": ")[2] for title in shown]
    preset = f"{presets.pop()}: " if len(presets) == 1 and presets != {""} else ""
    more = f" and {len(titles) - TITLES_TOLD} more" if len(titles) > TITLES_TOLD else ""
    return f"{preset}{', '.join(shown)}{more}"


def _on_bundled(preset: Preset) -> Preset:
    runs = (replace(run, config=replace(run.config, dataset=BUNDLED)) for run in preset.runs)
    return replace(preset, runs=tuple(runs))
