"""One looks through the images of a dataset, and sends one to be read."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.data.dataset import Dataset, ImageSet
from convlab.ui.panels import PANELS
from convlab.ui.panels.images import HINT, ImagesPanel
from convlab.ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> ImagesPanel:
    panel = ImagesPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    with qtbot.waitSignal(panel.model.mean_changed), qtbot.waitExposed(panel):
        panel.show()  # only now is the mean computed
    return panel


def test_the_panel_is_found_by_its_name() -> None:
    assert PANELS.get("Images") is ImagesPanel


def test_part_and_class_are_chosen(panel: ImagesPanel, qtbot: QtBot) -> None:
    assert panel.count.text() == "80 images of Tiny stripes"
    with qtbot.waitSignal(panel.model.mean_changed):
        panel.part_choice.setCurrentIndex(2)
        panel.part_choice.activated.emit(2)
    with qtbot.waitSignal(panel.model.mean_changed):
        panel.class_choice.activated.emit(4)
    assert panel.count.text() == "2 of 80 images of Tiny stripes"
    assert panel.class_choice.currentText() == "3"
    assert panel.grid.in_view() == (0, 2)


def test_a_bar_chooses_its_class_and_then_all_again(panel: ImagesPanel, qtbot: QtBot) -> None:
    bar = QPoint(int(panel.balance.width() * 0.65), 20)
    with qtbot.waitSignal(panel.model.mean_changed):
        qtbot.mouseClick(panel.balance, LEFT, pos=bar)
    assert panel.model.class_number == 6
    assert "6: 8" in panel.balance.accessibleDescription()
    with qtbot.waitSignal(panel.model.mean_changed):
        qtbot.mouseClick(panel.balance, LEFT, pos=bar)
    assert panel.model.class_number is None


def test_what_is_pointed_at_is_named_and_a_click_sends_it(
    panel: ImagesPanel, lab: Lab, qtbot: QtBot
) -> None:
    at = panel.grid.cell(3).center()
    qtbot.mouseMove(panel.grid.viewport(), at)
    qtbot.waitUntil(lambda: panel.status.text() == "Training image 4, labeled 3.")
    with qtbot.waitSignal(lab.picture_shown) as shown:
        qtbot.mouseClick(panel.grid.viewport(), LEFT, pos=at)
    assert shown.args is not None
    np.testing.assert_array_equal(shown.args[0].image, lab.dataset.train.images[3])
    panel.grid.pointed.emit(-1)
    assert panel.status.text() == HINT


def test_another_dataset_is_shown_at_once(panel: ImagesPanel, lab: Lab, qtbot: QtBot) -> None:
    part = ImageSet(np.full((4, 3, 6, 6), 9, np.uint8), np.array([0, 1, 0, 0]))
    with qtbot.waitSignal(panel.model.mean_changed):
        lab.set_dataset(Dataset("two", "Two", part, part, ("cat", "dog")))
    names = [panel.class_choice.itemText(n) for n in range(panel.class_choice.count())]
    assert names == ["All classes", "cat", "dog"]
    assert panel.count.text() == "8 images of Two"
    assert "cat: 6, dog: 2" in panel.balance.accessibleDescription()
