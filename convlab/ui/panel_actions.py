"""Menu entries that open and close the panels."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget

from convlab.ui.panel import Panel


class PanelAction(QAction):
    """Opens a panel's dock, brings it to the front where a tab hides it, or closes it."""

    def __init__(self, panel: Panel, dock: QDockWidget, parent: QObject) -> None:
        super().__init__(panel.title, parent, checkable=True)
        self._dock = dock
        if panel.about:
            self.setStatusTip(panel.about)
            self.setToolTip(panel.about)
        self.setChecked(not dock.isHidden())
        self.triggered.connect(self._on_triggered)
        # Of the dock's own action, because a dock behind a tab is open although it is not seen.
        dock.toggleViewAction().toggled.connect(self.setChecked)

    def _on_triggered(self) -> None:
        dock = self._dock
        is_behind = not dock.isHidden() and dock.visibleRegion().isEmpty()
        if dock.isHidden() or is_behind:
            dock.show()
            dock.raise_()
        else:
            dock.close()
        self.setChecked(not dock.isHidden())
