import numpy as np
import pytest
from PySide6.QtGui import QColor

from convlab.ui.theme import DARK, LIGHT
from convlab.ui.widgets.color_map import (
    LEVELS,
    diverging,
    gray_reversed,
    levels_at,
    takes_black_ink,
)

ZERO = LEVELS // 2


def luminance(lookup):
    """Return the relative luminance (0 to 1) of sRGB colors."""
    channels = lookup / 255.0
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def test_gray_is_white_for_the_smallest_and_black_for_the_largest():
    lookup = gray_reversed()
    assert lookup[0].tolist() == [255, 255, 255]
    assert lookup[-1].tolist() == [0, 0, 0]
    assert (np.diff(luminance(lookup)) <= 0).all()


def test_diverging_is_blue_below_zero_red_above_and_neutral_between():
    lookup = diverging().astype(int)
    assert lookup[ZERO].max() == lookup[ZERO].min()
    assert (lookup[: ZERO - 20, 2] > lookup[: ZERO - 20, 0] + 20).all()
    assert (lookup[ZERO + 20 :, 0] > lookup[ZERO + 20 :, 2] + 10).all()


def test_diverging_darkens_steadily_away_from_zero():
    brightness = luminance(diverging())
    assert (np.diff(brightness[ZERO:]) <= 0).all()
    assert (np.diff(brightness[: ZERO + 1]) >= 0).all()


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_zero_stands_out_from_the_window(colors):
    window = QColor(colors.window)
    zero = luminance(diverging()[ZERO])
    around = luminance(np.array([window.red(), window.green(), window.blue()]))
    assert (max(zero, around) + 0.05) / (min(zero, around) + 0.05) > 1.1


def test_a_tenth_of_the_range_can_be_told_from_zero():
    lookup = diverging().astype(int)
    tenth = round(0.1 * ZERO)
    for near in (lookup[ZERO - tenth], lookup[ZERO + tenth]):
        assert np.abs(near - lookup[ZERO]).max() >= 20


def test_both_sides_weigh_the_same():
    lightness = np.cbrt(luminance(diverging()))
    assert np.abs(lightness - lightness[::-1]).max() < 0.1


def test_zero_has_the_middle_level_and_what_is_outside_the_ends():
    shares = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    assert levels_at(shares).tolist() == [0, 0, ZERO, LEVELS - 1, LEVELS - 1]


@pytest.mark.parametrize("lookup", [gray_reversed(), diverging()])
def test_ink_can_be_read_on_every_color(lookup):
    paper = luminance(lookup)
    ink = np.where(takes_black_ink(lookup), 0.0, 1.0)
    contrast = (np.maximum(paper, ink) + 0.05) / (np.minimum(paper, ink) + 0.05)
    assert contrast.min() >= 4.5
