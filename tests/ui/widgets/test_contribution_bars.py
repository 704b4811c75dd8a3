"""Bars show the largest parts, and lose none of the others."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from convlab.ui.widgets.contribution_bars import ContributionBars

PARTS = np.array([0.1, -3.0, 2.0, 0.5, -0.2, 0.05, 0.03, 0.02, 0.0, 1.0])


@pytest.fixture
def bars(qtbot, theme):
    bars = ContributionBars(theme, "unit")
    qtbot.addWidget(bars)
    bars.resize(220, 8 * bars._row_height())
    bars.set_parts(PARTS, 0.25)
    with qtbot.waitExposed(bars):
        bars.show()
    return bars


def test_the_rows_are_sorted_by_size_and_add_up(bars):
    texts = [row.text for row in bars.rows()]
    assert texts == ["Unit 2", "Unit 3", "Unit 10", "Unit 4", "Unit 5", "5 others", "Biases", "Sum"]
    *rows, total = bars.rows()
    assert total.part == pytest.approx(sum(row.part for row in rows))
    assert total.part == pytest.approx(PARTS.sum() + 0.25)


def test_with_room_for_all_there_are_no_others(bars):
    bars.resize(220, 30 * bars._row_height())
    assert len(bars.rows()) == len(PARTS) + 2


def test_a_click_chooses_and_another_takes_it_back(bars, qtbot):
    at = bars.row_rect(1).center().toPoint()
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    assert chosen.args == [2]
    bars.set_parts(PARTS, 0.25, chosen=2)
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    assert chosen.args == [None]


def test_others_biases_and_sum_cannot_be_chosen(bars, qtbot):
    with qtbot.assertNotEmitted(bars.chosen):
        for row in (5, 6, 7):
            at = bars.row_rect(row).center().toPoint()
            qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)


def test_the_keyboard_moves_and_chooses(bars, qtbot):
    bars.setFocus()
    with qtbot.waitSignal(bars.pointed) as pointed:
        qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert pointed.args == [2]
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert chosen.args == [2]


def test_the_mouse_points_and_leaves(bars, qtbot):
    with qtbot.waitSignal(bars.pointed) as pointed:
        qtbot.mouseMove(bars, bars.row_rect(0).center().toPoint())
    assert pointed.args == [1]
    qtbot.mouseMove(bars, QPoint(5, int(bars.row_rect(7).center().y())))
    qtbot.waitUntil(lambda: bars._hovered is None)


def test_red_bars_lie_to_the_right_of_blue_ones(bars, theme):
    image = bars.grab().toImage()
    colors = theme.colors

    def columns_of(color, row):
        y = int(bars.row_rect(row).center().y())
        return [x for x in range(image.width()) if image.pixelColor(x, y).name() == color]

    assert max(columns_of(colors.train, 0)) < min(columns_of(colors.error, 1))


def test_it_is_read_out_in_words(bars):
    assert bars.accessibleDescription().startswith("Unit 2: −3, Unit 3: +2")


def test_small_parts_are_written_with_a_common_power_of_ten(bars):
    assert (bars.factor, bars.number(0)) == ("", "−3.000")
    bars.set_parts(PARTS / 10_000, 0.0)
    assert (bars.factor, bars.number(0), bars.number(1)) == ("×10⁻⁴", "−3.000", "+2.000")
