"""Strokes on an image change what they cover, as much as they cover it, and nothing else."""

import numpy as np
import pytest

from convlab.data.digit_image import Stroke
from convlab.data.drawn_over import drawn_over, picture_frame

GRAY = np.full((1, 28, 28), 100, np.uint8)


def stroke(*points, width=4 / 28, erases=False):
    return Stroke(np.array(points, dtype=float), width, erases)


def test_without_strokes_it_is_the_same_image():
    assert drawn_over(GRAY, ()) is GRAY


def test_a_pen_leaves_white_and_an_eraser_black():
    across = [(2 / 28, 0.5), (26 / 28, 0.5)]
    for erases, left in ((False, 255), (True, 0)):
        image = drawn_over(GRAY, (stroke(*across, erases=erases),))
        np.testing.assert_array_equal(image[0, 13:15, 4:24], left)
        np.testing.assert_array_equal(image[0, :11], 100)
        np.testing.assert_array_equal(image[0, 17:], 100)


def test_what_comes_last_counts():
    dot = [(0.5, 0.5)]
    erased = drawn_over(GRAY, (stroke(*dot), stroke(*dot, width=8 / 28, erases=True)))
    assert erased[0, 14, 14] == 0
    drawn = drawn_over(GRAY, (stroke(*dot, width=8 / 28, erases=True), stroke(*dot)))
    assert drawn[0, 14, 14] == 255


def test_a_pixel_that_is_half_covered_is_a_mixture():
    image = drawn_over(GRAY, (stroke((-1, 0.5 / 28), (2, 0.5 / 28), width=1 / 28),))
    assert image[0, 0].min() > 240
    half = drawn_over(GRAY, (stroke((-1, 0), (2, 0), width=1 / 28),))
    assert abs(int(half[0, 0, 14]) - 177) <= 20


def test_all_channels_of_a_wide_image_are_drawn_on_in_the_middle_of_the_paper():
    wide = np.zeros((3, 10, 20), np.uint8)
    frame = picture_frame(10, 20)
    assert frame.corner == pytest.approx([0, 0.25])
    assert frame.size == pytest.approx([1, 0.5])
    image = drawn_over(wide, (stroke((0.5, 0.5), width=0.2),))
    assert (image[:, 4:6, 9:11] == 255).all()
    assert not image[:, :, :6].any()
