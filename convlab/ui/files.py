"""The File menu: datasets, settings and weights are opened and saved here."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from convlab.app.lab import Lab
from convlab.app.loader import DatasetLoader
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.nn.network_settings import open_network
from convlab.training.config import TrainingConfig
from convlab.ui.widgets.save_dialog import asked_path

_WEIGHTS = "Weights (*.safetensors *.npz *.pkl);;All files (*)"
_SETTINGS = "Settings (*.toml);;All files (*)"


class Files(QObject):
    """Actions that open and save, with a dialog for what goes wrong.

    The methods that take a path do the work without asking, for drag and drop and for tests.
    ``said`` carries a sentence for the window when something went well.
    """

    said = Signal(str)

    def __init__(self, lab: Lab, loader: DatasetLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._lab = lab
        self._loader = loader
        self._window = parent
        self._folder = str(Path.home())
        self.open_dataset = self._action("Open &dataset…", "Ctrl+D", self._on_open_dataset)
        self.open_settings = self._action("Open &settings…", "Ctrl+O", self._on_open_settings)
        self.save_settings = self._action("S&ave settings as…", "Ctrl+S", self._on_save_settings)
        self.open_weights = self._action("Open &weights…", "Ctrl+Shift+O", self._on_open_weights)
        self.save_weights = self._action("Save w&eights as…", "Ctrl+Shift+S", self._on_save_weights)
        loader.loaded.connect(self._on_dataset_loaded)
        loader.failed.connect(self._on_dataset_failed)
        lab.session.state_changed.connect(self._on_something_changed)
        lab.config_changed.connect(self._on_something_changed)
        lab.predictor.changed.connect(self._on_something_changed)
        self._on_something_changed()

    def load_dataset(self, name: str) -> None:
        """Read a dataset in the background and use it from the next run on."""
        self._loader.load(name)

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
        self.said.emit(f"Weights opened from {path.name}: {network.description.name}.")

    def write_weights(self, path: Path) -> None:
        """Write the weights that answer now."""
        network = self._lab.predictor.network
        if network is None:
            return
        try:
            network.save_params(path)
        except OSError as error:
            self._complain("The weights were not saved", _unwritable(path, error))
            return
        self.said.emit(f"Weights saved as {path.name}.")

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
            self._window, "Open a folder with the four MNIST files", self._folder
        )
        if folder:
            self._folder = folder
            self.load_dataset(folder)

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
        if path := self._asked_save("Save weights", "weights.safetensors", _WEIGHTS):
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

    def _on_dataset_loaded(self, dataset: Dataset) -> None:
        self._lab.set_dataset(dataset)

    def _on_dataset_failed(self, name: str, message: str) -> None:
        self._complain("The dataset cannot be used", message)

    def _on_something_changed(self) -> None:
        idle = not self._lab.session.is_busy
        self.open_weights.setEnabled(idle)
        self.save_weights.setEnabled(self._lab.predictor.network is not None)
        self.save_settings.setEnabled(self._lab.config is not None)


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error.strerror or error}; choose another place."
