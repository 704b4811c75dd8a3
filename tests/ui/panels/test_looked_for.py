"""One sees what each filter looks for, and sends what it found to the canvas."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from convlab.app import looked_for as module
from convlab.nn import LeNet, SimpleConvNet
from convlab.nn.networks.own_network import OwnNetwork
from convlab.ui.panels import PANELS
from convlab.ui.panels.looked_for import LookedForPanel
from convlab.ui.widgets.patch_detail import HINT
from convlab.ui.widgets.patch_pictures import PatchCell

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot, lab, theme, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNASKED", 0)  # only on demand
    panel = LookedForPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(680, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.model._work.wait()


def search(panel, lab, qtbot, network=None):
    lab.predictor.use(network or SimpleConvNet(rng=np.random.default_rng(0)), trained=True)
    qtbot.mouseClick(panel.search_button, LEFT)
    qtbot.waitUntil(lambda: not panel.model.is_busy)


def test_the_window_finds_the_panel():
    assert PANELS.get("Looked for") is LookedForPanel


def test_it_says_what_to_do_first(panel, lab):
    assert panel.hint.text().startswith("Press Train")
    assert not panel.search_button.isEnabled()
    lab.predictor.use(SimpleConvNet(), trained=True)
    assert "look through 60 training images" in panel.hint.text()
    assert panel.search_button.isEnabled()
    assert not panel.export_button.isEnabled()


def test_a_search_fills_the_rows(panel, lab, qtbot):
    search(panel, lab, qtbot)
    assert panel.rows.isVisible()
    assert "60 training images" in panel.status.text()
    assert not panel.search_button.isEnabled()  # there is nothing else to find
    assert not panel.progress.isVisible()
    assert panel.detail.words.text() == HINT


def test_a_search_can_be_canceled(panel, lab, qtbot):
    lab.predictor.use(SimpleConvNet(), trained=True)
    qtbot.mouseClick(panel.search_button, LEFT)
    assert panel.search_button.text() == "Cancel"
    assert panel.progress.isVisible()
    qtbot.mouseClick(panel.search_button, LEFT)
    assert panel.search_button.text() == "Search"
    assert panel.hint.isVisible()


def test_what_is_pointed_at_is_shown_with_its_image_and_numbers(panel, lab, qtbot):
    search(panel, lab, qtbot)
    patches = panel.model.finding.patches
    panel.rows.pointed.emit(PatchCell(2, 1))
    words = panel.detail.words.text()
    assert words.startswith("Conv1, filter 3\nOutput ")
    assert f"Training image {patches.images[2, 1] + 1}, labeled" in words
    panel.rows.pointed.emit(PatchCell(2))
    assert "ideal image" in panel.detail.words.text()
    panel.rows.pointed.emit(PatchCell(2, is_weights=True))
    assert "Weights from" in panel.detail.words.text()
    panel.rows.pointed.emit(None)
    assert panel.detail.words.text() == HINT


def test_a_click_sends_the_image_to_the_canvas(panel, lab, qtbot):
    search(panel, lab, qtbot)
    number = int(panel.model.finding.patches.images[0, 1])
    at = panel.rows.rect_of(0, 3).center()
    with qtbot.waitSignal(lab.picture_shown) as shown:
        qtbot.mouseClick(panel.rows.viewport(), LEFT, pos=at)
    np.testing.assert_array_equal(shown.args[0].image, lab.dataset.train.images[number])
    with qtbot.waitSignal(lab.picture_shown) as shown:
        panel.rows.chosen.emit(PatchCell(4))
    assert shown.args[0].title == "Ideal image of filter 5 of Conv1"
    with qtbot.assertNotEmitted(lab.picture_shown):
        panel.rows.chosen.emit(PatchCell(4, is_weights=True))


def test_other_weights_are_told_and_can_be_searched(panel, lab, qtbot):
    search(panel, lab, qtbot)
    network = lab.predictor.network
    network.adopt(network.params | {"W1": network.params["W1"] + np.float32(1)})
    lab.predictor.changed.emit()
    assert "by earlier weights" in panel.status.text()
    assert panel.search_button.isEnabled()


def test_every_convolution_can_be_chosen(panel, lab, qtbot):
    search(panel, lab, qtbot, LeNet(rng=np.random.default_rng(0)))
    box = panel.layer_choice.layer_box
    assert box.count() == 2
    assert not panel.layer_choice.channel_box.isVisible()
    box.activated.emit(1)
    assert lab.selection.layer == "Conv2"
    assert panel.hint.isVisible()
    qtbot.mouseClick(panel.search_button, LEFT)
    qtbot.waitUntil(lambda: not panel.model.is_busy)
    assert panel.model.finding.layer.name == "Conv2"
    assert not panel.layer_choice.channel_box.isVisible()


def test_without_convolution_it_says_so(panel, lab):
    lab.predictor.use(OwnNetwork(["Affine size=5"]), trained=True)
    assert "no convolution" in panel.hint.text()
    assert not panel.search_button.isEnabled()


def test_weights_that_are_no_numbers_are_told(panel, lab, qtbot):
    network = SimpleConvNet()
    network.params["W1"][...] = np.nan
    search(panel, lab, qtbot, network)
    assert "finite" in panel.hint.text()


def test_in_a_narrow_panel_the_status_tells_the_numbers(panel, lab, qtbot):
    search(panel, lab, qtbot)
    panel.resize(330, 260)
    qtbot.waitUntil(lambda: not panel.detail.isVisible())
    qtbot.mouseMove(panel.rows.viewport(), panel.rows.rect_of(0, 2).center())
    qtbot.waitUntil(lambda: panel.status.text().startswith("Conv1, filter 1, Output"))


def test_what_is_shown_is_exported(panel, lab, qtbot, tmp_path):
    search(panel, lab, qtbot)
    panel.export_png(tmp_path / "patches.png")
    panel.export_csv(tmp_path / "patches.csv")
    assert (tmp_path / "patches.png").read_bytes().startswith(b"\x89PNG")
    assert len((tmp_path / "patches.csv").read_text().splitlines()) == 1 + 30 * 9


def test_other_weights_do_not_draw_the_same_rows_anew(panel, lab, qtbot):
    search(panel, lab, qtbot)
    panel.rows.grab()
    drawn = dict(panel.rows._pictures)
    assert drawn
    lab.predictor.changed.emit()  # as while somebody moves the time machine
    assert panel.rows._pictures == drawn


def test_nothing_is_said_about_another_network(panel, lab, qtbot):
    search(panel, lab, qtbot)
    assert "found in" in panel.status.text()
    lab.predictor.use(OwnNetwork(["Affine size=5"]), trained=True)
    assert "no convolution" in panel.hint.text()
    assert panel.status.text() == ""


def test_what_is_not_found_yet_is_not_exported(panel, lab, qtbot):
    search(panel, lab, qtbot)
    assert panel.export_button.isEnabled()
    lab.predictor.network.adopt({k: v + 1 for k, v in lab.predictor.network.params.items()})
    lab.predictor.changed.emit()
    qtbot.mouseClick(panel.search_button, LEFT)
    assert panel.model.is_busy
    assert not panel.export_button.isEnabled()
