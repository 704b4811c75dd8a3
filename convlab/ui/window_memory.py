"""What the window remembers from one start to the next: its layout, scheme and last settings."""

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from convlab.errors import ConvlabError
from convlab.paths import config_dir
from convlab.training.config import TrainingConfig
from convlab.ui.theme import Choice

LAYOUT_VERSION = 1  # raised when panels change so much that an old layout makes no sense


class WindowMemory:
    """Two files in the user's configuration folder: ``window.ini`` and ``last-settings.toml``."""

    def __init__(self) -> None:
        folder = config_dir()
        self._settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self._config_path = folder / "last-settings.toml"

    @property
    def scheme(self) -> Choice:
        """The color scheme that was chosen; the system's at first."""
        value = self._settings.value("scheme", "system")
        return "light" if value == "light" else "dark" if value == "dark" else "system"

    def keep_scheme(self, choice: Choice) -> None:
        """Remember a color scheme."""
        self._settings.setValue("scheme", choice)

    def last_config(self) -> TrainingConfig | None:
        """Return the settings of the last time; None at the first start or if they are damaged."""
        try:
            return TrainingConfig.load(self._config_path)
        except ConvlabError:
            return None

    def keep_config(self, config: TrainingConfig) -> None:
        """Remember the settings; where that cannot be written, the next start does without."""
        try:
            config.save(self._config_path)
        except OSError:
            return

    def keep_layout(self, window: QMainWindow) -> None:
        """Remember where the window and its docks are."""
        self._settings.setValue("geometry", window.saveGeometry())
        self._settings.setValue("layout", window.saveState(LAYOUT_VERSION))
        self._settings.sync()

    def restore_layout(self, window: QMainWindow) -> bool:
        """Put the window and its docks where they were; return whether that was known."""
        geometry = self._settings.value("geometry")
        layout = self._settings.value("layout")
        if not isinstance(geometry, QByteArray) or not isinstance(layout, QByteArray):
            return False
        return window.restoreGeometry(geometry) and window.restoreState(layout, LAYOUT_VERSION)
