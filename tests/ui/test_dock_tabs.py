"""Many panels open at once: their tabs can be read, listed and closed."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from convlab.ui.main_window import MainWindow


@pytest.fixture
def bar(qtbot: QtBot, window: MainWindow) -> QTabBar:
    """The bar of a usual window in which all panels are open."""
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: window.docks.arrangement == "columns")
    for title, panel in window.docks.panels.items():
        if panel.is_inside:
            window.docks.bring(title)
    window.docks.fit()
    return max(window.docks.tabs.bars, key=QTabBar.count)


def test_no_title_is_shortened_and_the_one_in_front_is_in_view(
    qtbot: QtBot, window: MainWindow, bar: QTabBar
) -> None:
    for index in range(bar.count()):
        needed = bar.fontMetrics().horizontalAdvance(bar.tabText(index))
        assert bar.tabRect(index).width() > needed
        assert bar.tabToolTip(index)
    for title in ("Filters", "Health"):
        window.docks.bring(title)
        index = bar.currentIndex()
        assert bar.tabText(index) == title
        qtbot.waitUntil(lambda: bar.rect().contains(bar.tabRect(bar.currentIndex()).center()))


def test_the_menu_lists_all_tabs_and_closes_one(
    qtbot: QtBot, window: MainWindow, bar: QTabBar
) -> None:
    menu = window.docks.tabs.menu(bar, QPoint(-1, -1))
    titles = {action.text(): action for action in menu.actions()}
    assert titles["Health"].isChecked()
    titles["Inspector"].trigger()
    assert bar.tabText(bar.currentIndex()) == "Inspector"
    menu = window.docks.tabs.menu(bar, bar.tabRect(bar.currentIndex()).center())
    menu.actions()[-1].trigger()
    assert window.docks.docks["Inspector"].isHidden()
    qtbot.waitUntil(lambda: "Inspector" not in [bar.tabText(index) for index in range(bar.count())])
