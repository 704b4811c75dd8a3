import numpy as np
import pytest

from convlab.insight.color_ranges import common_ranges
from convlab.ui.widgets.color_bar import ColorBar
from convlab.ui.widgets.color_map import diverging, gray_reversed


@pytest.fixture
def bar(qtbot, theme):
    bar = ColorBar(theme)
    qtbot.addWidget(bar)
    bar.resize(300, bar.sizeHint().height())
    return bar


def test_what_is_common_to_all_tiles_is_told_in_numbers(bar):
    bar.set_scale(diverging(), common_ranges(0.3, 5))
    assert (bar.lowest, bar.highest) == ("−0.3", "+0.3")
    assert bar.accessibleName() == "Colors from −0.3 to +0.3"


def test_a_single_tile_has_numbers_even_if_the_range_is_its_own(bar):
    bar.set_scale(gray_reversed(), np.array([[-0.012, 0.5]]))
    assert (bar.lowest, bar.highest) == ("−0.012", "+0.5")


def test_no_number_is_told_where_a_color_stands_for_many(bar):
    bar.set_scale(gray_reversed(), np.array([[-0.1, 0.5], [0.2, 0.3]]))
    assert (bar.lowest, bar.highest) == ("min", "max of each filter")
    bar.set_scale(diverging(), np.array([[-0.1, 0.1], [-0.3, 0.3]]))
    assert (bar.lowest, bar.highest) == ("−max", "+max of each filter")


@pytest.mark.parametrize("width", [300, 120])
def test_colors_can_be_seen_between_the_words(bar, width):
    bar.set_scale(gray_reversed(), np.array([[-0.1, 0.5], [0.2, 0.3]]))
    bar.resize(width, bar.height())
    image = bar.grab().toImage()
    middle = image.height() // 2
    grays = {image.pixelColor(x, middle).lightness() for x in range(image.width())}
    assert min(grays) < 8
    assert len(grays) > 16
