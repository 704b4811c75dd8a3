"""What is unlike all training images is found out, whatever a network says of it."""

import numpy as np
import pytest

from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.data.loading import load_dataset
from convlab.insight.familiarity import REFERENCES, Familiarity


@pytest.fixture(scope="module")
def familiarity() -> Familiarity:
    return Familiarity(load_dataset("bundled").train.images)


def drawn(*strokes: list[tuple[float, float]]) -> np.ndarray:
    drawing = Drawing(tuple(Stroke(np.array(stroke, float)) for stroke in strokes))
    return digit_image(drawing)[np.newaxis]


def test_nearly_all_other_digits_are_familiar(familiarity: Familiarity) -> None:
    images = load_dataset("bundled").test.images
    assert np.mean([familiarity.knows(image) for image in images]) > 0.97


def test_a_drawn_digit_is_familiar(familiarity: Familiarity) -> None:
    assert familiarity.knows(drawn([(20, 20), (80, 20), (40, 90)]))


@pytest.mark.parametrize(
    "strokes",
    [
        ([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)],),  # a square
        ([(0, 100), (0, 0), (40, 60), (80, 0), (80, 100)],),  # M
        ([(0, 0), (0, 100)], [(70, 0), (0, 50), (70, 100)]),  # K
        ([(0, 50), (100, 50)],),  # a dash
    ],
)
def test_what_is_no_digit_is_not(
    familiarity: Familiarity, strokes: tuple[list[tuple[float, float]], ...]
) -> None:
    assert not familiarity.knows(drawn(*strokes))


def test_of_many_images_some_are_enough_and_any_shape_will_do() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (REFERENCES + 1, 3, 7, 5), np.uint8)
    familiarity = Familiarity(images)
    assert familiarity.shape == (3, 7, 5)
    assert familiarity.knows(images[0])
    assert not familiarity.knows(np.where(np.indices((3, 7, 5))[1] < 2, 255, 0).astype(np.uint8))
    assert not familiarity.knows(np.zeros((3, 7, 5), np.uint8))
