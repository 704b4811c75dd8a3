"""The docks around the panels and their places at the first start."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from convlab.app.lab import Lab
from convlab.ui.panel import Area, Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import Theme

# There is no central widget, so the top area takes all that the sides leave.
_AREAS: dict[Area, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "center": Qt.DockWidgetArea.TopDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
_WIDTHS: dict[Area, int] = {"left": 320, "right": 340}


class Docks:
    """One dock a registered panel, in a window whose center is docks, too."""

    def __init__(self, window: QMainWindow, lab: Lab, theme: Theme) -> None:
        self._window = window
        window.setDockNestingEnabled(True)
        corners: dict[Qt.Corner, Area] = {
            Qt.Corner.TopLeftCorner: "left",
            Qt.Corner.BottomLeftCorner: "left",
            Qt.Corner.TopRightCorner: "right",
            Qt.Corner.BottomRightCorner: "right",
        }
        for corner, area in corners.items():
            window.setCorner(corner, _AREAS[area])
        panels = sorted(PANELS, key=lambda cls: (cls.area, cls.order))
        self.panels: dict[str, Panel] = {cls.title: cls(lab, theme) for cls in panels}
        self.docks = {title: self._dock(panel) for title, panel in self.panels.items()}
        self.arrange()

    def arrange(self) -> None:
        """Put every dock where it is at the first start."""
        for area, place in _AREAS.items():
            docks = [self.docks[title] for title, p in self.panels.items() if p.area == area]
            for dock in docks:
                dock.setFloating(False)
                self._window.addDockWidget(place, dock, Qt.Orientation.Vertical)
                dock.show()
            if area == "center":
                heights = [3 if n == 0 else 2 for n in range(len(docks))]
                unit = self._window.height() // max(sum(heights), 1)
                self._window.resizeDocks(
                    docks, [unit * height for height in heights], Qt.Orientation.Vertical
                )
        sides = [
            (self.docks[title], _WIDTHS[panel.area])
            for title, panel in self.panels.items()
            if panel.area in _WIDTHS
        ]
        self._window.resizeDocks(
            [dock for dock, _ in sides], [width for _, width in sides], Qt.Orientation.Horizontal
        )

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(f"dock-{panel.title.lower()}")
        dock.setWidget(panel)
        return dock
