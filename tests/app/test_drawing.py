"""A drawing is read by the latest weights, and only as often as the event loop turns."""

import numpy as np
import pytest

from convlab.app.drawing import DrawingModel
from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.nn import SimpleConvNet

BAR = Drawing((Stroke(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.09),))
BEND = Drawing((Stroke(np.array([[0.2, 0.2], [0.7, 0.2], [0.4, 0.8]]), 0.09),))


def network(**changes):
    settings = {"input_dim": (1, 28, 28), "hidden_size": 8, "output_size": 10, **changes}
    return SimpleConvNet(
        conv_param={"filter_num": 2, "filter_size": 5, "pad": 0, "stride": 1}, **settings
    )


def sure_of(answer):
    """A network that always gives the same answer."""
    net = network()
    net.params["b3"][answer] = 5.0
    return net


@pytest.fixture
def predictor(qapp):
    session = Session()
    predictor = Predictor(session, parent=session)
    yield predictor
    session.deleteLater()


@pytest.fixture
def model(predictor):
    return DrawingModel(predictor, parent=predictor)


def test_at_first_there_is_nothing_to_read(model):
    assert model.image is None
    assert model.probabilities is None
    assert model.answer is None
    assert model.certainty is None
    assert model.fits


def test_a_drawing_is_seen_before_there_is_a_network(model, qtbot):
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    np.testing.assert_array_equal(model.image, digit_image(BEND))
    assert model.answer is None


def test_the_answer_is_the_likeliest_class(model, predictor, qtbot):
    predictor.use(sure_of(7), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    assert model.answer == 7
    assert model.certainty == pytest.approx(model.probabilities[7])
    assert model.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_many_moves_at_once_are_read_once_and_the_last_one_wins(model, qtbot, monkeypatch):
    readings = []
    model.changed.connect(lambda: readings.append(model.image))
    with qtbot.waitSignal(model.changed):
        for _ in range(50):
            model.set_drawing(BAR)
        model.set_drawing(BEND)
    assert len(readings) == 1
    np.testing.assert_array_equal(readings[0], digit_image(BEND))


def test_new_weights_read_the_same_drawing_again(model, predictor, qtbot):
    predictor.use(sure_of(7), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    with qtbot.waitSignal(model.changed):
        predictor.use(sure_of(3), trained=True)
    assert model.answer == 3
    np.testing.assert_array_equal(model.image, digit_image(BEND))


def test_a_large_network_reads_in_the_background_and_the_last_drawing_counts(
    model, predictor, qtbot, monkeypatch
):
    monkeypatch.setattr("convlab.app.predictor.MOST_AT_ONCE", 0)
    predictor.use(sure_of(7), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BAR)
    assert model.probabilities is None  # but the image is seen at once
    assert model.is_reading
    np.testing.assert_array_equal(model.image, digit_image(BAR))
    model.set_drawing(BEND)
    qtbot.waitUntil(lambda: model.answer == 7)
    qtbot.waitUntil(lambda: not model.is_reading)
    at_once = predictor.probabilities(model.image.reshape(1, 28, 28))
    np.testing.assert_allclose(model.probabilities, at_once, rtol=1e-5)
    predictor.use(network(output_size=26), trained=True)
    qtbot.waitUntil(lambda: model.probabilities is not None and len(model.probabilities) == 26)


def test_what_is_erased_while_it_is_read_has_no_answer(model, predictor, qtbot, monkeypatch):
    monkeypatch.setattr("convlab.app.predictor.MOST_AT_ONCE", 0)
    predictor.use(sure_of(7), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BAR)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(Drawing(()))
    assert not model.is_reading
    assert model.answer is None


def test_an_erased_drawing_has_no_answer(model, predictor, qtbot):
    predictor.use(sure_of(7), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(Drawing((*BEND.strokes, Stroke(np.full((1, 2), 0.5), 2, erases=True))))
    assert model.image is None
    assert model.answer is None


@pytest.mark.parametrize("input_dim", [(3, 28, 28), (1, 32, 32)])
def test_a_network_for_other_images_does_not_fit(model, predictor, qtbot, input_dim):
    predictor.use(network(input_dim=input_dim), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    assert not model.fits
    assert model.probabilities is None
    assert model.image is not None


def test_a_network_may_have_other_classes(model, predictor, qtbot):
    predictor.use(network(output_size=26), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    assert model.probabilities.shape == (26,)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_weights_that_are_not_finite_give_no_answer(model, predictor, qtbot):
    broken = network()
    broken.params["b3"][0] = np.nan
    predictor.use(broken, trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_drawing(BEND)
    assert model.probabilities is None
