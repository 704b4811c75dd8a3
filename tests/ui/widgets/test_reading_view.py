"""The answer and its certainty are told alike everywhere, and nothing of them is cut off."""

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.probability_bars import percent_text
from convlab.ui.widgets.reading_view import ReadingView

IMAGE = np.zeros((28, 28), np.uint8)
DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Bag")


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Iterator[ReadingView]:
    view = ReadingView(theme)
    qtbot.addWidget(view)
    view.resize(288, 320)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.hide()


def certain_of(best: int, share: float, count: int) -> np.ndarray:
    """Return probabilities (count,) of which ``best`` has ``share``."""
    probabilities = np.full(count, (1 - share) / (count - 1))
    probabilities[best] = share
    return probabilities


def test_large_type_and_bars_round_alike(view: ReadingView) -> None:
    view.set_reading(IMAGE, DIGITS, certain_of(3, 0.996, 10))
    assert view.answer.text() == "3"
    assert view.certainty.text() == percent_text(0.996) == "99.6%"
    assert "3: 99.6%" in view.bars.accessibleDescription()


@pytest.mark.parametrize("name", ["7", *CLOTHES, "Ankle boot", "Wasserschildkröte im Meer"])
def test_an_answer_is_never_cut_off(view: ReadingView, name: str) -> None:
    view.set_reading(IMAGE, (name, "other"), certain_of(0, 0.9, 2))
    needed = view.answer.fontMetrics().horizontalAdvance(view.answer.text())
    assert needed <= view.answer.width() or needed <= view.picture.width()
    assert view.answer.accessibleName().startswith(f"Answer: {name}, 90.0%")
    assert view.answer.toolTip() == name


def test_the_certainty_makes_room_for_a_long_name_and_returns(view: ReadingView) -> None:
    view.set_reading(IMAGE, ("Ankle boot", "other"), certain_of(0, 0.9, 2))
    assert not view.certainty.isVisible()
    view.set_reading(IMAGE, DIGITS, certain_of(3, 0.9, 10))
    assert view.certainty.isVisible()
