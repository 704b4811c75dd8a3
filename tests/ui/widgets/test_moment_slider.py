"""A click on the slider leads to the moment under the pointer."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.moment_slider import MomentSlider

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot: QtBot, theme: Theme) -> MomentSlider:
    slider = MomentSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.resize(300, 20)
    qtbot.addWidget(slider)
    with qtbot.waitExposed(slider):
        slider.show()
    return slider


def test_a_click_on_the_groove_jumps_and_a_drag_goes_on_from_there(
    qtbot: QtBot, slider: MomentSlider
) -> None:
    pressed: list[int] = []
    slider.sliderPressed.connect(lambda: pressed.append(slider.value()))
    qtbot.mousePress(slider, LEFT, pos=QPoint(225, 10))
    assert slider.value() == pytest.approx(75, abs=2)
    assert slider.isSliderDown()
    assert len(pressed) == 1
    qtbot.mouseMove(slider, QPoint(75, 10))
    assert slider.value() == pytest.approx(25, abs=2)
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(75, 10))
    assert not slider.isSliderDown()


def test_taking_hold_of_the_handle_beside_its_middle_does_not_move_it(
    qtbot: QtBot, slider: MomentSlider
) -> None:
    slider.setValue(50)
    qtbot.mouseClick(slider, LEFT, pos=QPoint(154, 10))
    assert slider.value() == 50


def test_the_keyboard_goes_step_by_step(qtbot: QtBot, slider: MomentSlider) -> None:
    slider.setValue(50)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 51
