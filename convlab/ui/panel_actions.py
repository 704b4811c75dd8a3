"""Menu entries that open and close the panels."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from convlab.ui.docks import Docks


class PanelAction(QAction):
    """Opens a panel's dock, brings it to the front where a tab hides it, or closes it."""

    def __init__(self, title: str, docks: Docks, parent: QObject) -> None:
        super().__init__(title, parent, checkable=True)
        self._title = title
        self._docks = docks
        self._dock = docks.docks[title]
        if about := docks.panels[title].about:
            self.setStatusTip(about)
            self.setToolTip(about)
        self.setChecked(not self._dock.isHidden())
        self.triggered.connect(self._on_triggered)
        # Of the dock's own action, because a dock behind a tab is open although it is not seen.
        self._dock.toggleViewAction().toggled.connect(self.setChecked)

    def _on_triggered(self) -> None:
        dock = self._dock
        if dock.isHidden() or dock.visibleRegion().isEmpty():  # closed, or behind another tab
            self._docks.bring(self._title)
        else:
            dock.close()
        self.setChecked(not dock.isHidden())
