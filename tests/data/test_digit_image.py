"""A drawing becomes an image that could be one of MNIST."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.data import load_dataset
from convlab.data.digit_image import (
    THICKEST,
    THINNEST,
    Drawing,
    Stroke,
    digit_image,
    image_from_ink,
)
from convlab.errors import DataError


def stroke(
    *points: tuple[float, float], width: float | None = None, erases: bool = False
) -> Stroke:
    return Stroke(np.array(points, float), width, erases)


def ring(radius: float = 1.0, width: float | None = None) -> Stroke:
    turn = np.linspace(0, 2 * np.pi, 60)
    return Stroke(radius * np.stack([np.cos(turn), np.sin(turn)], axis=1), width)


def box_of(image: NDArray[np.uint8]) -> tuple[int, int]:
    rows, columns = np.nonzero(image)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def center_of_mass(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    rows, columns = np.indices(image.shape)
    return np.array([(image * rows).sum(), (image * columns).sum()]) / image.sum()


def thickness_of_bar(image: NDArray[np.uint8]) -> float:
    """Width in pixels of an upright bar, halfway between its ends."""
    return float(image[14].sum() / 255)


def test_the_longer_side_fills_twenty_pixels_and_the_aspect_is_kept() -> None:
    image = digit_image(Drawing((stroke((0, 0), (30, 0), (30, 100)),)))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    height, width = box_of(image)
    assert height == 20
    assert width == pytest.approx(20 * 0.3, abs=2.4)


def test_the_center_of_mass_lies_on_the_middle_pixel() -> None:
    heavy_at_the_bottom = Drawing((stroke((0, 0), (0, 100)), stroke((0, 100), (60, 100), (0, 95))))
    image = digit_image(heavy_at_the_bottom)
    assert np.abs(center_of_mass(image) - 14).max() <= 0.5
    assert np.flatnonzero(image.any(axis=1))[0] < 4  # so the box is not in the middle


def test_a_ring_is_white_on_black_and_hollow() -> None:
    image = digit_image(Drawing((ring(),)))
    assert image.max() == 255
    assert image[14, 14] == 0
    assert image[0].max() == 0


def test_a_dot_is_ink() -> None:
    assert box_of(digit_image(Drawing((stroke((5, 5)),)))) == (20, 20)


def test_a_dab_stays_a_blot_instead_of_becoming_a_line() -> None:
    dab = stroke((0, 0), (1, 0), width=10)
    height, width = box_of(digit_image(Drawing((dab,))))
    assert width == 20
    assert height >= 17


@pytest.mark.parametrize("width", [0.001, 1.0, 9.0, 40.0])
def test_any_pen_gives_strokes_as_thick_as_those_of_mnist(width: float) -> None:
    image = digit_image(Drawing((stroke((0, 0), (0, 100), width=width),)))
    assert THINNEST - 0.5 <= thickness_of_bar(image) <= THICKEST + 0.5


def stroke_widths(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean width of the strokes of each image (N,): twice the area by the outline."""
    ink = np.pad(images / 255, ((0, 0), (1, 1), (1, 1)))
    down, across = ink[:, 1:, 1:] - ink[:, :-1, 1:], ink[:, 1:, 1:] - ink[:, 1:, :-1]
    widths: NDArray[np.float64] = 2 * ink.sum((1, 2)) / np.hypot(down, across).sum((1, 2))
    return widths


def test_the_bounds_of_the_pen_are_those_of_mnist() -> None:
    """Half of MNIST lies between them, and the usual pen is like its middle."""
    mnist = load_dataset("bundled").train.images[:, 0]
    rings = (
        Drawing((stroke((0, 40), (10, 0), (40, 10), (30, 60), (0, 90), width=w),))
        for w in (0.1, None, 90.0)
    )
    drawn = stroke_widths(np.stack([digit_image(ring) for ring in rings]))
    np.testing.assert_allclose(drawn, np.percentile(stroke_widths(mnist), (25, 50, 75)), rtol=0.12)


def test_within_the_bounds_a_thicker_pen_gives_more_ink() -> None:
    thin, thick = (digit_image(Drawing((ring(50, width=w),))).sum(dtype=int) for w in (11, 15))
    assert thick > 1.2 * thin


@given(
    scale=st.floats(1e-3, 1e5),
    shift=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
)
def test_neither_the_unit_nor_the_place_of_a_drawing_matters(
    scale: float, shift: tuple[float, float]
) -> None:
    points = np.array([(0, 0), (60, 0), (20, 100)], float)
    there = Drawing((Stroke(points * scale + np.array(shift) * scale),))
    difference = digit_image(there).astype(int) - digit_image(Drawing((Stroke(points),)))
    assert np.abs(difference).mean() < 1


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_any_points_give_an_image_with_ink_within_the_box(
    points: list[tuple[float, float]],
) -> None:
    image = digit_image(Drawing((Stroke(np.array(points)),)))
    assert image.any()
    assert max(box_of(image)) <= 20


def test_the_eraser_takes_away_what_was_there_before_it_only() -> None:
    bar, foot = stroke((0, 0), (0, 100), width=8), stroke((-30, 100), (30, 100), width=8)
    rubbed = stroke((-60, 100), (60, 100), width=30, erases=True)
    without_foot = digit_image(Drawing((bar, foot, rubbed)))
    with_foot_again = digit_image(Drawing((bar, foot, rubbed, foot)))
    assert box_of(without_foot)[1] <= 4
    assert box_of(with_foot_again)[1] >= 10


def test_what_remains_after_erasing_is_fitted_into_the_box() -> None:
    seven = stroke((0, 0), (60, 0), (20, 100), width=12)
    blunder = stroke((500, 500), (900, 500), width=12)
    rubbed = stroke((450, 500), (950, 500), width=40, erases=True)
    cleaned = digit_image(Drawing((seven, blunder, rubbed))).astype(int)
    assert np.abs(cleaned - digit_image(Drawing((seven,)))).mean() < 5


def test_an_erased_hairline_does_not_come_back_when_hairlines_are_thickened() -> None:
    hairline = stroke((0, 0), (0, 100), width=0.5)
    foot = stroke((0, 100), (60, 100), width=0.5)
    rubbed = stroke((4, 100), (70, 100), width=1, erases=True)
    assert box_of(digit_image(Drawing((hairline, foot, rubbed))))[1] <= 4


@pytest.mark.parametrize(
    "strokes",
    [
        (),
        (stroke((0, 0), (9, 9), width=4, erases=True),),
        (stroke((0, 0), (9, 9), width=1), stroke((0, 0), (9, 9), width=4, erases=True)),
    ],
    ids=["nothing drawn", "only erased", "all erased"],
)
def test_no_ink_is_an_error_in_one_sentence(strokes: tuple[Stroke, ...]) -> None:
    with pytest.raises(DataError, match=r"no ink.*draw a digit"):
        digit_image(Drawing(strokes))


def test_an_image_of_mnist_goes_through_as_it_is() -> None:
    original = digit_image(Drawing((stroke((0, 0), (60, 0), (20, 100)),)))
    np.testing.assert_array_equal(image_from_ink(original), original)
