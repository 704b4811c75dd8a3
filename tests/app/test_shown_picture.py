"""A picture is read in place of the drawing, as it is, and is drawn over."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.drawing import DrawingModel
from convlab.app.lab import Lab
from convlab.app.shown_picture import ShownPicture
from convlab.data.digit_image import Drawing, Stroke
from convlab.nn import SimpleConvNet

LINE = Drawing((Stroke(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.09),))


@pytest.fixture
def model(lab: Lab) -> DrawingModel:
    lab.predictor.use(SimpleConvNet(input_dim=(3, 8, 8), hidden_size=4), trained=True)
    return DrawingModel(lab.predictor)


def picture(channels: int = 3) -> ShownPicture:
    rng = np.random.default_rng(5)
    return ShownPicture(rng.integers(0, 255, (channels, 8, 8), np.uint8), "Test image 5")


def test_a_picture_in_color_is_read_as_it_is(model: DrawingModel, lab: Lab, qtbot: QtBot) -> None:
    shown = picture()
    with qtbot.waitSignal(model.changed):
        model.set_drawing(Drawing(), shown)
    assert model.fits
    assert model.picture is shown
    np.testing.assert_array_equal(model.image, shown.image)
    np.testing.assert_array_equal(model.probabilities, lab.predictor.probabilities(shown.image))


def test_a_picture_of_another_shape_gets_no_answer(model: DrawingModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.changed):
        model.set_drawing(Drawing(), picture(channels=1))
    assert not model.fits
    assert model.probabilities is None


def test_a_drawing_takes_its_place(model: DrawingModel, qtbot: QtBot) -> None:
    model.set_drawing(Drawing(), picture())
    with qtbot.waitSignal(model.changed):
        model.set_drawing(LINE)
    assert model.picture is None
    assert model.image is not None
    assert model.image.shape == (28, 28)


def test_strokes_on_a_picture_change_just_what_they_touch(
    model: DrawingModel, qtbot: QtBot
) -> None:
    shown = picture()
    with qtbot.waitSignal(model.changed):
        model.set_drawing(LINE, shown)
    assert model.picture is not None
    assert model.picture.title == "Test image 5, drawn over"
    assert model.image is not None
    changed = (model.image != shown.image).any(axis=(0, 1))
    np.testing.assert_array_equal(np.flatnonzero(changed), [3, 4])  # the columns of the line
    np.testing.assert_array_equal(model.probabilities, model._predictor.probabilities(model.image))
