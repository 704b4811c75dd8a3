"""The tabs of docks that share a place."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar


class DockTabs(QObject):
    """Keeps tabs readable however many there are, and lists them on a click with the right button.

    Qt would shorten their titles until nothing is left; here those without room are scrolled to.
    ``abouts`` are sentences for the tips, by the docks' titles.
    """

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], abouts: Mapping[str, str]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._abouts = abouts

    @property
    def bars(self) -> list[QTabBar]:
        """All bars of tabs, which Qt makes and hides as docks come together and part."""
        directly = Qt.FindChildOption.FindDirectChildrenOnly
        return self._window.findChildren(QTabBar, options=directly)

    def set_up(self) -> None:
        """See to bars and tabs that are new."""
        for bar in self.bars:
            if not bar.accessibleName():
                bar.setAccessibleName("Panels")
                bar.setUsesScrollButtons(True)
                bar.setElideMode(Qt.TextElideMode.ElideNone)
                bar.installEventFilter(self)
            for index in range(bar.count()):
                title = bar.tabText(index)
                bar.setTabToolTip(index, self._abouts.get(title) or title)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu of a bar."""
        if isinstance(watched, QTabBar) and isinstance(event, QContextMenuEvent):
            menu = self.menu(watched, event.pos())
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def menu(self, bar: QTabBar, point: QPoint) -> QMenu:
        """Return a menu of all tabs, and of closing the one at ``point`` or the one in front."""
        menu = QMenu(bar)
        for index in range(bar.count()):
            dock = self._docks[bar.tabText(index)]
            action = menu.addAction(dock.windowTitle(), dock.raise_)
            action.setCheckable(True)
            action.setChecked(index == bar.currentIndex())
        index = bar.tabAt(point)
        dock = self._docks[bar.tabText(bar.currentIndex() if index < 0 else index)]
        menu.addSeparator()
        menu.addAction(f"Close {dock.windowTitle()}", dock.close)
        return menu
