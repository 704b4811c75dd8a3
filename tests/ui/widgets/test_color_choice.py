import pytest
from PySide6.QtGui import QAction

from convlab.ui.widgets.color_choice import COLORS, SCALES, ColorChoice
from convlab.ui.widgets.filter_pictures import FilterColors


@pytest.fixture
def choice(qtbot, theme):
    choice = ColorChoice(theme)
    qtbot.addWidget(choice)
    return choice


def entry(choice, text) -> QAction:
    return next(action for action in choice.menu().actions() if action.text() == text)


def checked(choice):
    return [action.text() for action in choice.menu().actions() if action.isChecked()]


def test_it_begins_as_the_books_figure(choice):
    assert choice.value() == FilterColors("gray", "filter")
    assert checked(choice) == [COLORS["gray"][0], SCALES["filter"][0]]


def test_diverging_colors_begin_with_a_scale_in_common(choice, qtbot):
    with qtbot.waitSignal(choice.changed):
        entry(choice, COLORS["diverging"][0]).trigger()
    assert choice.value() == FilterColors("diverging", "same")
    assert checked(choice) == [COLORS["diverging"][0], SCALES["same"][0]]


def test_each_kind_of_colors_keeps_its_scale(choice, qtbot):
    with qtbot.waitSignal(choice.changed):
        entry(choice, SCALES["grid"][0]).trigger()
    assert choice.value() == FilterColors("gray", "grid")
    entry(choice, COLORS["diverging"][0]).trigger()
    assert choice.value().scale == "same"
    entry(choice, COLORS["gray"][0]).trigger()
    assert choice.value() == FilterColors("gray", "grid")


def test_what_was_chosen_comes_back(choice, qtbot, theme):
    choice.choose("gray", "same")
    choice.choose("diverging", "filter")
    other = ColorChoice(theme)
    qtbot.addWidget(other)
    other.restore(choice.choices())
    assert other.value() == FilterColors("diverging", "filter")
    other.choose("gray")
    assert other.value() == FilterColors("gray", "same")


@pytest.mark.parametrize("choices", [{}, {"colors": "pink", "gray_scale": "huge"}])
def test_what_makes_no_sense_changes_nothing(choice, choices):
    choice.restore(choices)
    assert choice.value() == FilterColors("gray", "filter")


def test_every_entry_says_what_it_does(choice):
    entries = [action for action in choice.menu().actions() if action.isCheckable()]
    assert len(entries) == len(COLORS) + len(SCALES)
    assert all(action.toolTip() != action.text() for action in entries)
