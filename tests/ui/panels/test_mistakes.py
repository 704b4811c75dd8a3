"""The confusion matrix, what lies beside it, and the way of a misread image to the canvas."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.nn import SimpleConvNet
from convlab.ui.panels import PANELS
from convlab.ui.panels.draw import DrawPanel
from convlab.ui.panels.mistakes import EMPTY, HINT, LEARNED, UNKNOWN, MistakesPanel
from convlab.ui.theme import Theme


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> Iterator[MistakesPanel]:
    panel = MistakesPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(680, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.hide()


def read(qtbot: QtBot, panel: MistakesPanel, favorite: int = 3) -> None:
    """Let a network answer that takes everything for one class."""
    network = SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0))
    network.params["b3"][favorite] = 3.0
    panel.lab.predictor.use(network, trained=True)
    qtbot.waitUntil(
        lambda: (
            panel.model.reading is not None and int(panel.model.reading.matrix[0, favorite]) == 2
        )
    )


def center(panel: MistakesPanel, row: int, column: int) -> QPoint:
    return panel.view.cell_rect((row, column)).center().toPoint()


def test_the_window_finds_the_panel() -> None:
    assert PANELS.get("Mistakes") is MistakesPanel


def test_it_says_what_to_do_first(panel: MistakesPanel) -> None:
    assert panel.hint.isVisible()
    assert panel.hint.text() == EMPTY
    assert not panel.export_button.isEnabled()


def test_cells_hold_counts_or_shares_of_their_row(qtbot: QtBot, panel: MistakesPanel) -> None:
    read(qtbot, panel)
    assert panel.summary.text() == "10.00% right: 18 mistakes in 20 test images"
    assert [panel.view.text(4, column) for column in (3, 4)] == ["2", ""]
    panel.unit_choice.setCurrentIndex(1)
    assert panel.view.text(4, 3) == "100"


def test_pointing_at_a_cell_tells_its_numbers(qtbot: QtBot, panel: MistakesPanel) -> None:
    read(qtbot, panel)
    qtbot.mouseMove(panel.view, center(panel, 4, 3))
    assert panel.status.text() == "4 read as 3: 2 images, 100.0% of 2."
    qtbot.mouseMove(panel.view, QPoint(1, 1))
    assert panel.status.text() == UNKNOWN  # what the weights of a file have learned


def test_a_click_on_a_cell_shows_its_images_and_another_all_mistakes(
    qtbot: QtBot, panel: MistakesPanel
) -> None:
    read(qtbot, panel)
    panel.tabs.setCurrentIndex(2)
    qtbot.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=center(panel, 4, 3))
    assert panel.caption.text() == "4 read as 3: 2 images, the most certain first."
    assert panel.grid.isVisible()
    assert sorted(panel.model.numbers.tolist()) == [4, 14]
    qtbot.mouseClick(panel.all_button, Qt.MouseButton.LeftButton)
    assert panel.caption.text().startswith("18 mistakes")
    assert not panel.all_button.isVisible()


def test_the_keyboard_does_the_same(qtbot: QtBot, panel: MistakesPanel) -> None:
    read(qtbot, panel)
    panel.view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(panel.view, key)
    assert panel.status.text().startswith("1 read as 3: 2 images")
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert panel.model.cell == (1, 3)
    qtbot.keyClick(panel.view, Qt.Key.Key_Escape)
    assert panel.model.cell is None


def test_a_mistake_is_edited_on_the_canvas_until_the_answer_is_another(
    qtbot: QtBot, panel: MistakesPanel, theme: Theme
) -> None:
    draw = DrawPanel(panel.lab, theme)
    qtbot.addWidget(draw)
    draw.resize(320, 640)
    read(qtbot, panel)
    with qtbot.waitSignal(draw.model.changed):
        qtbot.mouseClick(
            panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=panel.grid.cell(0).center()
        )
    shown = draw.model.image
    assert shown is not None
    number = int(panel.model.numbers[0])
    np.testing.assert_array_equal(shown, panel.lab.dataset.test.images[number])
    before = draw.model.probabilities
    middle = draw.canvas.paper.center().toPoint()
    with qtbot.waitSignal(draw.model.changed):
        qtbot.mouseClick(draw.canvas, Qt.MouseButton.LeftButton, pos=middle)
    edited = draw.model.image
    assert edited is not None
    assert edited[0, 13:15, 13:15].min() > 200
    assert (edited != shown).sum() < 40  # the rest is the image still
    assert not np.array_equal(draw.model.probabilities, before)
    np.testing.assert_array_equal(panel.lab.examined.image, edited)
    with qtbot.waitSignal(draw.model.changed):
        draw.canvas.undo()
    np.testing.assert_array_equal(draw.model.image, shown)


def test_a_row_of_the_figures_chooses_the_class_everywhere(
    qtbot: QtBot, panel: MistakesPanel
) -> None:
    read(qtbot, panel)
    assert panel.classes.item(3, 2).text() == "10.0%"
    assert panel.classes.item(4, 2).text() == "–"
    panel.classes.setCurrentCell(4, 0)
    assert panel.lab.selection.class_number == 4


def test_pointing_at_a_bin_of_the_calibration_tells_its_numbers(
    qtbot: QtBot, panel: MistakesPanel
) -> None:
    read(qtbot, panel)
    panel.tabs.setCurrentIndex(2)
    qtbot.waitUntil(panel.plot.isVisible)
    reading = panel.model.reading
    assert reading is not None
    assert f"{reading.calibration.error:.2%}" in panel.calibration_caption.text()
    filled = int(np.flatnonzero(reading.calibration.counts)[0])
    count = int(reading.calibration.counts[filled])
    assert f": {count} image" in panel.plot.in_words(filled)
    qtbot.mouseMove(panel.plot, panel.plot.rect().center())
    assert panel.status.text().startswith("Certain by 4")


def test_another_network_is_read_and_the_chosen_cell_stays(
    qtbot: QtBot, panel: MistakesPanel
) -> None:
    read(qtbot, panel)
    panel.model.choose_cell((4, 3))
    read(qtbot, panel, favorite=7)
    assert panel.model.cell == (4, 3)
    assert panel.caption.text().startswith("4 read as 3: 0 images")


def test_the_choices_are_remembered(panel: MistakesPanel, lab: Lab, theme: Theme) -> None:
    panel.unit_choice.setCurrentIndex(1)
    panel.tabs.setCurrentIndex(2)
    other = MistakesPanel(lab, theme)
    other.restore_choices(panel.choices())
    assert other.choices() == {"unit": "shares", "page": "Calibration"}
    other.restore_choices({"unit": "", "page": "Nonsense"})
    assert other.choices() == {"unit": "counts", "page": "Calibration"}
    other.deleteLater()


def test_the_table_and_the_curve_are_exported_as_one_picture(
    qtbot: QtBot, panel: MistakesPanel, tmp_path: Path
) -> None:
    read(qtbot, panel)
    panel.export_png(tmp_path / "mistakes.png")
    image = QImage(str(tmp_path / "mistakes.png"))
    assert image.width() > 800
    panel.export_matrix(tmp_path / "matrix.csv")
    panel.export_answers(tmp_path / "answers.csv")
    assert len((tmp_path / "answers.csv").read_text().splitlines()) == 21


def test_in_a_narrow_dock_the_details_come_below(qtbot: QtBot, panel: MistakesPanel) -> None:
    read(qtbot, panel)
    assert panel.tabs.mapTo(panel, QPoint(0, 0)).x() > panel.view.geometry().right()
    panel.resize(330, 500)
    qtbot.waitUntil(lambda: panel.tabs.mapTo(panel, QPoint(0, 0)).x() < 40)
    assert panel.minimumSizeHint().width() <= 330
    assert panel.summary.text() == "10.00%"


def test_it_is_said_that_the_weights_have_learned_these_images(
    qtbot: QtBot, panel: MistakesPanel
) -> None:
    lab = panel.lab
    network = SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0))
    lab.predictor.use(network, trained=True, origin="lab")
    qtbot.waitUntil(lambda: panel.model.reading is not None)
    assert panel.status.text() == HINT  # the images are others
    lab.set_dataset(replace(lab.dataset, name="bundled"))
    qtbot.waitUntil(lambda: panel.status.text() == LEARNED)
    assert panel.summary.text().endswith(", learned before")
    read(qtbot, panel)  # with weights of a file
    qtbot.waitUntil(lambda: panel.status.text() == UNKNOWN)


def test_a_low_dock_needs_no_scrolling(qtbot: QtBot, panel: MistakesPanel) -> None:
    read(qtbot, panel)
    for page in range(3):
        panel.tabs.setCurrentIndex(page)
        assert panel.minimumSizeHint().height() <= 230
