"""What every panel is."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Protocol

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from convlab.app.lab import Lab
from convlab.ui.theme import Theme

Area = Literal["left", "center", "right", "bottom"]


class Panel(QWidget):
    """One dockable view of the lab. The window puts it into a dock with its title.

    A panel draws what the view models of ``lab`` hold and passes the user's wishes on to them.
    """

    title: ClassVar[str]
    area: ClassVar[Area]
    order: ClassVar[int] = 0  # from top to bottom within an area
    about: ClassVar[str] = ""  # a sentence for the menu, of panels that look into the network
    is_inside: ClassVar[bool] = False  # such panels wait in the menu Inside to be opened

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lab = lab
        self.theme = theme
        self.setAccessibleName(self.title)
        self.setObjectName(self.title.lower())

    def choices(self) -> dict[str, str]:
        """Return what the user chose to see and how, as text, for the next start."""
        return {}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Choose what ``choices`` told the last time; leave alone what makes no sense."""


class Watched(Protocol):
    """A view model that works for what is seen only."""

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""


class WatchingPanel(Panel):
    """A panel whose ``model`` is told whether somebody looks at the panel."""

    model: Watched

    def showEvent(self, event: QShowEvent) -> None:
        """Let the model work while somebody looks."""
        super().showEvent(event)
        self.model.set_watched(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let it do nothing, or less, for nobody."""
        super().hideEvent(event)
        self.model.set_watched(False)
