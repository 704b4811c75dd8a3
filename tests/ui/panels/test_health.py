"""One sees whether the training goes well, and what to try if not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QWidget

from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import SnapshotTaken
from convlab.ui.panel_frame import PanelFrame
from convlab.ui.panels import PANELS
from convlab.ui.panels.health import EMPTY, QUANTITIES, UNFIT, WELL, HealthPanel

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 3, "hidden_size": 6})


@pytest.fixture
def frame(qtbot, lab, theme):
    frame = PanelFrame(HealthPanel(lab, theme))
    qtbot.addWidget(frame)
    frame.resize(680, 330)
    with qtbot.waitExposed(frame):
        frame.show()
    return frame


@pytest.fixture
def panel(frame):
    return frame.widget().findChild(HealthPanel)


@pytest.fixture
def trained(qtbot, lab, panel):
    """The panel after a real run."""
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    settle(qtbot, lab, panel)
    return panel


def settle(qtbot, lab, panel):
    qtbot.waitUntil(lambda: not lab.session.is_busy and not panel.model.is_busy)
    qtbot.waitUntil(lambda: bool(panel.model.records))


def kill(lab):
    """Let a network answer whose ReLUs are all dead."""
    network = build_network(NETWORK)
    network.params["b1"][...] = -100.0
    network.params["b2"][...] = -100.0
    lab.predictor.use(network, trained=True)


def test_the_window_finds_the_panel():
    assert PANELS.get("Health") is HealthPanel
    assert HealthPanel.is_inside


def test_it_says_what_to_do_first(panel):
    assert panel.hint.isVisible()
    assert panel.hint.text() == EMPTY


def test_it_says_when_the_images_do_not_fit(panel, lab):
    other = NetworkDescription("SimpleConvNet", {"filter_num": 3, "hidden_size": 6}, (3, 32, 32))
    lab.predictor.use(build_network(other), trained=True)
    assert panel.hint.isVisible()
    assert panel.hint.text() == UNFIT


def test_a_run_is_shown_layer_by_layer(trained):
    assert not trained.hint.isVisible()
    names = [trained.table.item(row, 0).text() for row in range(trained.table.rowCount())]
    assert names == ["Conv1", "Affine1", "Affine2"]
    assert trained.table.item(2, 3).text() == "–"
    assert trained.chart_title.text() == "Conv1"


def test_every_quantity_has_a_chart_of_its_own(trained):
    pictures = []
    for number in range(len(QUANTITIES)):
        trained.quantity_box.setCurrentIndex(number)
        trained.quantity_box.activated.emit(number)
        assert trained.status.text().startswith("Usual")
        pictures.append(trained.chart.grab().toImage())
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[:n])


def test_the_keys_in_the_table_choose_layer_and_quantity_for_all(trained, lab, qtbot):
    trained.table.setFocus()
    qtbot.keyClick(trained.table, Qt.Key.Key_Down)
    qtbot.keyClick(trained.table, Qt.Key.Key_Right)
    assert trained.chart_title.text() == "Affine1"
    assert trained.quantity_box.currentText() == "Update to weight"
    assert lab.selection.layer == "Affine1"
    lab.selection.choose_layer("Affine2")
    assert trained.chart_title.text() == "Affine2"
    lab.selection.choose_layer("Pool1")  # which has no weights
    assert trained.chart_title.text() == "Affine2"


def test_the_numbers_behind_the_picture_are_told(trained):
    place = trained.chart.place().rect
    trained.chart.pointed.emit(*trained.chart.place().from_pixel(place.center()))
    assert "of the values lie between" in trained.status.text()
    trained.quantity_box.activated.emit(4)
    trained.chart.pointed.emit(0.0, 0.0)
    norm = trained.model.records[0].layer("Conv1").gradient_norm
    assert trained.status.text().startswith("Iteration 0: ")
    said = trained.status.text().split(": ")[1].split(" ")[0].replace("−", "-")
    assert float(said) == pytest.approx(norm, rel=0.1)
    trained.chart.pointed.emit(None, None)
    assert trained.status.text().startswith("Usual")


def test_what_looks_wrong_is_said_with_what_to_try(panel, lab, qtbot):
    network = build_network(NETWORK)
    for key in ("W1", "W2", "W3"):
        network.params[key] *= 5  # as they are, gradients are small
    lab.predictor.use(network, trained=True)
    settle(qtbot, lab, panel)
    qtbot.waitUntil(lambda: panel.verdict.text() == WELL)
    kill(lab)
    qtbot.waitUntil(lambda: panel.verdict.text().startswith("Dead: 100% of the ReLUs"))
    assert "smaller learning rate" in panel.verdict.text()
    assert panel.table.item(0, 3).toolTip().startswith("Dead")
    panel.table.setCurrentCell(1, 0)
    assert "behind Affine1" in panel.verdict.text()


def test_a_number_outside_of_its_range_has_a_sign_and_a_sentence(panel, lab, qtbot):
    network = build_network(NETWORK)
    network.params["W3"] *= 0.3  # which makes the gradients of the layers before as much smaller
    lab.predictor.use(network, trained=True)
    settle(qtbot, lab, panel)
    outside = [f for f in panel.model.findings if f.quantity == "gradient_norm"]
    assert outside
    for finding in outside:
        row = next(
            row
            for row in range(panel.table.rowCount())
            if panel.table.item(row, 0).text() == finding.layer
        )
        panel.table.setCurrentCell(row, 2)
        assert panel.table.item(row, 2).text()[0] == ("▲" if finding.is_above else "▼")
        assert finding.text in panel.verdict.text()


def test_it_says_why_an_update_is_not_known(trained, lab, qtbot):
    trained.table.setCurrentCell(0, 1)
    assert trained.status.text().startswith("Usual")
    assert trained.table.item(0, 1).text() != "–"
    params = lab.predictor.original.copy().params
    lab.session.weights_shown.emit(SnapshotTaken(0, params))
    qtbot.waitUntil(lambda: trained.table.item(0, 1).text() == "–")
    assert trained.status.text().startswith("There is no update here: no step came before.")
    assert trained.table.item(0, 1).toolTip().startswith("There is no update here")
    lab.predictor.use(build_network(NETWORK), trained=True)
    qtbot.waitUntil(lambda: trained.status.text().startswith("Not known of opened weights"))


def test_it_says_that_the_numbers_are_not_those_of_the_network_that_answers(panel, lab, qtbot):
    lab.predictor.use(build_network(NETWORK), trained=True)
    settle(qtbot, lab, panel)
    assert panel.whose.isHidden()
    lab.predictor.stand_in(build_network(NETWORK))
    assert panel.whose.isVisible()
    assert "before the changes" in panel.whose.text()
    lab.predictor.stand_in(None)
    assert panel.whose.isHidden()
    lab.predictor.compare_untrained(True)
    qtbot.waitUntil(lambda: "An untrained network answers" in panel.whose.text())


def test_it_fits_a_small_dock_and_both_schemes(trained, frame, theme, qtbot):
    theme.choose("dark")
    frame.resize(330, 260)
    qtbot.waitUntil(lambda: trained.width() <= 330)
    assert (
        trained.table.geometry().bottom()
        < trained.chart.mapTo(trained, trained.chart.rect().topLeft()).y()
    )
    assert trained.chart.height() >= 120
    assert frame.horizontalScrollBar().maximum() == 0


def test_the_quantity_is_remembered(panel):
    panel.restore_choices({"quantity": "idle"})
    assert panel.choices() == {"quantity": "idle"}
    panel.restore_choices({"quantity": "nonsense"})
    assert panel.choices() == {"quantity": "idle"}


def test_picture_and_table_are_exported(trained, tmp_path):
    for button in (trained.quantity_box, trained.export_button):
        cover = QWidget(button)
        cover.setPalette(QPalette(QColor("#ff00ff")))
        cover.setAutoFillBackground(True)
        cover.resize(button.size())
        cover.show()
    magenta = bytes([255, 0, 255, 255])
    seen = trained.grab().toImage()
    assert magenta in bytes(seen.constBits())
    trained.export_png(tmp_path / "health.png")
    picture = QImage(str(tmp_path / "health.png"))
    assert picture.width() > 1200
    assert magenta not in bytes(picture.constBits())  # buttons are no part of it
    trained.export_npz(tmp_path / "health.npz")
    assert (tmp_path / "health.npz").stat().st_size > 0
    trained.export_csv(tmp_path / "health.csv")
    assert (tmp_path / "health.csv").read_text().startswith("iteration,loss,layer")
