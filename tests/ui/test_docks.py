"""How the panels are arranged in windows of different sizes, and what is kept of it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDockWidget, QScrollArea
from pytestqt.qtbot import QtBot

from convlab.ui.app import make_window
from convlab.ui.docks import Arrangement
from convlab.ui.main_window import MainWindow

Open = Callable[[MainWindow], MainWindow]

USUAL = (1366, 768)
SMALL = (1024, 600)
SMALLEST = (683, 384)  # what is left of 1366x768 at twice the scale
SIZES: list[tuple[tuple[int, int], Arrangement]] = [
    (USUAL, "columns"),
    (SMALL, "tabbed-center"),
    (SMALLEST, "tabs"),
]


def resize(qtbot: QtBot, window: MainWindow, size: tuple[int, int]) -> None:
    """Give the window another size and wait until the docks suit it."""
    wanted = dict(SIZES)[size]
    window.resize(*size)
    assert (window.width(), window.height()) == size
    qtbot.waitUntil(lambda: window.docks.arrangement == wanted)
    qtbot.waitUntil(lambda: not window.docks.size_timer.isActive())


def is_seen(dock: QDockWidget) -> bool:
    """Whether the dock is not behind another tab: Qt puts such docks far outside."""
    return dock.isVisible() and dock.x() >= 0


def frame_of(dock: QDockWidget) -> QScrollArea:
    frame = dock.widget()
    assert isinstance(frame, QScrollArea)
    return frame


def is_inside(window: MainWindow, dock: QDockWidget) -> bool:
    return window.rect().contains(dock.rect().translated(dock.mapTo(window, QPoint())))


@pytest.mark.parametrize(("size", "arrangement"), SIZES)
def test_every_panel_can_be_brought_into_view_without_scrolling_to_the_side(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int], arrangement: Arrangement
) -> None:
    resize(qtbot, window, size)
    for title in ("Setup", "Curves", "Filters", "Draw"):
        dock = window.docks.docks[title]
        dock.raise_()
        qtbot.waitUntil(lambda dock=dock: is_seen(dock))  # type: ignore[misc]
        assert is_inside(window, dock), title
        bar = frame_of(dock).horizontalScrollBar()
        qtbot.waitUntil(lambda bar=bar: bar.maximum() == 0)  # type: ignore[misc]


def test_most_of_the_width_goes_to_the_center(window: MainWindow) -> None:
    widths = {title: dock.width() for title, dock in window.docks.docks.items()}
    assert (widths["Setup"], widths["Draw"]) == (320, 340)
    assert widths["Curves"] == 1366 - 320 - 340 - 2 * 6
    window.resize(1600, 900)
    assert window.docks.docks["Setup"].width() == 320
    assert window.docks.docks["Draw"].width() == 340


def test_the_curves_are_seen_first_in_every_arrangement(qtbot: QtBot, window: MainWindow) -> None:
    for size, _ in SIZES:
        resize(qtbot, window, size)
        assert is_seen(window.docks.docks["Curves"])


def test_a_panel_is_named_once_by_its_title_or_by_its_tab(qtbot: QtBot, window: MainWindow) -> None:
    def without_title() -> list[str]:
        return [t for t, dock in window.docks.docks.items() if dock.titleBarWidget() is not None]

    assert without_title() == [
        title
        for title, panel in window.docks.panels.items()
        if panel.area == "center" and title != "Curves"
    ]
    resize(qtbot, window, SMALL)
    assert not {"Setup", "Draw"} & set(without_title())
    resize(qtbot, window, SMALLEST)
    assert without_title() == list(window.docks.docks)


def test_what_was_changed_is_there_again_when_the_window_is_large_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    docks = window.docks.docks
    docks["Filters"].close()
    window.resizeDocks([docks["Setup"]], [400], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: docks["Setup"].width() == 400)
    qtbot.waitUntil(lambda: not window.docks.size_timer.isActive())
    resize(qtbot, window, SMALLEST)
    assert docks["Filters"].isHidden()
    assert not docks["Draw"].isHidden()
    resize(qtbot, window, USUAL)
    qtbot.waitUntil(lambda: docks["Setup"].width() == 400)
    assert docks["Filters"].isHidden()
    assert docks["Curves"].isVisible()


def test_sides_make_room_before_the_center_has_to_scroll(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1024, 768)
    qtbot.waitUntil(lambda: window.docks.docks["Setup"].width() < 320)
    curves = frame_of(window.docks.docks["Curves"])
    assert window.docks.arrangement == "columns"
    qtbot.waitUntil(lambda: curves.horizontalScrollBar().maximum() == 0)


def test_reset_puts_every_panel_back(qtbot: QtBot, window: MainWindow) -> None:
    resize(qtbot, window, SMALL)
    docks = window.docks.docks
    docks["Draw"].close()
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, docks["Setup"])
    actions = window.findChildren(QAction)
    next(a for a in actions if a.text() == "&Reset layout").trigger()
    assert docks["Draw"].isVisible()
    assert window.dockWidgetArea(docks["Setup"]) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert window.docks.arrangement == "tabbed-center"


def test_each_arrangement_returns_at_the_next_start(
    qapp: QApplication, qtbot: QtBot, opened: Open
) -> None:
    first = opened(make_window(qapp))
    first.resizeDocks([first.docks.docks["Draw"]], [450], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: first.docks.docks["Draw"].width() == 450)
    qtbot.waitUntil(lambda: not first.docks.size_timer.isActive())
    resize(qtbot, first, SMALLEST)
    first.docks.docks["Setup"].close()
    first.close()

    second = opened(make_window(qapp))
    assert (second.width(), second.height()) == SMALLEST
    assert second.docks.arrangement == "tabs"
    assert second.docks.docks["Setup"].isHidden()
    resize(qtbot, second, USUAL)
    qtbot.waitUntil(lambda: second.docks.docks["Draw"].width() == 450)
    assert not second.docks.docks["Setup"].isHidden()
