"""A network reads one's own drawings in the background."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.own_drawings import OwnDrawingsModel
from convlab.data.digit_image import Drawing, Stroke
from convlab.nn import SimpleConvNet

SEVEN = Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.4, 0.9]]), 0.09),))


def sure_of(answer: float, digit: int = 7, channels: int = 1) -> SimpleConvNet:
    net = SimpleConvNet((channels, 28, 28), hidden_size=8)
    net.params["b3"][digit] = answer
    return net


@pytest.fixture
def model(qtbot: QtBot) -> OwnDrawingsModel:
    return OwnDrawingsModel()


def test_another_window_sees_what_was_filed_here(model: OwnDrawingsModel, qtbot: QtBot) -> None:
    other = OwnDrawingsModel()
    with qtbot.waitSignal(model.changed):
        assert model.add(SEVEN, 7)
    assert [drawing.label for drawing in model.drawings] == [7]
    assert other.drawings == ()
    other.refresh()
    assert len(other.drawings) == 1


def test_it_is_evaluated_and_forgotten_with_the_next_change(
    model: OwnDrawingsModel, qtbot: QtBot
) -> None:
    for label in (7, 7, 1):
        model.add(SEVEN, label)
    model.evaluate(sure_of(9.0))
    assert model.is_evaluating
    qtbot.waitUntil(lambda: model.answers is not None)
    assert model.answers == (7, 7, 7)
    assert model.right() == (2, 3)
    model.delete([2])
    assert model.answers is None
    assert model.right() == (0, 0)


def test_answers_about_drawings_that_have_changed_meanwhile_do_not_count(
    model: OwnDrawingsModel, qtbot: QtBot
) -> None:
    model.add(SEVEN, 7)
    model.evaluate(sure_of(9.0))
    model.add(SEVEN, 7)
    qtbot.waitUntil(lambda: not model.is_evaluating)
    assert model.answers is None


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    ("network", "sentence"),
    [(sure_of(9.0, channels=3), "3×28×28"), (sure_of(np.nan), "not finite")],
)
def test_a_network_that_cannot_read_them_is_explained(
    model: OwnDrawingsModel, qtbot: QtBot, network: SimpleConvNet, sentence: str
) -> None:
    model.add(SEVEN, 7)
    with qtbot.waitSignal(model.failed) as failed:
        model.evaluate(network)
    assert failed.args is not None
    assert sentence in failed.args[0]
    assert not model.is_evaluating


def test_what_cannot_be_filed_is_told_in_a_sentence(
    model: OwnDrawingsModel, qtbot: QtBot, tmp_path: Path
) -> None:
    model.add(SEVEN, 7)
    with qtbot.waitSignal(model.failed, check_params_cb=lambda text: "cannot be written" in text):
        model.export(tmp_path)
    assert len(model.drawings) == 1
