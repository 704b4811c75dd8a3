"""A notice stands where it fits, and is never cut off."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.notice import Notice

LONG = (
    "The loss was nan at iteration 1,025: the weights have grown out of range. The weights after "
    "iteration 1,020 were kept. Try a smaller learning rate (it was 100) or smaller initial "
    "weights."
)
BESIDE = QRect(300, 20, 340, 32)
ALL = QRect(8, 0, 624, 360)


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(640, 400)
    with qtbot.waitExposed(parent):
        parent.show()
    yield parent
    parent.hide()


def test_a_short_sentence_stands_in_its_place(parent: QWidget, theme: Theme) -> None:
    notice = Notice(theme, parent)
    notice.said.connect(lambda: notice.place(BESIDE, QRect(ALL)))
    notice.say("good", "Settings saved.")
    assert notice.isVisible()
    assert notice.geometry() == BESIDE


def test_a_long_sentence_stands_at_the_lower_end_with_all_its_lines(
    parent: QWidget, theme: Theme
) -> None:
    notice = Notice(theme, parent)
    notice.said.connect(lambda: notice.place(BESIDE, QRect(ALL)))
    notice.say("error", LONG)
    assert notice.geometry().bottom() == ALL.bottom()
    assert notice.width() == ALL.width()
    assert notice.height() >= notice.heightForWidth(notice.width())
    notice.say("good", "Settings saved.")
    assert notice.geometry() == BESIDE


def test_it_stays_until_it_is_closed(qtbot: QtBot, parent: QWidget, theme: Theme) -> None:
    notice = Notice(theme, parent)
    assert not notice.isVisible()
    notice.say("warning", LONG)
    assert notice.text == notice.accessibleName() == LONG
    qtbot.mouseClick(notice.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert not notice.isVisible()
