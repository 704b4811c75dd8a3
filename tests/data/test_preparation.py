"""Each step from a drawing to the image can be seen, and left out."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab.data.digit_image import (
    CENTER,
    THICKEST,
    THINNEST,
    Drawing,
    Stroke,
    digit_image,
    image_from_ink,
)
from convlab.data.preparation import Preparation
from convlab.errors import DataError
from convlab.settings import settings_of

# A hairline seven in the upper left quarter of a paper of side 1.
SEVEN = Drawing((Stroke(np.array([(0.1, 0.1), (0.3, 0.1), (0.2, 0.4)]), 0.01),))


def box(picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the ink, the latter of each its last."""
    rows, columns = np.nonzero(picture)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


def center(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    places = np.indices(picture.shape)
    mass: NDArray[np.float64] = (places * picture).sum(axis=(1, 2)) / picture.sum()
    return mass


def test_with_all_steps_the_last_stage_is_the_image_that_is_read() -> None:
    stages = Preparation().stages(SEVEN, paper_side=1)
    np.testing.assert_array_equal(stages.image, digit_image(SEVEN))
    np.testing.assert_array_equal(
        Preparation().stages_of_ink(stages.cropped).image, image_from_ink(stages.cropped)
    )


def test_the_stages_are_what_their_names_say() -> None:
    stages = Preparation().stages(SEVEN, paper_side=1)
    height, width = stages.drawing.shape
    assert height == width
    np.testing.assert_allclose(
        np.array(box(stages.drawing)) / height, (0.1, 0.4, 0.1, 0.3), atol=0.01
    )
    assert box(stages.cropped) == (0, stages.cropped.shape[0] - 1, 0, stages.cropped.shape[1] - 1)
    assert stages.fitted.shape[0] == 20
    assert stages.fitted.shape[1] == pytest.approx(20 * 2 / 3, abs=1)
    assert stages.image.shape == (28, 28)
    assert np.abs(center(stages.image) - CENTER).max() <= 0.5


def test_the_drawing_is_shown_with_the_pen_that_drew_it() -> None:
    """An even pen is a step, so what comes before it shows the hairline."""
    stages = Preparation().stages(SEVEN, paper_side=1)
    side = len(stages.drawing)
    assert (stages.drawing[side // 4] > 127).sum() / side == pytest.approx(0.01, abs=0.005)


def thickness(image: NDArray[np.uint8]) -> float:
    return float(image[14].sum() / 255)


@pytest.mark.parametrize("width", [0.002, 0.01, 0.2])
def test_without_an_even_pen_strokes_stay_as_they_were_drawn(width: float) -> None:
    bar = Drawing((Stroke(np.array([(0.5, 0.1), (0.5, 0.9)]), width),))
    drawn = Preparation(even_pen=False).stages(bar, paper_side=1)
    assert thickness(drawn.image) == pytest.approx(max(1, 20 * width / (0.8 + width)), abs=0.3)
    even = Preparation().stages(bar, paper_side=1)
    assert THINNEST - 0.5 <= thickness(even.image) <= THICKEST + 0.5


def test_without_cropping_the_place_on_the_paper_shows() -> None:
    stages = Preparation(crop=False, center=False).stages(SEVEN, paper_side=1)
    assert stages.cropped.shape == stages.drawing.shape
    assert stages.fitted.shape == (20, 20)
    top, bottom, left, right = box(stages.image)
    assert (top, left) == pytest.approx((4 + 2, 4 + 2), abs=1)
    assert (bottom, right) == pytest.approx((4 + 8, 4 + 6), abs=1)


def test_without_fitting_the_digit_fills_the_image() -> None:
    stages = Preparation(fit=False).stages(SEVEN, paper_side=1)
    assert stages.fitted.shape[0] == 28
    assert box(stages.image)[:2] == (0, 27)


def test_without_centering_the_box_lies_in_the_middle() -> None:
    stages = Preparation(center=False).stages(SEVEN, paper_side=1)
    top, bottom, left, right = box(stages.image)
    assert (top, bottom) == (4, 23)
    assert left + right == pytest.approx(27, abs=1)
    assert abs(center(stages.image)[0] - CENTER) > 2  # a seven is heavy at the top


def test_without_any_step_the_paper_is_only_made_small() -> None:
    nothing = Preparation(even_pen=False, crop=False, fit=False, center=False)
    stages = nothing.stages(SEVEN, paper_side=1)
    np.testing.assert_array_equal(stages.fitted, stages.image)
    np.testing.assert_allclose(np.array(box(stages.image)) / 28, (0.1, 0.4, 0.1, 0.3), atol=0.04)


@pytest.mark.parametrize("steps", list(product((True, False), repeat=4)))
def test_any_steps_give_an_image_with_ink(steps: tuple[bool, bool, bool, bool]) -> None:
    for side in (1.0, None):
        image = Preparation(*steps).stages(SEVEN, side).image
        assert image.shape == (28, 28)
        assert image.max() > 20


def test_a_paper_that_nobody_knows_lies_around_the_ink() -> None:
    paper = Preparation().stages(SEVEN).drawing
    top, bottom, left, right = (edge / len(paper) for edge in box(paper))
    assert top + bottom == pytest.approx(1, abs=0.02)
    assert left + right == pytest.approx(1, abs=0.02)
    assert bottom - top == pytest.approx(2 / 3, abs=0.02)


def test_erased_ink_is_gone_at_every_stage() -> None:
    foot = Stroke(np.array([(0.1, 0.6), (0.3, 0.6)]), 0.02)
    rubbed = Stroke(np.array([(0.0, 0.6), (0.4, 0.6)]), 0.06, erases=True)
    stages = Preparation().stages(Drawing((*SEVEN.strokes, foot, rubbed)), paper_side=1)
    assert box(stages.drawing)[1] < 0.45 * len(stages.drawing)
    np.testing.assert_allclose(box(stages.image), box(digit_image(SEVEN)), atol=1)


def test_no_ink_is_an_error_in_one_sentence() -> None:
    with pytest.raises(DataError, match="no ink"):
        Preparation().stages(Drawing())
    with pytest.raises(DataError, match="no ink"):
        Preparation(crop=False).stages(SEVEN, paper_side=0.05)


def test_every_step_tells_what_it_does() -> None:
    assert [setting.name for setting in settings_of(Preparation)] == [
        "even_pen", "crop", "fit", "center",
    ]  # fmt: skip
