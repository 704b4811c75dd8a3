"""The docks around the panels, and how they are arranged in windows of different sizes."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from convlab.app.lab import Lab
from convlab.ui.dock_tabs import DockTabs
from convlab.ui.panel import Area, Panel
from convlab.ui.panel_frame import PanelFrame
from convlab.ui.panels import PANELS
from convlab.ui.theme import Theme

LAYOUT_VERSION = 4  # raised when panels change so much that an old layout makes no sense

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
_SHARE_OF_FIRST = 0.4  # of the height, beside a panel that looks inside
_TITLE = 28  # pixels
_SEPARATOR = 6  # pixels, as in the style sheet


class _NoTitle(QWidget):
    """The title bar of a dock that a tab names; a plain widget's hint would be taken for -1."""

    def sizeHint(self) -> QSize:
        """Take no room."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """Take no room."""
        return QSize(0, 0)


class Docks:
    """One dock a registered panel, in a window whose center is docks, too.

    Where the window has the room, there are columns: the sides, and between them the first panel
    of the center above the others, which are tabs; those that look inside the network are closed
    until somebody opens them. In a low window all of the center are tabs,
    and in a narrow one all panels are. What people change is kept for each of these arrangements.
    ``size_timer`` fires when docks have got other sizes.
    """

    def __init__(self, window: QMainWindow, lab: Lab, theme: Theme) -> None:
        self._window = window
        self._arrangement: Arrangement | None = None
        self._is_new = True  # whether the docks still have to get their sizes
        self._layouts: dict[str, QByteArray] = {}
        # Docks must not be moved while a change of sizes is under way.
        self.size_timer = QTimer(window)
        self.size_timer.setSingleShot(True)
        window.setDockNestingEnabled(True)
        window.setAnimated(False)  # else sizes come in later than they are asked for
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        # Without any central widget, the sides would push the panels of the center together.
        self._nothing = QWidget()
        self._nothing.setFixedHeight(0)
        window.setCentralWidget(self._nothing)
        corners: dict[Qt.Corner, Area] = {
            Qt.Corner.TopLeftCorner: "left",
            Qt.Corner.BottomLeftCorner: "left",
            Qt.Corner.TopRightCorner: "right",
            Qt.Corner.BottomRightCorner: "right",
        }
        for corner, area in corners.items():
            window.setCorner(corner, _AREAS[area])
        # In this order the Tab key goes through them: from left to right.
        places = list(_AREAS)
        panels = sorted(PANELS, key=lambda cls: (places.index(cls.area), cls.order))
        self.panels: dict[str, Panel] = {cls.title: cls(lab, theme) for cls in panels}
        self.docks = {title: self._dock(panel) for title, panel in self.panels.items()}
        abouts = {title: panel.about for title, panel in self.panels.items()}
        self.tabs = DockTabs(window, self.docks, abouts)
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

    def bring(self, title: str) -> None:
        """Open a panel and bring it to the front; one that looks inside gets room, too."""
        dock, first = self.docks[title], self._of("center")[0]
        is_new = dock.isHidden()
        dock.show()
        dock.raise_()
        is_below = not dock.isFloating() and not first.isFloating() and not first.isHidden()
        if is_new and is_below and self.panels[title].is_inside and self.arrangement == "columns":
            height = self._window.statusBar().y() - first.y()
            needed = self.panels[first.windowTitle()].minimumSizeHint().height() + _TITLE
            top = max(int(_SHARE_OF_FIRST * height), needed)
            sizes = [top, max(0, height - top - _TITLE)]
            self._window.resizeDocks([first, dock], sizes, Qt.Orientation.Vertical)

    def arrange(self) -> None:
        """Put every dock where it is at the first start in a window of this size."""
        self._layouts.clear()
        self._arrangement = self._suitable()
        self._place(self._arrangement)

    def fit(self) -> None:
        """Arrange the docks anew if the size of the window asks for it.

        To be called when the window is shown, and whenever docks have got other sizes.
        """
        suitable = self._suitable()
        if suitable != self._arrangement:
            self._change_to(suitable)
            return
        if self._is_new:
            self._give_sizes()
        self._give_center_room()
        self.tabs.set_up()
        # At the next change it would be too late: the docks are squeezed by then.
        self._layouts = self.layouts()

    def _suitable(self) -> Arrangement:
        columns: tuple[Area, ...] = ("left", "center", "right")
        needed = sum(self._smallest_width(area) for area in columns) + 2 * _SEPARATOR
        if self._window.width() < needed:
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
        self.size_timer.start()

    def _place(self, arrangement: Arrangement) -> None:
        self._show_titles(arrangement)
        for dock in self.docks.values():  # one more in a pile would ask for a larger window
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        for area, docks in self._groups(arrangement):
            self._window.addDockWidget(_AREAS[area], docks[0], Qt.Orientation.Vertical)
            for dock, following in pairwise(docks):
                self._window.tabifyDockWidget(dock, following)
            for dock in docks:
                dock.setVisible(not self.panels[dock.windowTitle()].is_inside)
        # Sizes stick only when the docks have been laid out, which the event loop does.
        self._is_new = True
        self.size_timer.start()

    def _give_sizes(self) -> None:
        """Give the docks the sizes of the first start, and show the first panel of the center."""
        self._is_new = False
        for dock in self._of("center")[1::-1]:  # the first one last, lest it be hidden again
            dock.raise_()
        if self._arrangement == "columns":
            self._share_height()
        if self._arrangement != "tabs":
            self._resize_sides(_WIDTHS)

    def _share_height(self) -> None:
        docks = self._of("center")[:2]
        shares = [3, 2][: len(docks)]
        unit = self._window.height() // max(sum(shares), 1)
        self._window.resizeDocks(docks, [unit * share for share in shares], Qt.Orientation.Vertical)

    def _give_center_room(self) -> None:
        """Make the sides as narrow as they can be before the center has to scroll."""
        shown = (dock for dock in self._of("center") if self._is_seen(dock))
        if any(dock.width() < self._smallest_width("center") for dock in shown):
            self._resize_sides(dict.fromkeys(_WIDTHS, 0))

    def _is_seen(self, dock: QDockWidget) -> bool:
        """Whether a dock is in its place in the window; Qt puts those behind tabs far outside."""
        is_inside = self._window.rect().intersects(dock.geometry())
        return dock.isVisible() and not dock.isFloating() and is_inside

    def _resize_sides(self, widths: Mapping[Area, int]) -> None:
        sides = [
            (dock, max(width, self._smallest_width(area)))
            for area, width in widths.items()
            for dock in self._of(area)
        ]
        self._window.resizeDocks(
            [dock for dock, _ in sides], [width for _, width in sides], Qt.Orientation.Horizontal
        )

    def _groups(self, arrangement: Arrangement) -> list[tuple[Area, list[QDockWidget]]]:
        """Return which docks share a place as tabs, and in which area."""
        if arrangement == "tabs":
            return [("center", list(self.docks.values()))]
        alone = 1 if arrangement == "columns" else 0  # the first panel of the center
        groups: list[tuple[Area, list[QDockWidget]]] = []
        for area in _AREAS:
            docks, kept = self._of(area), alone if area == "center" else 0
            groups += [(area, part) for part in (docks[:kept], docks[kept:]) if part]
        return groups

    def _show_titles(self, arrangement: Arrangement) -> None:
        """Show titles where no tab does, and the central widget where there are sides."""
        self._nothing.setVisible(arrangement != "tabs")
        for _, docks in self._groups(arrangement):
            for dock in docks:
                if old := dock.titleBarWidget():
                    old.deleteLater()
                title = _NoTitle(dock) if len(docks) > 1 else None
                dock.setTitleBarWidget(title)  # type: ignore[arg-type]  # None is Qt's own

    def _of(self, area: Area) -> list[QDockWidget]:
        return [self.docks[title] for title, panel in self.panels.items() if panel.area == area]

    def _smallest_width(self, area: Area) -> int:
        """Return the width below which the first panel of an area would have to scroll."""
        panel = next(panel for panel in self.panels.values() if panel.area == area)
        return max(panel.minimumSizeHint().width(), panel.minimumWidth())

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(f"dock-{panel.title.lower()}")
        frame = PanelFrame(panel)
        frame.resized.connect(self.size_timer.start)
        dock.setWidget(frame)
        # What is behind a tab must not get the keyboard, nor draw. The frame stays: without it, the
        # dock would have no size.
        dock.visibilityChanged.connect(panel.setVisible)
        dock.topLevelChanged.connect(panel.show)
        return dock
