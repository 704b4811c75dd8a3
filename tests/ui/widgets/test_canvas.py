"""Drawing by mouse, pen and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from convlab.data.digit_image import Drawing, Stroke
from convlab.ui.widgets.canvas import FRAME, DrawingCanvas

LEFT = Qt.MouseButton.LeftButton
SIDE = 400


@pytest.fixture
def canvas(qtbot, theme):
    canvas = DrawingCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(SIDE + 2 * FRAME, SIDE + 2 * FRAME)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def at(x, y):
    return QPoint(round(FRAME + x * SIDE), round(FRAME + y * SIDE))


def stroke(qtbot, canvas, *places):
    qtbot.mousePress(canvas, LEFT, pos=at(*places[0]))
    for place in places[1:]:
        qtbot.mouseMove(canvas, at(*place))
    qtbot.mouseRelease(canvas, LEFT, pos=at(*places[-1]))


def press(qtbot, canvas, key, modifier=Qt.KeyboardModifier.NoModifier):
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    qtbot.keyClick(canvas, key, modifier)


def is_ink(canvas, x, y):
    image = canvas.grab().toImage()
    ratio = canvas.devicePixelRatioF()
    place = at(x, y) * ratio
    return image.pixelColor(place).lightness() < 128


def test_the_mouse_draws_a_stroke_in_units_of_the_paper(qtbot, canvas):
    stroke(qtbot, canvas, (0.25, 0.25), (0.5, 0.25), (0.5, 0.75))
    (drawn,) = canvas.drawing().strokes
    np.testing.assert_allclose(drawn.points, [(0.25, 0.25), (0.5, 0.25), (0.5, 0.75)], atol=0.002)
    assert drawn.width == pytest.approx(0.09)
    assert not drawn.erases
    assert is_ink(canvas, 0.4, 0.25)
    assert is_ink(canvas, 0.5, 0.6)
    assert not is_ink(canvas, 0.75, 0.5)


def test_every_move_is_told_while_drawing(qtbot, canvas):
    moves = []
    canvas.drawing_changed.connect(lambda: moves.append(len(canvas.drawing().strokes[0].points)))
    stroke(qtbot, canvas, (0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    assert moves == [1, 2, 3]


def test_a_click_makes_a_dot(qtbot, canvas):
    stroke(qtbot, canvas, (0.5, 0.5))
    assert len(canvas.drawing().strokes[0].points) == 1
    assert is_ink(canvas, 0.5, 0.5)


def test_only_the_left_button_draws(qtbot, canvas):
    qtbot.mousePress(canvas, Qt.MouseButton.RightButton, pos=at(0.5, 0.5))
    qtbot.mouseMove(canvas, at(0.6, 0.6))
    qtbot.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=at(0.6, 0.6))
    assert not canvas.drawing().strokes


def test_a_pen_that_leaves_the_paper_follows_its_edge(qtbot, canvas):
    stroke(qtbot, canvas, (0.5, 0.5), (1.5, -0.5))
    np.testing.assert_array_equal(canvas.drawing().strokes[0].points[-1], (1, 0))


def test_the_eraser_removes_ink_from_paper_and_drawing(qtbot, canvas):
    stroke(qtbot, canvas, (0.1, 0.5), (0.9, 0.5))
    press(qtbot, canvas, Qt.Key.Key_E)
    stroke(qtbot, canvas, (0.7, 0.3), (0.7, 0.7))
    assert canvas.drawing().strokes[-1].erases
    assert canvas.drawing().strokes[-1].width == pytest.approx(0.16)
    assert not is_ink(canvas, 0.7, 0.5)
    assert is_ink(canvas, 0.4, 0.5)


def test_an_eraser_on_an_empty_sheet_does_nothing(qtbot, canvas):
    canvas.brush.eraser_action.trigger()
    stroke(qtbot, canvas, (0.1, 0.5), (0.9, 0.5))
    assert not canvas.drawing().strokes


def test_keys_undo_redo_and_clear(qtbot, canvas):
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    stroke(qtbot, canvas, (0.2, 0.5), (0.8, 0.5))
    press(qtbot, canvas, Qt.Key.Key_Z, control)
    assert not canvas.drawing().strokes
    assert not is_ink(canvas, 0.7, 0.5)
    press(qtbot, canvas, Qt.Key.Key_Z, control | shift)
    assert is_ink(canvas, 0.7, 0.5)
    press(qtbot, canvas, Qt.Key.Key_Delete)
    assert not canvas.drawing().strokes
    press(qtbot, canvas, Qt.Key.Key_Z, control)
    press(qtbot, canvas, Qt.Key.Key_Z, control)
    press(qtbot, canvas, Qt.Key.Key_Y, control)
    assert len(canvas.drawing().strokes) == 1


def test_actions_are_enabled_when_they_can_do_something(qtbot, canvas):
    actions = (canvas.undo_action, canvas.redo_action, canvas.clear_action)
    assert [action.isEnabled() for action in actions] == [False, False, False]
    stroke(qtbot, canvas, (0.5, 0.5))
    assert [action.isEnabled() for action in actions] == [True, False, True]
    canvas.undo()
    assert [action.isEnabled() for action in actions] == [False, True, False]


def test_brackets_change_the_width_of_the_next_stroke_within_bounds(qtbot, canvas):
    press(qtbot, canvas, Qt.Key.Key_BracketRight)
    stroke(qtbot, canvas, (0.5, 0.5))
    assert canvas.drawing().strokes[0].width == pytest.approx(0.11)
    for _ in range(9):
        press(qtbot, canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush.percent == 2
    assert canvas.drawing().strokes[0].width == pytest.approx(0.11)


def test_pen_and_eraser_keep_their_own_widths(canvas):
    canvas.brush.set_percent(12)
    canvas.brush.eraser_action.trigger()
    canvas.brush.set_percent(25)
    canvas.brush.pen_action.trigger()
    assert canvas.brush.percent == 12


def test_a_drawing_goes_in_and_out_and_survives_resizing(qtbot, canvas):
    given = Drawing((Stroke(np.array([[0.2, 0.5], [0.8, 0.5]]), 0.1),))
    canvas.set_drawing(given)
    assert canvas.drawing().strokes == given.strokes
    assert is_ink(canvas, 0.5, 0.5)
    canvas.resize(300, 240)
    assert canvas.drawing().strokes == given.strokes
    paper = canvas.paper
    assert paper.width() == paper.height() == 240 - 2 * FRAME
    assert canvas.rect().center().x() == pytest.approx(paper.center().x(), abs=1)
    middle = (paper.center() * canvas.devicePixelRatioF()).toPoint()
    assert canvas.grab().toImage().pixelColor(middle).lightness() < 128


def test_ink_follows_the_theme(canvas, theme):
    canvas.set_drawing(Drawing((Stroke(np.array([[0.2, 0.5], [0.8, 0.5]]), 0.1),)))
    theme.choose("dark")
    assert not is_ink(canvas, 0.5, 0.5)  # light ink now,
    assert is_ink(canvas, 0.5, 0.8)  # on dark paper


def test_the_empty_sheet_says_what_to_do(qtbot, canvas):
    middle = at(0.5, 0.5)
    empty = canvas.grab(canvas.rect().adjusted(100, 150, -100, -150)).toImage()
    colors = {empty.pixelColor(x, 50).name() for x in range(empty.width())}
    stroke(qtbot, canvas, (0.05, 0.05))
    drawn = canvas.grab(canvas.rect().adjusted(100, 150, -100, -150)).toImage()
    assert len(colors) > 1, "no hint was written"
    assert {drawn.pixelColor(x, 50).name() for x in range(drawn.width())} == {"#ffffff"}
    assert not is_ink(canvas, 0.5, 0.5), middle


@pytest.fixture
def tablet():
    def event(kind, place, pointer=QPointingDevice.PointerType.Pen, buttons=LEFT):
        device = QPointingDevice(
            "tablet",
            1,
            QInputDevice.DeviceType.Stylus,
            pointer,
            QInputDevice.Capability.Position,
            1,
            2,
        )
        position = QPointF(at(*place))
        button = LEFT if kind != QEvent.Type.TabletMove else Qt.MouseButton.NoButton
        none = Qt.KeyboardModifier.NoModifier
        return QTabletEvent(
            kind, device, position, position, 1.0, 0, 0, 0.0, 0.0, 0.0, none, button, buttons
        ), device

    return event


def test_a_tablets_pen_draws_and_its_other_end_erases(canvas, tablet):
    kinds = (QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease)
    places = ((0.2, 0.5), (0.8, 0.5), (0.8, 0.5))
    devices = []
    for pointer in (QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser):
        for kind, place in zip(kinds, places, strict=True):
            event, device = tablet(kind, place, pointer)
            devices.append(device)
            QApplication.sendEvent(canvas, event)
            assert event.isAccepted()
    assert [drawn.erases for drawn in canvas.drawing().strokes] == [False, True]
    assert not is_ink(canvas, 0.5, 0.5)


def test_a_pen_that_hovers_is_left_to_the_system(canvas, tablet):
    event, _device = tablet(QEvent.Type.TabletMove, (0.5, 0.5), buttons=Qt.MouseButton.NoButton)
    canvas.tabletEvent(event)
    assert not event.isAccepted()
    assert not canvas.drawing().strokes


def test_the_focus_is_visible(qtbot, canvas, theme):
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    corner = canvas.grab().toImage().pixelColor(1, 1)
    assert corner.name() == theme.colors.accent
    canvas.clearFocus()
    assert canvas.grab().toImage().pixelColor(1, 1).name() == theme.colors.border
