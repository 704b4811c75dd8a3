import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from convlab.insight.filter_edit import Change, ClassAccuracy
from convlab.ui.widgets.class_changes import ClassChanges

COUNT = np.array([10, 10, 0])
CHANGE = Change(
    ClassAccuracy(np.array([9, 8, 0]), COUNT), ClassAccuracy(np.array([9, 2, 0]), COUNT)
)


@pytest.fixture
def bars(qtbot, theme):
    bars = ClassChanges(theme)
    qtbot.addWidget(bars)
    bars.resize(300, 60)
    bars.set_change(("a", "b", "c"), CHANGE, muted=False)
    return bars


def test_each_column_says_what_has_changed(bars):
    assert bars.in_words(1) == "b: 8 → 2 of 10 images right"
    assert bars.accessibleDescription().count(";") == 2


def test_bars_differ_with_what_they_show(bars):
    shown = bars.grab().toImage()
    bars.set_change(("a", "b", "c"), CHANGE, muted=True)
    muted = bars.grab().toImage()
    bars.set_change(("a", "b", "c"), None, muted=False)
    assert len({shown.cacheKey(), muted.cacheKey()}) == 2
    assert shown != muted
    assert bars.grab().toImage() != shown


def test_a_click_chooses_a_class(bars, qtbot):
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mousePress(bars, Qt.MouseButton.LeftButton, pos=QPoint(150, 30))
    assert chosen.args == [1]
