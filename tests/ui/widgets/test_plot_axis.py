"""Axes are labelled as a person would write them, at any zoom."""

import pytest
from pytestqt.qtbot import QtBot

from convlab.ui.widgets.plot_axis import (
    FEWEST_DECADES,
    PlotAxis,
    count_text,
    number_text,
    percent_text,
    power_text,
)


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [(0.8, 0.2, "80%"), (1.0, 0.25, "100%"), (0.985, 0.005, "98.5%"), (0.3, 0.1, "30%")],
)
def test_percent(value: float, spacing: float, text: str) -> None:
    assert percent_text(value, spacing) == text


def test_iterations_are_whole_numbers() -> None:
    assert count_text(12000.0, 2000.0) == "12,000"
    assert count_text(2.5, 0.5) == ""


def test_losses_have_the_places_that_the_ticks_need() -> None:
    assert number_text(2.0, 0.5) == "2.0"
    assert number_text(2.0, 1.0) == "2"
    assert number_text(3e38, 1e38) == "3e+38"


@pytest.mark.parametrize(
    ("logarithm", "text"), [(0, "1"), (-2, "0.01"), (-7, "1e-7"), (38, "1e38"), (400, "1e400")]
)
def test_powers_of_ten(logarithm: float, text: str) -> None:
    assert power_text(logarithm) == text


@pytest.mark.parametrize(("low", "high"), [(-2.0, 0.5), (-300.0, 300.0), (0.4, 0.4 + 0.35)])
def test_a_log_axis_has_some_ticks_but_never_too_many(
    low: float, high: float, qtbot: QtBot
) -> None:
    assert high - low >= FEWEST_DECADES - 1e-9
    [(_, ticks)] = PlotAxis("left", number_text).logTickValues(low, high, 200.0, [])
    assert 1 <= len(ticks) <= 10
    assert all(low <= tick <= high for tick in ticks)
