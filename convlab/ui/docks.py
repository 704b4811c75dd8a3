"""The docks around the panels, and how they are arranged in windows of different sizes."""

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QTabWidget, QWidget

from convlab.app.lab import Lab
from convlab.ui.panel import Area, Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import Theme

LAYOUT_VERSION = 3  # raised when panels change so much that an old layout makes no sense

Arrangement = Literal["columns", "tabbed-center", "tabs"]

# The central widget has no height, so the top area takes all that the sides leave.
_AREAS: dict[Area, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "center": Qt.DockWidgetArea.TopDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
_WIDTHS: dict[Area, int] = {"left": 320, "right": 340}
_LOWEST_STACK = 660  # pixels of the window; lower, the panels of the center become tabs
_SEPARATOR = 6  # pixels, as in the style sheet


class PanelFrame(QScrollArea):
    """Around a panel in its dock: scrolls where the dock is smaller than the panel can be."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self._panel = panel
        self.setWidget(panel)

    def sizeHint(self) -> QSize:
        """Return what the panel would like."""
        return self._panel.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Allow docks so small that a window with several of them fits any screen."""
        return QSize(160, 120)


class Docks:
    """One dock a registered panel, in a window whose center is docks, too.

    Where the window has the room, there are columns: the sides, and the panels of the center
    stacked between them. In a low window those are tabs, and in a narrow one all panels are.
    What people change is kept for each of these arrangements.
    """

    def __init__(self, window: QMainWindow, lab: Lab, theme: Theme) -> None:
        self._window = window
        self._arrangement: Arrangement | None = None
        self._layouts: dict[str, QByteArray] = {}
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        # Without any central widget, the sides would push the panels of the center together.
        center = QWidget()
        center.setFixedHeight(0)
        window.setCentralWidget(center)
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
        self._place("columns")

    @property
    def arrangement(self) -> Arrangement:
        """How the panels are arranged: what suits the size of the window."""
        return self._arrangement or self._suitable()

    def layouts(self) -> dict[str, QByteArray]:
        """Return where the docks are, and were in other arrangements, for the next start."""
        return self._layouts | {self.arrangement: self._window.saveState(LAYOUT_VERSION)}

    def restore_layouts(self, layouts: Mapping[str, QByteArray]) -> None:
        """Remember where the docks were the last time; :meth:`fit` puts them there."""
        self._layouts = dict(layouts)

    def arrange(self) -> None:
        """Put every dock where it is at the first start in a window of this size."""
        self._layouts.clear()
        self._arrangement = self._suitable()
        self._place(self._arrangement)

    def fit(self) -> None:
        """Arrange the docks anew if the size of the window asks for it. The window is shown."""
        suitable = self._suitable()
        if suitable != self._arrangement:
            if self._arrangement is not None:
                self._layouts = self.layouts()
            self._change_to(suitable)
        self._give_center_room()

    def _suitable(self) -> Arrangement:
        widths = [0, 0, 0]
        for panel in self.panels.values():
            column = {"left": 0, "right": 2}.get(panel.area, 1)
            widths[column] = max(widths[column], _smallest_width(panel))
        if self._window.width() < sum(widths) + 2 * _SEPARATOR:
            return "tabs"
        return "columns" if self._window.height() >= _LOWEST_STACK else "tabbed-center"

    def _change_to(self, arrangement: Arrangement) -> None:
        closed = [dock for dock in self.docks.values() if dock.isHidden()]
        self._arrangement = arrangement
        layout = self._layouts.get(arrangement)
        self._show_titles(arrangement)
        if layout is None or not self._window.restoreState(layout, LAYOUT_VERSION):
            self._place(arrangement)
            for dock in closed:
                dock.hide()

    def _place(self, arrangement: Arrangement) -> None:
        self._show_titles(arrangement)
        for area, place in _AREAS.items():
            for dock in self._of(area):
                dock.setFloating(False)
                at = _AREAS["center"] if arrangement == "tabs" else place
                self._window.addDockWidget(at, dock, Qt.Orientation.Vertical)
                dock.show()
        tabs = self._tabs(arrangement)
        for dock, following in zip(tabs, tabs[1:], strict=False):
            self._window.tabifyDockWidget(dock, following)
        for dock in self._of("center")[:1]:
            dock.raise_()
        if arrangement == "columns":
            self._share_height()
        if arrangement != "tabs":
            self._resize_sides(_WIDTHS)

    def _share_height(self) -> None:
        docks = self._of("center")
        heights = [3 if n == 0 else 2 for n in range(len(docks))]
        unit = self._window.height() // max(sum(heights), 1)
        self._window.resizeDocks(
            docks, [unit * height for height in heights], Qt.Orientation.Vertical
        )

    def _give_center_room(self) -> None:
        """Make the sides as narrow as they can be before the center has to scroll."""
        for title, dock in self.docks.items():
            panel = self.panels[title]
            if panel.area == "center" and dock.width() < _smallest_width(panel):
                self._resize_sides(dict.fromkeys(_WIDTHS, 0))
                return

    def _resize_sides(self, widths: Mapping[Area, int]) -> None:
        sides = [
            (self.docks[title], max(widths[panel.area], _smallest_width(panel)))
            for title, panel in self.panels.items()
            if panel.area in widths
        ]
        self._window.resizeDocks(
            [dock for dock, _ in sides], [width for _, width in sides], Qt.Orientation.Horizontal
        )

    def _tabs(self, arrangement: Arrangement) -> list[QDockWidget]:
        if arrangement == "columns":
            return []
        areas: list[Area] = list(_AREAS) if arrangement == "tabs" else ["center"]
        return [dock for area in areas for dock in self._of(area)]

    def _show_titles(self, arrangement: Arrangement) -> None:
        """Show titles where no tab does."""
        tabs = self._tabs(arrangement)
        for dock in self.docks.values():
            if old := dock.titleBarWidget():
                old.deleteLater()
            title = QWidget(dock) if dock in tabs else None
            dock.setTitleBarWidget(title)  # type: ignore[arg-type]  # None is Qt's own

    def _of(self, area: Area) -> list[QDockWidget]:
        return [self.docks[title] for title, panel in self.panels.items() if panel.area == area]

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(f"dock-{panel.title.lower()}")
        dock.setWidget(PanelFrame(panel))
        return dock


def _smallest_width(panel: Panel) -> int:
    return max(panel.minimumSizeHint().width(), panel.minimumWidth())
