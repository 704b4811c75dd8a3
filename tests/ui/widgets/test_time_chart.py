"""A chart over the iterations tells which number lies where."""

import pytest
from PySide6.QtCore import QPointF, QRectF

from convlab.ui.widgets.time_chart import Place, nice_ticks


def test_a_pixel_leads_back_to_its_numbers():
    place = Place(QRectF(40, 10, 200, 100), (0.0, 1000.0), (-2.0, 2.0))
    assert (place.to_x(250), place.to_y(1.0)) == (90.0, 35.0)
    assert place.from_pixel(QPointF(90.0, 35.0)) == pytest.approx((250.0, 1.0))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 400.0, [0, 100, 200, 300, 400]),
        (-0.3, 0.25, [-0.2, 0.0, 0.2]),
        (0.0, 1.0, [0.0, 0.5, 1.0]),
        (3e-5, 9e-5, [4e-5, 6e-5, 8e-5]),
    ],
)
def test_ticks_are_round_numbers_within_the_range(low, high, expected):
    assert nice_ticks(low, high, 4) == pytest.approx(expected)
