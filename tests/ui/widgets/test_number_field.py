import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from convlab.nn.optimizers import Adam
from convlab.settings import About, Setting, settings_of
from convlab.ui.widgets.number_field import NumberField, next_number, number_text

RATE, BETA, _ = settings_of(Adam)


def field(qtbot: QtBot, setting: Setting, value: float | str) -> NumberField:
    made = NumberField(setting)
    qtbot.addWidget(made)
    made.setValue(value)
    return made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (1e-5, "1e-5"),
        (10.0, "10"),
        (0.0, "0"),
        (2.5e-7, "2.5e-7"),
        (1e30, "1e30"),
    ],
)
def test_numbers_are_written_short_and_mean_what_they_did(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(text) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1e-5", 1e-5), (" 0.25 ", 0.25), ("0,25", 0.25), ("abc", "abc"), ("", ""), ("1e", "1e")],
)
def test_what_is_typed_is_a_number_or_remains_a_text(
    qtbot: QtBot, typed: str, value: float | str
) -> None:
    number = field(qtbot, RATE, 0.001)
    number.selectAll()
    with qtbot.waitSignal(number.changed):
        qtbot.keyClicks(number, typed) if typed else qtbot.keyClick(number, Qt.Key.Key_Delete)
    assert number.value() == value


def test_enter_writes_the_number_in_its_usual_form(qtbot: QtBot) -> None:
    number = field(qtbot, RATE, 0.001)
    number.selectAll()
    qtbot.keyClicks(number, "0,0500")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert number.text() == "0.05"


def test_enter_keeps_what_is_no_number_so_that_it_can_be_mended(qtbot: QtBot) -> None:
    number = field(qtbot, RATE, 0.001)
    number.selectAll()
    qtbot.keyClicks(number, "0.0x")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert number.text() == "0.0x"


@pytest.mark.parametrize(
    ("value", "above", "below"),
    [
        (0.001, 0.002, 0.0005),
        (0.003, 0.005, 0.002),
        (1.0, 2.0, 0.5),
        (0.0, 1e-6, -1e-6),
        (1e-6, 2e-6, 0.0),
        (-2.0, -1.0, -5.0),
    ],
)
def test_steps_go_through_one_two_five(value: float, above: float, below: float) -> None:
    assert next_number(value, up=True) == above
    assert next_number(value, up=False) == below


def test_the_arrow_keys_step_and_stop_at_the_limits(qtbot: QtBot) -> None:
    rate = field(qtbot, RATE, 20.0)
    for expected in (50.0, 100.0, 100.0):
        qtbot.keyClick(rate, Qt.Key.Key_Up)
        assert rate.value() == expected
    rate.setValue(1e-6)  # the next one down would be 0, which no learning rate can be
    qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.value() == 1e-6


def test_factors_below_one_step_by_their_distance_to_one(qtbot: QtBot) -> None:
    beta = field(qtbot, BETA, 0.2)
    seen = []
    for _ in range(7):
        qtbot.keyClick(beta, Qt.Key.Key_Up)
        seen.append(beta.value())
    assert seen == [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995]
    for _ in range(7):
        qtbot.keyClick(beta, Qt.Key.Key_Down)
    assert beta.value() == 0.2


def test_a_text_that_is_no_number_does_not_step(qtbot: QtBot) -> None:
    number = field(qtbot, RATE, "abc")
    qtbot.keyClick(number, Qt.Key.Key_Up)
    assert number.value() == "abc"


def test_a_setting_without_limits_steps_on_both_sides_of_zero(qtbot: QtBot) -> None:
    number = field(qtbot, Setting("x", About("X", "Anything."), float, 0.0), 1e-6)
    for expected in (0.0, -1e-6, -2e-6):
        qtbot.keyClick(number, Qt.Key.Key_Down)
        assert number.value() == expected
