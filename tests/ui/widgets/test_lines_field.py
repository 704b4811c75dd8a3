"""Lines are typed, numbered, added from a menu, and in view as far as there is room."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from annotated_types import MaxLen
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from convlab.settings import About, Offers, settings_of
from convlab.ui.theme import Theme
from convlab.ui.widgets.lines_field import FEWEST_ROWS, MOST_ROWS, LinesField
from convlab.ui.widgets.setting_editors import editor_for


@dataclass
class Menu:
    """A setting of lines."""

    courses: Annotated[
        list[str],
        MaxLen(9),
        Offers(lambda: ["Soup bowls=1", "Salad"]),
        About("Courses", "What is served."),
    ] = field(default_factory=lambda: ["Soup", "Roast"])
    guests: Annotated[list[str], About("Guests", "Who comes.")] = field(default_factory=list)


COURSES, GUESTS = settings_of(Menu)


@pytest.fixture
def area(qtbot: QtBot, theme: Theme) -> Iterator[QScrollArea]:
    """What a field stands in: a place of 200 pixels that scrolls."""
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    content = QWidget()
    area.setWidget(content)
    QVBoxLayout(content)
    area.resize(300, 200)
    with qtbot.waitExposed(area):
        area.show()
    area.activateWindow()
    yield area
    area.hide()


@pytest.fixture
def lines(area: QScrollArea, qtbot: QtBot) -> LinesField:
    lines = editor_for(COURSES)
    assert isinstance(lines, LinesField)
    layout = area.widget().layout()
    layout.addWidget(lines)
    layout.addWidget(QLabel("what stands below"))
    qtbot.waitUntil(lines.isVisible)
    lines.setFocus()
    qtbot.waitUntil(lines.hasFocus)
    return lines


def go_to_end(lines: LinesField) -> None:
    QTest.keyClick(lines, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)


def rows_in(lines: LinesField) -> float:
    return lines.viewport().height() / lines.fontMetrics().lineSpacing()


def test_it_shows_the_default_and_tells_each_edit(qtbot: QtBot, lines: LinesField) -> None:
    assert lines.value() == ["Soup", "Roast"]
    go_to_end(lines)
    with qtbot.waitSignal(lines.changed):
        qtbot.keyClicks(lines, "s")
    assert lines.value() == ["Soup", "Roasts"]


def test_blank_lines_and_blanks_around_a_line_do_not_count(lines: LinesField) -> None:
    lines.setPlainText("\n  Soup \n\n\t\nRoast x=1  \n")
    assert lines.value() == ["Soup", "Roast x=1"]


def test_the_same_lines_leave_what_is_being_typed_alone(qtbot: QtBot, lines: LinesField) -> None:
    go_to_end(lines)
    qtbot.keyClick(lines, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(lines.changed):
        lines.setValue(["Soup", "Roast"])
    assert lines.toPlainText() == "Soup\nRoast\n"


def test_the_tabulator_goes_on_to_the_next_field(qtbot: QtBot, lines: LinesField) -> None:
    qtbot.keyClick(lines, Qt.Key.Key_Tab)
    assert lines.value() == ["Soup", "Roast"]
    assert not lines.hasFocus()


def test_it_grows_with_its_text_up_to_a_limit(qtbot: QtBot, lines: LinesField) -> None:
    for count in (1, FEWEST_ROWS, 10, MOST_ROWS, 40):
        lines.setPlainText("\n".join(["Soup"] * count))
        rows = min(max(count, FEWEST_ROWS), MOST_ROWS)
        qtbot.waitUntil(lambda rows=rows: rows <= rows_in(lines) < rows + 1)  # type: ignore[misc]
        assert lines.verticalScrollBar().isVisible() == (count > MOST_ROWS)
        assert (lines.verticalScrollBar().maximum() > 0) == (count > MOST_ROWS)


def test_a_long_line_takes_several_rows_and_one_number(qtbot: QtBot, lines: LinesField) -> None:
    lines.setPlainText("\n".join(["Soup " * 20, "", "Roast", "Cake"]))
    qtbot.waitUntil(lambda: rows_in(lines) > FEWEST_ROWS + 1)
    first, second, third = lines.tops()
    row = lines.fontMetrics().lineSpacing()
    assert second - first > 2 * row
    assert third - second == row


def test_the_numbers_stand_beside_their_lines(
    qtbot: QtBot, theme: Theme, lines: LinesField
) -> None:
    lines.setPlainText("Soup\n\nRoast\n")
    qtbot.waitUntil(lambda: len(lines.tops()) == 2)
    picture = lines.grab().toImage()
    row = lines.fontMetrics().lineSpacing()
    inked = [
        has_ink(picture, top + lines.viewport().y(), row, lines.viewport().x() - 2, theme)
        for top in (lines.tops()[0], lines.tops()[0] + row, lines.tops()[1])
    ]
    assert inked == [True, False, True]


def has_ink(picture: QImage, top: int, height: int, right: int, theme: Theme) -> bool:
    paper = QColor(theme.colors.surface)
    places = ((x, y) for x in range(3, right) for y in range(top + 1, top + height - 1))
    return any(picture.pixelColor(x, y) != paper for x, y in places)


def test_what_it_stands_in_follows_the_cursor(
    qtbot: QtBot, area: QScrollArea, lines: LinesField
) -> None:
    go_to_end(lines)
    for _ in range(14):
        qtbot.keyClick(lines, Qt.Key.Key_Return)
        qtbot.keyClicks(lines, "Soup")

    def cursor_is_in_view() -> bool:
        cursor = lines.viewport().mapTo(area.viewport(), lines.cursorRect().center())
        return area.viewport().rect().contains(cursor)

    qtbot.waitUntil(cursor_is_in_view)
    assert area.verticalScrollBar().value() > 0


def test_the_wheel_is_the_fields_only_while_it_has_the_focus(
    qtbot: QtBot, area: QScrollArea, lines: LinesField
) -> None:
    lines.setPlainText("\n".join(["Soup"] * 40))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    turn_wheel_down(lines)
    assert lines.verticalScrollBar().value() > 0
    lines.clearFocus()
    area.verticalScrollBar().setValue(0)
    before = lines.verticalScrollBar().value()
    turn_wheel_down(lines)
    assert lines.verticalScrollBar().value() == before
    assert area.verticalScrollBar().value() > 0


def turn_wheel_down(lines: LinesField) -> None:
    window = lines.window()
    place = lines.viewport().mapTo(window, QPoint(40, 40))
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, -120))


def add(lines: LinesField, kind: str) -> None:
    actions = lines.add_button.menu().actions()
    next(action for action in actions if action.text() == kind).trigger()


def test_the_menu_offers_kinds_and_puts_their_lines_behind_the_cursor(lines: LinesField) -> None:
    assert [action.text() for action in lines.add_button.menu().actions()] == ["Soup", "Salad"]
    add(lines, "Salad")
    assert lines.value() == ["Soup", "Salad", "Roast"]
    add(lines, "Soup")
    assert lines.value() == ["Soup", "Salad", "Soup bowls=1", "Roast"]
    lines.undo()
    lines.undo()
    assert lines.value() == ["Soup", "Roast"]


def test_a_blank_line_with_the_cursor_is_filled(qtbot: QtBot, lines: LinesField) -> None:
    lines.setPlainText("")
    add(lines, "Salad")
    assert lines.toPlainText() == "Salad"
    assert lines.hasFocus()


def test_without_offers_there_is_no_button(qtbot: QtBot) -> None:
    guests = editor_for(GUESTS)
    assert isinstance(guests, LinesField)
    qtbot.addWidget(guests)
    assert guests.add_button.isHidden()
    assert guests.placeholderText() == "Who comes."
