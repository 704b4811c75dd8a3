"""A notice stands where it fits, and is never cut off."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QMainWindow, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.notice import Notice, NoticeRow

LONG = (
    "The loss was nan at iteration 1,025: the weights have grown out of range. The weights after "
    "iteration 1,020 were kept. Try a smaller learning rate (it was 100) or smaller initial "
    "weights."
)
BESIDE = QRect(300, 20, 340, 32)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QMainWindow]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    window.resize(640, 400)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.hide()


@pytest.fixture
def notice(window: QMainWindow, theme: Theme) -> Notice:
    notice = Notice(theme, NoticeRow(window), window)
    notice.said.connect(lambda: notice.place(BESIDE, window.width()))
    return notice


def test_a_short_sentence_stands_in_its_place(notice: Notice, window: QMainWindow) -> None:
    notice.say("good", "Settings saved.")
    assert notice.isVisible()
    assert notice.geometry() == BESIDE
    assert window.centralWidget().geometry() == window.rect()


def test_the_panels_give_way_to_a_long_sentence_with_all_its_lines(
    qtbot: QtBot, notice: Notice, window: QMainWindow
) -> None:
    panels = window.centralWidget()
    notice.say("error", LONG)
    qtbot.waitUntil(lambda: notice.geometry().bottom() == window.rect().bottom())
    assert notice.height() >= notice.heightForWidth(notice.width())
    assert not notice.geometry().intersects(panels.geometry())
    notice.say("good", "Settings saved.")
    assert notice.geometry() == BESIDE
    qtbot.waitUntil(lambda: panels.geometry() == window.rect())


def test_it_stays_until_it_is_closed(qtbot: QtBot, notice: Notice, window: QMainWindow) -> None:
    assert not notice.isVisible()
    notice.say("warning", LONG)
    assert notice.text == notice.accessibleName() == LONG
    qtbot.mouseClick(notice.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert not notice.isVisible()
    qtbot.waitUntil(lambda: window.centralWidget().geometry() == window.rect())


def test_a_layout_that_is_restored_brings_no_empty_row(notice: Notice, window: QMainWindow) -> None:
    notice.say("error", LONG)
    layout = window.saveState()
    notice.hide()
    window.restoreState(layout)
    assert not window.findChild(NoticeRow).isVisible()
