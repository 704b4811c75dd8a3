import numpy as np

from convlab.insight.mosaic import Tiling
from convlab.ui.widgets.map_colors import colors_for, picture_of_maps

MAPS = np.array([[[-4.0, 0.0], [2.0, np.nan]], [[0.5, 0.25], [0.0, -0.5]]])


def color(picture, x, y):
    return picture.pixelColor(x, y)


def test_one_scale_makes_maps_comparable():
    colors = colors_for("Conv1", MAPS, own=False)
    assert colors.limits == (-4.0, 4.0)
    picture = picture_of_maps(MAPS, Tiling(2, 2, 2, 2), colors)
    assert color(picture, 0, 0).blue() > color(picture, 0, 0).red()  # negative
    assert color(picture, 0, 1).red() > color(picture, 0, 1).blue()  # positive
    assert color(picture, 1, 0).saturation() == 0  # zero


def test_own_scales_show_small_values_too():
    own = colors_for("Conv1", MAPS, own=True)
    assert own.limits is None
    common = picture_of_maps(MAPS, Tiling(2, 2, 2, 2), colors_for("Conv1", MAPS, own=False))
    picture = picture_of_maps(MAPS, Tiling(2, 2, 2, 2), own)
    assert color(picture, 3, 0).saturation() > color(common, 3, 0).saturation()


def test_gaps_and_what_is_not_finite_are_transparent():
    picture = picture_of_maps(MAPS, Tiling(2, 2, 2, 2), colors_for("Conv1", MAPS, own=False))
    assert color(picture, 1, 1).alpha() == 0
    assert color(picture, 2, 0).alpha() == 0
    assert color(picture, 0, 0).alpha() == 255


def test_the_image_is_shown_as_it_is():
    image = np.array([[[0.0, 1.0]]])
    picture = picture_of_maps(image, Tiling(1, 1, 2, 1), colors_for("Input", image, own=True))
    assert color(picture, 0, 0).lightness() == 0
    assert color(picture, 1, 0).lightness() == 255
