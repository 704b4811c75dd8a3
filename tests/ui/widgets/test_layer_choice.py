import pytest
from PySide6.QtCore import Qt

from convlab.insight.filter_layers import FilterLayer
from convlab.ui.widgets.layer_choice import AVERAGE, LayerChoice, title_of

CONV1 = FilterLayer("Conv1", "W1", (6, 1, 5, 5))
CONV2 = FilterLayer("Conv2", "W3", (16, 6, 5, 5))


@pytest.fixture
def choice(qtbot):
    choice = LayerChoice()
    qtbot.addWidget(choice)
    choice.resize(400, 40)
    with qtbot.waitExposed(choice):
        choice.show()
    return choice


def texts(box):
    return [box.itemText(index) for index in range(box.count())]


def test_a_layer_is_told_with_its_filters():
    assert title_of(CONV1) == "Conv1 · 6 filters of 5×5"
    assert title_of(CONV2) == "Conv2 · 16 filters of 5×5×6"
    assert title_of(FilterLayer("Conv1", "W1", (1, 3, 2, 4))) == "Conv1 · 1 filter of 2×4×3"


def test_without_layers_there_is_nothing_to_choose(choice):
    assert not choice.layer_box.isVisible()
    assert not choice.channel_box.isVisible()


def test_every_layer_is_offered_and_the_chosen_one_shown(choice):
    choice.set_choice((CONV1, CONV2), CONV2, None)
    assert texts(choice.layer_box) == [title_of(CONV1), title_of(CONV2)]
    assert choice.layer_box.currentText() == title_of(CONV2)


def test_channels_are_offered_where_there_are_several(choice):
    choice.set_choice((CONV1, CONV2), CONV1, None)
    assert not choice.channel_box.isVisible()
    choice.set_choice((CONV1, CONV2), CONV2, None)
    assert choice.channel_box.isVisible()
    assert texts(choice.channel_box) == [AVERAGE, *(f"Channel {n}" for n in range(1, 7))]
    assert choice.channel_box.currentText() == AVERAGE
    choice.set_choice((CONV1, CONV2), CONV2, 4)
    assert choice.channel_box.currentText() == "Channel 5"


def test_a_person_chooses_with_the_keys(choice, qtbot):
    choice.set_choice((CONV1, CONV2), CONV1, None)
    with qtbot.waitSignal(choice.layer_chosen) as chosen:
        qtbot.keyClick(choice.layer_box, Qt.Key.Key_Down)
    assert chosen.args == ["Conv2"]
    choice.set_choice((CONV1, CONV2), CONV2, None)
    for key, channel in ((Qt.Key.Key_Down, 0), (Qt.Key.Key_End, 5), (Qt.Key.Key_Home, None)):
        with qtbot.waitSignal(choice.channel_chosen) as chosen:
            qtbot.keyClick(choice.channel_box, key)
        assert chosen.args == [channel]


def test_what_the_program_sets_is_no_choice_of_a_person(choice, qtbot):
    with qtbot.assertNotEmitted(choice.layer_chosen), qtbot.assertNotEmitted(choice.channel_chosen):
        choice.set_choice((CONV1, CONV2), CONV2, 3)


def test_a_longer_name_gets_its_room(choice):
    choice.set_choice((CONV1,), CONV1, None)
    narrow = choice.layer_box.sizeHint().width()
    layer = FilterLayer("Conv3", "W3", (384, 256, 3, 3))
    choice.set_choice((layer,), layer, None)
    assert choice.layer_box.sizeHint().width() > narrow
