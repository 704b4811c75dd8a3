"""A text that does not fit is shortened, and so looks another than one that does."""

from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from convlab.ui.widgets.elided_box import ElidedBox


def test_only_what_does_not_fit_is_shortened(qtbot: QtBot) -> None:
    boxes = ElidedBox(), QComboBox()
    for box in boxes:
        qtbot.addWidget(box)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.addItem("Channel average")
    elided, plain = boxes
    for text in ("Channel average", "1: +8.75 (answer)", "1: +14.55 (answer)"):
        for box in boxes:
            box.setItemText(0, text)
            box.resize(box.sizeHint())
        assert elided.grab().toImage() == plain.grab().toImage()
    for box in boxes:
        box.resize(80, plain.sizeHint().height())
    assert elided.grab().toImage() != plain.grab().toImage()
