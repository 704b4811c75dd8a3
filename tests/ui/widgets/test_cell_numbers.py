import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from convlab.ui.widgets.cell_numbers import (
    decimals_for,
    draw_numbers,
    exponent_for,
    power_of_ten,
    signed,
)
from convlab.ui.widgets.color_map import gray_reversed


def test_a_value_has_its_sign_and_a_fixed_number_of_decimals():
    assert signed(0.25) == "+0.250"
    assert signed(-0.00071, 4) == "−0.0007"
    assert signed(0.0, 2) == signed(-0.0, 2) == "+0.00"
    assert signed(-3.4e38) == "−3.4e+38"
    assert signed(float("nan")) == "+nan"
    assert signed(float("-inf")) == "−inf"


@pytest.mark.parametrize(
    ("largest", "decimals"),
    [(40.0, 3), (0.25, 3), (0.031, 4), (0.0031, 5), (1e-12, 6), (0.0, 3), (np.inf, 3)],
)
def test_small_weights_get_more_decimals(largest, decimals):
    assert decimals_for(np.array([0.0, -largest, np.nan])) == decimals


@pytest.mark.parametrize(
    ("largest", "written"),
    [(0.02, " ×10⁻²"), (3e-12, " ×10⁻¹²"), (0.5, ""), (99.0, ""), (2e5, " ×10⁵"), (0.0, "")],
)
def test_a_power_of_ten_is_taken_out_of_what_two_decimals_could_not_show(largest, written):
    assert power_of_ten(exponent_for(np.array([largest, -largest / 7, np.inf]))) == written


@pytest.mark.parametrize(("side", "is_drawn"), [(112, True), (40, False)])
@pytest.mark.parametrize("largest", [0.0, 1e-12, 0.00047, 0.25, 3e38])
@pytest.mark.usefixtures("qapp")
def test_numbers_are_written_where_they_can_be_read(side, is_drawn, largest):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    blank = image.copy()
    values = np.array([[largest, -largest], [np.nan, 0.0]])
    painter = QPainter(image)
    written = draw_numbers(
        painter, QRectF(0, 0, side, side), values, np.zeros((2, 2)), gray_reversed()
    )
    painter.end()
    assert written is is_drawn
    assert (image != blank) is is_drawn
