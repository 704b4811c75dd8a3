"""The ticked runs are drawn over the open one, which is not drawn twice."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.smoothing import MovingAverage
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.theme import Theme
from convlab.ui.widgets.run_legend import PRESENT

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def lab(qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig, store: RunStore) -> Lab:
    return Lab(tiny_dataset, tiny_config, store)


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme) -> CurvesPanel:
    panel = CurvesPanel(lab, theme)
    qtbot.addWidget(panel)
    return panel


def open_run(qtbot: QtBot, lab: Lab, title: str) -> None:
    assert lab.store is not None
    entry = next(e for e in lab.store.entries() if e.title == title)
    with qtbot.waitSignal(lab.past_runs.opened):
        lab.open_run(entry)


def tick(qtbot: QtBot, lab: Lab, title: str) -> None:
    assert lab.store is not None
    entry = next(e for e in lab.store.entries() if e.title == title)
    with qtbot.waitSignal(lab.overlays.changed):
        lab.overlays.toggle(entry)


def test_the_open_run_is_named_with_its_own_colors_and_not_drawn_twice(
    qtbot: QtBot, lab: Lab, panel: CurvesPanel, make_run: MakeRun
) -> None:
    make_run("a")
    make_run("b")
    open_run(qtbot, lab, "a")
    tick(qtbot, lab, "a")
    assert panel.overlays.isHidden()
    tick(qtbot, lab, "b")
    assert not panel.overlays.isHidden()
    assert panel.overlays.runs == (("a", PRESENT), ("b", 1))
    assert len(panel.loss._overlays) == 1
    open_run(qtbot, lab, "b")  # now it is the other way round
    assert panel.overlays.runs == (("a", 0), ("b", PRESENT))


def test_the_smoothed_loss_of_a_branch_goes_on_from_its_parent(
    qtbot: QtBot, lab: Lab, panel: CurvesPanel, make_run: MakeRun
) -> None:
    parent = make_run("parent")
    left_at = parent.snapshots.iterations[-2]
    make_run("branch", parent=parent, at=left_at)
    open_run(qtbot, lab, "branch")
    qtbot.waitUntil(lambda: bool(panel.overlays.runs))
    before = parent.history().losses[:left_at]
    whole = MovingAverage(0.9).extend(np.concatenate([before, panel.model.losses]))
    np.testing.assert_allclose(panel.model.smoothed, whole[left_at:])
    panel.loss.smoothing_slider.setValue(50)
    whole = MovingAverage(0.5).extend(np.concatenate([before, panel.model.losses]))
    np.testing.assert_allclose(panel.model.smoothed, whole[left_at:])
    open_run(qtbot, lab, "parent")
    assert panel.model.smoothed[0] == panel.model.losses[0]
