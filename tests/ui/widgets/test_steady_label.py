"""A label that changes all the time and moves nothing."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from convlab.ui.widgets.steady_label import SteadyLabel
from convlab.ui.widgets.still_frame import StillFrame


@pytest.fixture
def shown(qtbot):
    """Show a widget in a row of others."""
    windows = []

    def show(widget):
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        row = QHBoxLayout(window)
        row.addWidget(widget)
        row.addStretch()
        with qtbot.waitExposed(window):
            window.show()
        return window

    return show


def test_a_text_that_fits_asks_for_no_layout(shown, count_events):
    label = SteadyLabel(100)
    layouts = count_events(shown(label), QEvent.Type.LayoutRequest)
    assert layouts.caused_by(lambda: label.set_text("1 of 9")) == 0
    assert layouts.caused_by(lambda: label.set_text("2 of 9")) == 0
    assert label.text() == "2 of 9"


def test_a_longer_text_gets_more_room_and_an_empty_one_gives_it_back(shown, count_events):
    label = SteadyLabel(20)
    label.setContentsMargins(8, 0, 0, 0)
    layouts = count_events(shown(label), QEvent.Type.LayoutRequest)
    assert layouts.caused_by(lambda: label.set_text("Iteration 1,000 of 100,000")) == 1
    assert label.label.width() >= label.label.sizeHint().width()
    wide = label.width()
    assert layouts.caused_by(lambda: label.set_text("short")) == 0
    assert label.width() == wide
    label.set_text("")
    QApplication.processEvents()
    assert label.width() == 28


def test_a_larger_type_gets_more_room(shown):
    label = SteadyLabel()
    shown(label)
    label.set_text("Iteration 12")
    font = label.font()
    font.setPointSizeF(2 * font.pointSizeF())
    label.setFont(font)
    QApplication.processEvents()
    assert label.label.width() >= label.label.sizeHint().width()


def test_a_frame_keeps_the_wishes_of_its_child_to_itself(shown, count_events):
    child = QLabel("before")
    layouts = count_events(shown(StillFrame(child)), QEvent.Type.LayoutRequest)
    assert layouts.caused_by(lambda: child.setText("after, and longer")) == 0
    assert child.size() == child.parentWidget().size()
