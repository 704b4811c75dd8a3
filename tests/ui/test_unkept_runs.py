"""What went wrong with keeping a run stays in view, and is told again with the result."""

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.files import write_atomically
from convlab.training import TrainingConfig
from convlab.training.run_store import RunStore
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.runs import EMPTY, RunsPanel

REASON = "cannot be written: "


@pytest.fixture
def lab(tiny_dataset: Dataset, tiny_config: TrainingConfig, tmp_path: Path) -> Lab:
    """A lab that keeps its runs."""
    return Lab(tiny_dataset, tiny_config, RunStore(tmp_path / "runs"))


def runs_of(window: MainWindow) -> RunsPanel:
    """The panel of runs, in front."""
    window.docks.bring("Runs")
    panel = window.docks.panels["Runs"]
    assert isinstance(panel, RunsPanel)
    return panel


def hint_of(window: MainWindow) -> str:
    """What that panel says in place of a table."""
    return runs_of(window)._hint.text()


def test_a_run_that_is_not_kept(
    qtbot: QtBot, window: MainWindow, person: Any, long_run: TrainingConfig, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: hint_of(window) == EMPTY)
    (tmp_path / "runs").write_text("in the way")
    with qtbot.waitSignal(window.lab.session.steps_done):
        person.click(window, window.controls.train)
    assert window.notice.isVisible()
    assert window.notice.kind == "warning"
    assert "The training goes on; this run is not kept." in window.notice.text
    assert REASON in hint_of(window)
    with qtbot.waitSignal(window.lab.session.learning_rate_changed):
        window.lab.session.set_learning_rate(0.005)
    assert "is not kept" in window.notice.text
    assert window.notice.isVisible()
    person.click(window, window.controls.stop)
    person.reach(window, State.IDLE)
    assert window.notice.text.startswith("The run was stopped")
    assert "This run was not kept: the folder of your runs" in window.notice.text


def test_deleting_the_open_run_leaves_the_controls_as_without_a_run(
    qtbot: QtBot, window: MainWindow, home: Path
) -> None:
    home.mkdir(exist_ok=True)  # where the trash is
    lab, panel = window.lab, runs_of(window)
    assert lab.config is not None
    assert lab.store is not None
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    (entry,) = lab.store.entries()
    with qtbot.waitSignal(lab.past_runs.opened):
        lab.open_run(entry)
    assert window.controls.rate.text() == ""  # that of a run that is on
    curves = window.docks.panels["Curves"]
    assert isinstance(curves, CurvesPanel)
    assert curves.scrubber.slider.isEnabled()
    with qtbot.waitSignal(panel.model.said):
        panel.model.delete([entry])
    assert panel.status.text() == f"{entry.title} went to the trash."
    assert not curves.scrubber.slider.isEnabled()
    assert not curves.scrubber.live_button.isChecked()
    assert window.controls.rate.text() == ""


def test_a_run_that_was_moved_ends_with_where_it_is(
    qtbot: QtBot,
    window: MainWindow,
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def write(path: Path, content: bytes | str) -> None:
        if tmp_path / "runs" in path.parents and path.name != "run.toml":
            raise OSError(28, "No space left on device")
        write_atomically(path, content)

    modules = ("nn.weights", "training.checkpoint", "training.run_folder")
    for module in modules:
        monkeypatch.setattr(f"convlab.{module}.write_atomically", write)
    with qtbot.waitSignal(window.lab.session.run_ended):
        person.click(window, window.controls.train)
    person.reach(window, State.IDLE)
    folder = window.lab.session.run_folder
    assert folder is not None
    assert tmp_path / "runs" not in folder.path.parents
    assert window.notice.kind == "warning"
    assert window.notice.text.startswith("Finished in ")
    assert f"was put into {folder.path} instead." in window.notice.text
    model = runs_of(window).model.ordered
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    columns = range(model.columnCount())
    qtbot.waitUntil(lambda: "Moved" in [model.index(0, column).data() for column in columns])
