import pytest
from PySide6.QtCore import QEvent

from convlab.ui.widgets.probability_bars import ProbabilityBars

NAMES = tuple("0123456789")
VALUES = (0.01, 0.02, 0.03, 0.04, 0.1, 0.0, 0.0, 0.75, 0.05, 0.0)


@pytest.fixture
def bars(qtbot, theme):
    bars = ProbabilityBars(theme)
    qtbot.addWidget(bars)
    bars.resize(240, 200)
    return bars


def length_of_bar(bars, row, color):
    """How many pixels in the middle of a row have a color."""
    image = bars.grab().toImage()
    y = int((row + 0.5) * image.height() / len(NAMES))
    return sum(image.pixelColor(x, y).name() == color for x in range(image.width()))


def test_the_length_of_a_bar_is_its_probability_and_the_winner_stands_out(bars, theme):
    bars.set_values(NAMES, VALUES)
    winner = length_of_bar(bars, 7, theme.colors.accent)
    track = winner + length_of_bar(bars, 7, theme.colors.faint)
    assert winner / track == pytest.approx(0.75, abs=0.03)
    assert length_of_bar(bars, 4, theme.colors.accent) == 0
    assert length_of_bar(bars, 4, theme.colors.border) / track == pytest.approx(0.1, abs=0.03)


def test_a_guess_is_muted(bars, theme):
    bars.set_values(NAMES, VALUES, muted=True)
    assert length_of_bar(bars, 7, theme.colors.accent) == 0
    assert length_of_bar(bars, 7, theme.colors.muted) > 20


def test_without_values_the_rows_are_empty(bars, theme):
    bars.set_values(NAMES, None)
    assert bars.accessibleDescription() == "None yet."
    assert length_of_bar(bars, 7, theme.colors.accent) == 0
    assert length_of_bar(bars, 7, theme.colors.faint) > 20


def test_the_values_can_be_heard(bars):
    bars.set_values(("cat", "dog"), (0.25, 0.75))
    assert bars.accessibleDescription() == "cat: 25.0%, dog: 75.0%"


def test_more_classes_ask_for_more_height(bars):
    bars.set_values(NAMES, None)
    ten = bars.minimumSizeHint().height()
    bars.set_values([str(n) for n in range(47)], None)
    assert bars.minimumSizeHint().height() > 4 * ten
    bars.set_values((), None)
    bars.grab()


def test_names_and_values_must_be_as_many(bars):
    with pytest.raises(ValueError, match="2 names for 1 values"):
        bars.set_values(("a", "b"), (1.0,))


def test_the_bars_follow_the_theme(bars, theme):
    bars.set_values(NAMES, VALUES)
    theme.choose("dark")
    assert length_of_bar(bars, 7, theme.colors.accent) > 20


def test_only_what_can_be_seen_is_painted(bars, qtbot, count_events):
    with qtbot.waitExposed(bars):
        bars.show()
    paints = count_events(bars, QEvent.Type.Paint)
    bars.set_values(("cat", "dog"), (0.25, 0.75))
    assert paints.caused_by(lambda: bars.set_values(("cat", "dog"), (0.25001, 0.74999))) == 0
    assert paints.caused_by(lambda: bars.set_values(("cat", "dog"), (0.26, 0.74))) == 1
    assert paints.caused_by(lambda: bars.set_values(("cat", "dog"), (0.26, 0.74), muted=True)) == 1
    bars.set_values(("cat", "dog"), None)
    assert paints.caused_by(lambda: bars.set_values(("cat", "dog"), None)) == 0
    assert paints.caused_by(lambda: bars.set_values(("cow", "pig"), None)) == 1
