"""One sees why the network answers as it does, and follows its reasons to the image."""

import csv

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet
from convlab.nn import LeNet, SimpleConvNet
from convlab.nn.network_settings import NETWORKS
from convlab.nn.networks.own_network import OwnNetwork
from convlab.ui.panels import PANELS
from convlab.ui.panels.why import EXACT, FOLLOWED, MAPS_HINT, WhyPanel
from convlab.ui.widgets.heat_maps import NO_MAPS


@pytest.fixture
def panel(qtbot, lab, theme):
    panel = WhyPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(680, 330)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def use(lab, qtbot, panel, network):
    before = panel.model.explanation
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: panel.model.explanation not in (None, before))


def simple(seed=0):
    return SimpleConvNet(weight_init_std=0.1, rng=np.random.default_rng(seed))


def test_the_window_finds_the_panel():
    assert PANELS.get("Why") is WhyPanel
    assert WhyPanel.is_inside


def test_it_says_what_to_do_first(panel, qtbot):
    qtbot.waitUntil(lambda: panel.hint.isVisible())
    assert panel.hint.text().startswith("Press Train")
    assert not panel.export_button.isEnabled()


def test_a_network_with_more_classes_may_come_before_its_explanation(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    train, test = (
        ImageSet(part.images, np.arange(len(part)) % 12)
        for part in (lab.dataset.train, lab.dataset.test)
    )
    twelve = Dataset("twelve", "Twelve", train, test, tuple("abcdefghijkl"))
    lab.predictor.use(SimpleConvNet(output_size=12, weight_init_std=0.1), trained=True)
    lab.set_dataset(twelve)
    panel.views.setCurrentIndex(1)  # which shows what is known so far
    assert panel.class_choice.count() == 11
    qtbot.waitUntil(lambda: panel.class_choice.count() == 13)
    assert panel.class_choice.itemText(12).startswith("l: ")


def test_three_columns_lead_from_the_score_to_the_image(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    assert panel.parts.units.isVisible()
    assert panel.parts.maps.isVisible()
    assert panel.parts.patches.isVisible()
    assert panel.status.text() == EXACT
    score = panel.model.explanation.split.score
    for column in (panel.parts.units, panel.parts.maps):
        assert column.bars.rows()[-1].part == pytest.approx(score)


def test_a_chosen_unit_and_then_a_map_are_followed(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    unit = panel.parts.units.bars.rows()[0]
    panel.parts.units.bars.chosen.emit(unit.unit)
    maps = panel.parts.maps.bars
    qtbot.waitUntil(lambda: maps.rows()[-1].part == pytest.approx(unit.part))
    heading = f"Feature maps of unit {unit.unit + 1} {maps.factor}".strip()
    assert panel.parts.maps._heading.text() == heading
    chosen = maps.rows()[0]
    maps.chosen.emit(chosen.unit)
    heading = panel.parts.patches._heading
    qtbot.waitUntil(lambda: heading.text() == f"Patches of map {chosen.unit + 1}")
    assert panel.model.explanation.split.stages[2].total == pytest.approx(chosen.part)
    assert panel.status.text() == FOLLOWED


def test_a_unit_that_another_image_does_not_list_is_given_up(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    units = panel.parts.units.bars
    listed = [row.unit for row in units.rows() if row.unit is not None]
    least = int(np.abs(panel.model.explanation.split.stages[0].parts).argmin())
    assert least not in listed
    units.chosen.emit(listed[0])
    qtbot.waitUntil(lambda: panel.status.text() == FOLLOWED)
    panel.model.choose_unit("Relu2", least)  # as if it had been large for the image before
    qtbot.waitUntil(lambda: panel.model.through == {})
    qtbot.waitUntil(lambda: panel.status.text() == EXACT)


def test_what_is_pointed_at_is_told_in_numbers(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    panel.parts.units.bars.pointed.emit(3)
    assert panel.status.text().startswith("Unit 4 of Relu2 is ")
    panel.parts.patches.view._point_at((6, 2))
    assert "rows 25–28, columns 9–12" in panel.status.text()
    panel.parts.patches.view._point_at(None)
    assert panel.status.text() == EXACT


def update(lab, qtbot, panel):
    """Let the network learn a little, as each of its updates does while it is trained."""
    network, before = lab.predictor.answering, panel.model.explanation
    network.adopt({name: array * 1.01 for name, array in network.params.items()})
    lab.predictor.changed.emit()
    qtbot.waitUntil(lambda: panel.model.explanation is not before)


@pytest.mark.parametrize("column", ["units", "maps", "patches"])
def test_a_mouse_at_rest_reads_on_while_it_trains(panel, lab, qtbot, column):
    use(lab, qtbot, panel, simple())
    if column == "patches":
        panel.parts.patches.view._point_at((3, 3))
    else:
        bars = getattr(panel.parts, column).bars
        bars._point_at(bars.rows()[0].unit)
    before = panel.status.text()
    update(lab, qtbot, panel)
    after = panel.status.text()
    assert " adds " in after
    assert after.split()[:4] == before.split()[:4]  # such as Unit 3 of Relu2
    assert after != before


def test_a_mouse_at_rest_on_a_heat_map_reads_on_while_it_trains(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    panel.views.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.model.covered is not None)
    panel.maps.gradient.view._point_at((10, 10))
    before = panel.status.text()
    update(lab, qtbot, panel)
    assert panel.status.text().startswith("Row 11, column 11: gradient ")
    assert panel.status.text() != before
    panel.maps.gradient.view._point_at(None)
    assert panel.status.text() == MAPS_HINT


def test_another_class_can_be_asked_about(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    assert panel.class_choice.currentText().endswith(" (answer)")
    panel.class_choice.activated.emit(5)
    qtbot.waitUntil(lambda: panel.model.explanation.split.class_number == 4)
    assert lab.selection.class_number == 4
    assert panel.class_choice.currentText().startswith("4: ")


def test_the_heat_maps_tell_what_they_can_and_cannot(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    panel.views.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.model.covered is not None)
    assert panel.status.text() == MAPS_HINT
    for column in (panel.maps.gradient, panel.maps.occlusion, panel.maps.cam):
        assert column.words.text().startswith("Tells ")
        assert " not " in column.words.text()
        column.view._point_at((10, 12))
        assert panel.status.text().startswith("Row 11, column 13: ")


def test_bends_are_owned_up_to(panel, lab, qtbot):
    use(lab, qtbot, panel, LeNet(rng=np.random.default_rng(0)))
    assert "Sigmoid1 and 5 more layers" in panel.status.text()


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_can_be_asked(panel, lab, qtbot, name):
    use(lab, qtbot, panel, NETWORKS.get(name)().build((1, 28, 28), 10))
    panel.views.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.model.covered is not None)
    panel.grab()


def test_a_network_without_convolution_has_no_maps(panel, lab, qtbot):
    use(lab, qtbot, panel, OwnNetwork(["Affine size=5", "Relu"]))
    assert panel.parts.units.isVisible()
    assert not panel.parts.maps.isVisible()
    panel.views.setCurrentIndex(1)
    assert panel.maps.cam.words.text() == NO_MAPS


def test_it_follows_the_drawing(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    image = lab.dataset.test.images[5]
    lab.examined.set_image(image, "Your drawing")
    qtbot.waitUntil(lambda: panel.model.explanation.image is image)


def test_a_run_is_followed_while_it_trains(panel, lab, qtbot):
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    score = lab.predictor.network.predict(lab.examined.image[np.newaxis])[0].max()
    qtbot.waitUntil(
        lambda: (
            panel.model.explanation is not None
            and panel.model.explanation.split.score == pytest.approx(score, rel=1e-4)
        )
    )


def test_narrow_the_columns_lie_below_each_other(panel, lab, qtbot):
    use(lab, qtbot, panel, simple())
    panel.resize(330, 260)
    qtbot.waitUntil(lambda: panel.parts.maps.y() > panel.parts.units.y())
    assert panel.parts.verticalScrollBar().maximum() > 0


def test_what_is_shown_is_exported(panel, lab, qtbot, tmp_path):
    use(lab, qtbot, panel, simple())
    panel.export_png(tmp_path / "why.png")
    panel.export_csv(tmp_path / "why.csv")
    panel.export_npz(tmp_path / "why.npz")
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "why.csv").open() as file:
        assert {row["layer"] for row in csv.DictReader(file)} == {"Relu2", "Pool1", "Input"}
    assert (tmp_path / "why.npz").stat().st_size > 0


def test_the_menu_says_whether_the_arrays_hold_what_occlusion_found(panel, lab, qtbot, tmp_path):
    use(lab, qtbot, panel, simple())
    path = tmp_path / "why.npz"
    for view, text in enumerate(("Arrays without occlusion (NPZ)…", "Arrays (NPZ)…")):
        panel.views.setCurrentIndex(view)
        qtbot.waitUntil(panel.export_button.isEnabled)
        assert panel.export_button.menu().actions()[-1].text() == text
        panel.export_npz(path)
        with np.load(path, allow_pickle=False) as arrays:
            assert ("occlusion" in arrays) is ("without" not in text)
            assert {"gradient", "grad_cam"} <= set(arrays)
    panel.views.setCurrentIndex(0)  # what occlusion found is known now, but may grow old
    panel.export_npz(path)
    with np.load(path, allow_pickle=False) as arrays:
        assert "occlusion" not in arrays


def test_the_view_comes_back_at_the_next_start(panel, lab, theme, qtbot):
    panel.views.setCurrentIndex(1)
    other = WhyPanel(lab, theme)
    qtbot.addWidget(other)
    other.restore_choices(panel.choices())
    assert other.views.currentIndex() == 1
    other.restore_choices({"view": "nonsense"})
    assert other.views.currentIndex() == 1


def test_it_can_be_read_in_the_dark(panel, lab, theme, qtbot):
    use(lab, qtbot, panel, simple())
    light = panel.grab().toImage()
    theme.choose("dark")
    assert panel.grab().toImage() != light
