"""Arrays become pictures of the same pixels."""

import numpy as np
from PySide6.QtGui import QColor

from convlab.ui.widgets.image_pictures import ink_of, mosaic_of, picture_of


def test_color_and_gray_keep_their_values() -> None:
    color = np.array([[[10, 20]], [[30, 40]], [[50, 60]]], np.uint8)  # (3, 1, 2)
    assert picture_of(color).pixelColor(1, 0) == QColor(20, 40, 60)
    assert picture_of(color[:1]).pixelColor(1, 0) == QColor(20, 20, 20)
    assert picture_of(color[0]).pixelColor(0, 0) == QColor(10, 10, 10)


def test_other_numbers_of_channels_show_their_mean() -> None:
    two = np.array([[[10]], [[30]]], np.uint8)
    assert picture_of(two).pixelColor(0, 0) == QColor(20, 20, 20)


def test_a_mosaic_fills_rows_and_is_transparent_between() -> None:
    images = np.arange(1, 4, dtype=np.uint8).reshape(3, 1, 1, 1) * 50
    mosaic = mosaic_of(images, columns=2, gap=1)
    assert (mosaic.width(), mosaic.height()) == (3, 3)
    assert mosaic.pixelColor(2, 0).red() == 100
    assert mosaic.pixelColor(0, 2).red() == 150
    assert mosaic.pixelColor(1, 1).alpha() == mosaic.pixelColor(2, 2).alpha() == 0


def test_ink_has_one_color_and_the_opacity_of_the_image() -> None:
    ink = ink_of(np.array([[[0, 255]]], np.uint8), (1, 2, 3))
    assert ink.pixelColor(0, 0).alpha() == 0
    assert ink.pixelColor(1, 0) == QColor(1, 2, 3)
