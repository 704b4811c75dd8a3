"""The File menu: datasets, pictures, settings and weights are opened and saved here."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from convlab.app.background import Background
from convlab.app.lab import Lab
from convlab.app.shown_picture import ShownPicture
from convlab.data.picture import read_picture
from convlab.errors import ConvlabError
from convlab.nn.description import FILE_KEY
from convlab.nn.network_settings import open_network
from convlab.training.config import TrainingConfig
from convlab.ui.widgets.save_dialog import asked_path

_WEIGHTS = "Weights (*.safetensors *.npz *.pkl);;All files (*)"
_SETTINGS = "Settings (*.toml);;All files (*)"
_DATASETS = "Datasets (*.npz *.csv *.tsv);;All files (*)"
_PICTURE_ENDINGS = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"
)  # fmt: skip
_PICTURES = f"Pictures ({' '.join('*' + ending for ending in _PICTURE_ENDINGS)});;All files (*)"


class Files(QObject):
    """Actions that open and save, with a dialog for what goes wrong.

    The methods that take a path do the work without asking, for drag and drop and for tests.
    ``said`` carries a sentence for the window when something went well.
    """

    said = Signal(str)

    def __init__(self, lab: Lab, parent: QWidget) -> None:
        super().__init__(parent)
        self._lab = lab
        self._wanted_dataset = ""  # which was asked for here, and not in the form
        self._window = parent
        self._folder = str(Path.home())
        self._reading = Background(self)
        self._reading.returned.connect(self._on_picture_read)
        self._reading.failed.connect(self._on_picture_failed)
        self.open_dataset = self._action("Open &dataset folder…", "Ctrl+D", self._on_open_dataset)
        self.open_dataset_file = self._action(
            "Open dataset &file…", "Ctrl+Shift+D", self._on_open_dataset_file
        )
        self.open_picture = self._action("Open &picture…", "Ctrl+P", self._on_open_picture)
        self.open_settings = self._action("Open &settings…", "Ctrl+O", self._on_open_settings)
        self.save_settings = self._action("S&ave settings as…", "Ctrl+S", self._on_save_settings)
        self.open_weights = self._action("Open &weights…", "Ctrl+Shift+O", self._on_open_weights)
        self.save_weights = self._action("Save w&eights as…", "Ctrl+Shift+S", self._on_save_weights)
        lab.loader.failed.connect(self._on_dataset_failed)
        lab.session.state_changed.connect(self._on_something_changed)
        lab.config_changed.connect(self._on_something_changed)
        lab.predictor.changed.connect(self._on_something_changed)
        self._on_something_changed()

    def load_dataset(self, name: str) -> None:
        """Read a dataset in the background and use it from the next run on."""
        self._wanted_dataset = name
        self._lab.loader.load(name)

    def load_picture(self, path: Path) -> None:
        """Let the network read the digit in a picture file."""
        self._reading.start(lambda: ShownPicture(read_picture(path)[np.newaxis], path.name))

    def open_path(self, path: Path) -> None:
        """Open whatever a file or folder is: a dataset, a picture, settings or weights."""
        ending = path.suffix.lower()
        is_table = ending in (".csv", ".tsv")
        if path.is_dir() or is_table or (ending == ".npz" and not _holds_weights(path)):
            self.load_dataset(str(path))
        elif ending in (".npz", ".safetensors", ".pkl"):
            self._open_weights_when_idle(path)
        elif ending == ".toml":
            self.load_settings(path)
        elif ending in _PICTURE_ENDINGS:
            self.load_picture(path)
        else:
            self._complain(
                f"{path.name} cannot be opened",
                "Give a folder of images, an .npz or .csv file of images, a picture, weights "
                "(.safetensors, .npz, .pkl) or settings (.toml).",
            )

    def load_settings(self, path: Path) -> None:
        """Use the settings of a TOML file, its dataset included."""
        try:
            config = TrainingConfig.load(path)
        except ConvlabError as error:
            self._complain("The settings cannot be used", error)
            return
        self._lab.set_config(config)
        self.said.emit(f"Settings opened from {path.name}.")

    def write_settings(self, path: Path) -> None:
        """Write the settings of the form to a TOML file."""
        if self._lab.config is None:
            return
        try:
            self._lab.config.save(path)
        except OSError as error:
            self._complain("The settings were not saved", _unwritable(path, error))
            return
        self.said.emit(f"Settings saved as {path.name}.")

    def load_weights(self, path: Path) -> None:
        """Answer with the weights of a file."""
        try:
            network = open_network(path)
        except ConvlabError as error:
            self._complain("The weights cannot be used", error)
            return
        self._lab.predictor.use(network, trained=True)
        text = f"Weights opened from {path.name}: {network.description.name}."
        if self._lab.session.dataset is not None:
            text += " Drawing and filters show them; the curves are those of the last run."
        if self._lab.time_machine.moments:
            text += " Live goes back to it."
        self.said.emit(text)

    def write_weights(self, path: Path) -> None:
        """Write the weights that answer now, of a changed network if one stands in."""
        network = self._lab.predictor.network
        if network is None:
            return
        try:
            network.save_params(path)
        except OSError as error:
            self._complain("The weights were not saved", _unwritable(path, error))
            return
        changed = f" of the changed network ({words})" if (words := self._changes()) else ""
        self.said.emit(f"Weights{changed} saved as {path.name}.")

    def _changes(self) -> str:
        """Return what was changed in the network that answers, in words; empty if nothing was."""
        return self._lab.stand_in.in_words

    def _action(self, text: str, shortcut: str, handler: Callable[[], None]) -> QAction:
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(handler)
        return action

    def _complain(self, title: str, error: Exception | str) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, title, title, parent=self._window)
        box.setInformativeText(str(error))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _on_open_dataset(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, "Open a folder of pictures or IDX files", self._folder
        )
        if folder:
            self._folder = folder
            self.load_dataset(folder)

    def _on_open_dataset_file(self) -> None:
        if path := self._asked_open("Open a file of images", _DATASETS):
            self.load_dataset(str(path))

    def _on_open_picture(self) -> None:
        if path := self._asked_open("Open a picture of one digit", _PICTURES):
            self.load_picture(path)

    def _on_open_settings(self) -> None:
        if path := self._asked_open("Open settings", _SETTINGS):
            self.load_settings(path)

    def _on_save_settings(self) -> None:
        if path := self._asked_save("Save settings", "settings.toml", _SETTINGS):
            self.write_settings(path)

    def _on_open_weights(self) -> None:
        if path := self._asked_open("Open weights", _WEIGHTS):
            self.load_weights(path)

    def _on_save_weights(self) -> None:
        of_which = " of the changed network" if self._changes() else ""
        if path := self._asked_save(f"Save weights{of_which}", "weights.safetensors", _WEIGHTS):
            self.write_weights(path)

    def _asked_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._folder, kinds)
        return self._remembered(name)

    def _asked_save(self, title: str, suggestion: str, kinds: str) -> Path | None:
        path = asked_path(self._window, title, Path(self._folder) / suggestion, kinds)
        return None if path is None else self._remembered(str(path))

    def _remembered(self, name: str) -> Path | None:
        if not name:
            return None
        path = Path(name)
        self._folder = str(path.parent)
        return path

    def _open_weights_when_idle(self, path: Path) -> None:
        if self._lab.session.is_busy:
            self._complain("The weights were not opened", "Stop the run first.")
        else:
            self.load_weights(path)

    @Slot(object)
    def _on_picture_read(self, picture: ShownPicture) -> None:
        self._lab.show_picture(picture)

    @Slot(str)
    def _on_picture_failed(self, sentence: str) -> None:
        self._complain("The picture cannot be read", sentence)

    def _on_dataset_failed(self, name: str, message: str) -> None:
        if name == self._wanted_dataset:
            self._complain("The dataset cannot be used", message)

    def _on_something_changed(self) -> None:
        idle = not self._lab.session.is_busy
        self.open_weights.setEnabled(idle)
        self.save_weights.setEnabled(self._lab.predictor.network is not None)
        self.save_settings.setEnabled(self._lab.config is not None)


def _holds_weights(path: Path) -> bool:
    """Whether an ``.npz`` file says of which network it holds the weights."""
    try:
        with zipfile.ZipFile(path) as archive:
            return f"{FILE_KEY}.npy" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error.strerror or error}; choose another place."
