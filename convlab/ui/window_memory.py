"""What the window remembers from one start to the next: its layout, scheme and last settings."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from convlab.errors import ConvlabError
from convlab.paths import config_dir
from convlab.training.config import TrainingConfig
from convlab.ui.panel import Panel
from convlab.ui.theme import Choice


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

    def keep_layout(self, window: QMainWindow, layouts: Mapping[str, QByteArray]) -> None:
        """Remember where the window is, where its docks are, and what its panels show.

        ``layouts`` are the states of the docks, by the name of their arrangement.
        """
        for panel in window.findChildren(Panel):
            for name, value in panel.choices().items():
                self._settings.setValue(f"{panel.objectName()}/{name}", value)
        self._settings.setValue("geometry", window.saveGeometry())
        self._settings.remove("layout")
        for arrangement, layout in layouts.items():
            self._settings.setValue(f"layout/{arrangement}", layout)
        self._settings.sync()

    def restore_layout(self, window: QMainWindow) -> dict[str, QByteArray]:
        """Put the window where it was, let its panels show what they showed.

        Return the states of the docks, by the name of their arrangement; empty if unknown.
        """
        for panel in window.findChildren(Panel):
            panel.restore_choices(self._choices_of(panel))
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
        self._settings.beginGroup("layout")
        layouts = {name: self._settings.value(name) for name in self._settings.childKeys()}
        self._settings.endGroup()
        return {name: state for name, state in layouts.items() if isinstance(state, QByteArray)}

    def _choices_of(self, panel: Panel) -> dict[str, str]:
        names = panel.choices()
        values = {name: self._settings.value(f"{panel.objectName()}/{name}") for name in names}
        return {name: value for name, value in values.items() if isinstance(value, str)}
