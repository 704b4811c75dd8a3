"""From opening the lab to a digit that it reads, with the mouse and on the real digits."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from convlab.app import lab as lab_module
from convlab.app.session import State
from convlab.data.digit_image import digit_image
from convlab.ui.app import make_window
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.draw import DrawPanel
from convlab.ui.panels.filters import FiltersPanel
from convlab.ui.panels.setup import SetupPanel

LEFT = Qt.MouseButton.LeftButton
A_MINUTE = 60_000


def draw(qtbot: QtBot, panel: DrawPanel, *places: tuple[float, float]) -> None:
    """Draw one stroke through places in units of the paper, and wait until it is read."""
    paper = panel.canvas.paper
    points = [
        (paper.topLeft().toPoint() + QPoint(int(x * paper.width()), int(y * paper.height())))
        for x, y in places
    ]
    with qtbot.waitSignal(panel.model.changed):
        qtbot.mousePress(panel.canvas, LEFT, pos=points[0])
        for point in points[1:]:
            qtbot.mouseMove(panel.canvas, point)
        qtbot.mouseRelease(panel.canvas, LEFT, pos=points[-1])


def draw_a_one(qtbot: QtBot, panel: DrawPanel) -> None:
    draw(qtbot, panel, *((0.5, 0.2 + 0.02 * step) for step in range(31)))


def draw_a_seven(qtbot: QtBot, panel: DrawPanel) -> None:
    across = [(0.25 + 0.025 * step, 0.2) for step in range(21)]
    down = [(0.75 - 0.0125 * step, 0.2 + 0.03 * step) for step in range(1, 21)]
    draw(qtbot, panel, *across, *down)


def panel_of(window: MainWindow, title: str) -> DrawPanel:
    panel = window.docks.panels[title]
    assert isinstance(panel, DrawPanel)
    return panel


def test_two_epochs_on_the_bundled_digits_and_a_digit_is_read(
    qapp: QApplication,
    qtbot: QtBot,
    person,
    opened: Callable[[MainWindow], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lab_module, "shipped_weights", lambda: None)
    window = opened(make_window(qapp))
    setup, curves = window.docks.panels["Setup"], window.docks.panels["Curves"]
    filters, drawing = window.docks.panels["Filters"], panel_of(window, "Draw")
    assert isinstance(setup, SetupPanel)
    assert isinstance(curves, CurvesPanel)
    assert isinstance(filters, FiltersPanel)
    assert window.lab.dataset.name == "bundled"
    setup.form.rows()["epochs"].editor.setValue(2)

    draw_a_one(qtbot, drawing)
    assert drawing.reading.status.text().startswith("The network is untrained.")
    assert drawing.reading.answer.text() == "–"

    read_after: list[int] = []
    drawing.model.changed.connect(lambda: read_after.append(window.lab.predictor.iteration))
    person.click(window, window.controls.train)
    person.reach(window, State.RUNNING)
    qtbot.waitUntil(lambda: window.progress.iteration > 0)
    assert window.progress.iterations == 2 * 40
    qtbot.waitUntil(lambda: window.lab.session.state is State.IDLE, timeout=A_MINUTE)

    assert window.notice.isVisible()
    assert window.notice.text.startswith("Finished in ")
    assert "of the 1,000 test images are read right." in window.notice.text
    assert [e.epoch for e in curves.model.evaluations] == [1, 2]
    assert len(curves.model.losses) == 80
    assert curves.model.evaluations[-1].test_accuracy > 0.8
    assert filters.model.difference is not None
    assert np.abs(filters.model.difference).max() > 0

    qtbot.waitUntil(lambda: read_after[-1] == 80)
    while_training = sorted({n for n in read_after if 0 < n < 80})
    assert len(while_training) > 1, "the drawing was not read again while the network learned"
    assert drawing.reading.status.text() == "Read after 80 iterations of training."
    assert drawing.reading.answer.text() == "1"
    certainty = drawing.model.certainty
    assert certainty is not None
    assert certainty > 0.5

    # The network itself, asked about the picture of the drawing, says the same.
    network = window.lab.predictor.network
    assert network is not None
    image = digit_image(drawing.canvas.drawing())
    itself = network.probabilities(image.reshape(1, 1, 28, 28))[0]
    np.testing.assert_allclose(drawing.model.probabilities, itself, atol=1e-6)

    with qtbot.waitSignal(drawing.model.changed):
        drawing.canvas.clear()
    assert drawing.reading.answer.text() == "–"
    draw_a_seven(qtbot, drawing)
    qtbot.waitUntil(lambda: drawing.reading.answer.text() == "7")
