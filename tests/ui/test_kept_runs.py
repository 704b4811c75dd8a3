"""Through the real window: go back in a run, branch, keep its film, go on after a crash."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, StepDone
from convlab.training.recorder import Recorder
from convlab.training.run_store import RunStore
from convlab.training.trainer import Trainer
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.theme import Theme
from convlab.ui.widgets.scrubber import Scrubber
from convlab.ui.window_memory import WindowMemory

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def lab(
    tiny_dataset: Dataset,
    tiny_config: TrainingConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Lab:
    """A lab that keeps its runs."""
    monkeypatch.setattr("convlab.training.writer.MOST_WAITING", 100)
    return Lab(tiny_dataset, tiny_config, RunStore(tmp_path / "runs"))


def train(qtbot: QtBot, window: MainWindow) -> None:
    lab = window.lab
    assert lab.config is not None
    lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    qtbot.waitUntil(lambda: len(lab.time_machine.moments) == 13)


def scrubber_of(window: MainWindow) -> Scrubber:
    panel = window.docks.panels["Curves"]
    assert isinstance(panel, CurvesPanel)
    return panel.scrubber


def test_before_any_run_there_is_nowhere_to_go(window: MainWindow) -> None:
    scrubber = scrubber_of(window)
    assert not scrubber.slider.isEnabled()
    assert "Train to be able to go back" in scrubber.slider.toolTip()
    for button in (scrubber.play_button, scrubber.live_button, scrubber.branch_button):
        assert not button.isEnabled()


def test_the_scrubber_moves_curves_filters_and_answers_together(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
    scrubber, lab = scrubber_of(window), window.lab
    filters = window.docks.panels["Filters"]
    last = filters.model.after.copy()  # type: ignore[attr-defined]
    qtbot.mouseClick(scrubber.slider, LEFT, pos=QPoint(2, scrubber.slider.height() // 2))
    qtbot.keyClick(scrubber.slider, Qt.Key.Key_Home)
    qtbot.keyClick(scrubber.slider, Qt.Key.Key_Right)
    qtbot.keyClick(scrubber.slider, Qt.Key.Key_Right)
    assert lab.time_machine.iteration == 2
    assert scrubber.where.text() == "Iteration 2"
    assert not scrubber.live_button.isChecked()
    assert lab.predictor.iteration == filters.model.iteration == 2  # type: ignore[attr-defined]
    curves = window.docks.panels["Curves"]
    assert isinstance(curves, CurvesPanel)
    assert curves.loss.plot._cursor.isVisible()
    assert curves.loss.plot._cursor.value() == 2
    qtbot.mouseClick(scrubber.live_button, LEFT)
    assert scrubber.where.text() == "The present"
    assert scrubber.live_button.isChecked()
    np.testing.assert_array_equal(filters.model.after, last)  # type: ignore[attr-defined]


def test_a_branch_counts_on_from_where_its_parent_was_left(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
    scrubber, lab = scrubber_of(window), window.lab
    scrubber.slider.setValue(6)
    with qtbot.waitSignal(lab.session.run_started):
        qtbot.mouseClick(scrubber.branch_button, LEFT)
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    curves = window.docks.panels["Curves"]
    assert isinstance(curves, CurvesPanel)
    assert curves.model.iterations.tolist() == list(range(7, 19))
    status = window.status
    assert status._iteration.text() == "Iteration 18 of 18 (branched at 6)"
    assert status._epoch.text() == "Epoch 3 of 3"
    assert status._bar.minimum() == 6
    # The story before is drawn with it, until its tick is taken away.
    qtbot.waitUntil(lambda: bool(curves.overlays.runs))
    assert curves.overlays.runs[0][0].endswith("(up to 6)")
    qtbot.waitUntil(lambda: curves.accuracy.plot.viewRange()[0][1] > 18)
    assert curves.accuracy.plot.viewRange()[0][0] == 0
    assert curves.accuracy.plot.marks.marks[0] == (6, "branch")
    assert lab.store is not None
    lab.overlays.toggle(lab.store.entries()[1])
    qtbot.waitUntil(lambda: curves.accuracy.plot.viewRange()[0][0] == 6)
    assert curves.accuracy.plot.viewRange()[0][1] > 18


def test_readout_slider_and_cursor_agree_on_the_beginning(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    curves = window.docks.panels["Curves"]
    assert isinstance(curves, CurvesPanel)
    curves.scrubber.slider.setValue(0)
    assert curves.scrubber.where.text() == "Iteration 0"
    assert curves.readout.values() == ("0", "–", "–", "–", "–", "–")
    assert curves.loss.plot._cursor.value() == 0


def test_the_best_moment_is_one_click_away(qtbot: QtBot, window: MainWindow) -> None:
    scrubber = scrubber_of(window)
    assert not scrubber.best_button.isEnabled()
    assert "first" in scrubber.best_button.toolTip()
    train(qtbot, window)
    folder = window.lab.session.run_folder
    assert folder is not None
    info = folder.info()
    assert info is not None
    assert f"iteration {info.best_iteration}:" in scrubber.best_button.toolTip()
    qtbot.mouseClick(scrubber.best_button, LEFT)
    assert scrubber.where.text() == f"Iteration {info.best_iteration}"


def test_before_the_best_weights_are_kept_the_button_says_so(
    qtbot: QtBot, window: MainWindow
) -> None:
    scrubber = scrubber_of(window)
    window.lab.session.epoch_evaluated.emit(EpochEvaluated(50, 1, 0.9, 0.8))
    assert not scrubber.best_button.isEnabled()
    assert "iteration 50, is not kept yet" in scrubber.best_button.toolTip()


def test_while_a_run_is_on_no_branch_is_offered(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    scrubber, lab = scrubber_of(window), window.lab
    scrubber.slider.setValue(4)
    assert scrubber.branch_button.isEnabled()
    assert lab.config is not None
    long_run = TrainingConfig.from_dict({**lab.config.to_dict(), "epochs": 10_000})
    with qtbot.waitSignal(lab.session.run_started):
        lab.session.start(long_run, lab.dataset)
    qtbot.waitUntil(lambda: len(lab.time_machine.moments) > 4)
    scrubber.slider.setValue(2)
    assert not lab.time_machine.is_live
    assert not scrubber.branch_button.isEnabled()
    assert scrubber.branch_button.toolTip().startswith("Stop the run first")
    lab.session.stop()
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    assert scrubber.branch_button.isEnabled()
    assert scrubber.branch_button.toolTip().startswith("Begin a new run at iteration")


def test_the_groove_leads_to_the_moment_under_the_pointer(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    scrubber = scrubber_of(window)
    middle = scrubber.slider.rect().center()
    qtbot.mouseClick(scrubber.slider, LEFT, pos=middle)
    assert window.lab.time_machine.iteration in (6, 7)


def test_a_long_text_leaves_the_slider_room(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    scrubber = scrubber_of(window)
    scrubber.setParent(None)
    qtbot.addWidget(scrubber)
    least, usual = scrubber.minimumSizeHint().width(), scrubber.where.width()
    scrubber.where.setText("Filters at 1,000,000, network at 1,000,000")
    scrubber.resize(least, 40)
    scrubber.show()
    scrubber._make_room()
    assert scrubber.where.width() == usual
    assert scrubber.minimumSizeHint().width() == least
    scrubber.resize(800, 40)
    assert scrubber.where.width() == scrubber.where.sizeHint().width()
    qtbot.waitUntil(lambda: scrubber.where.geometry().right() < scrubber.best_button.x())
    assert scrubber.slider.geometry().right() < scrubber.where.x()
    assert scrubber.slider.width() > 100


def test_the_slider_says_where_only_filters_are_kept(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    scrubber, folder = scrubber_of(window), window.lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(5).unlink()
    window.lab.time_machine.look()
    scrubber.slider.setValue(5)
    assert scrubber.where.text() == "Filters at 5, network at 4"
    assert "iteration 4" in scrubber.where.toolTip()
    assert "at iteration 4" in scrubber.branch_button.toolTip()
    scrubber.slider.setValue(4)
    assert scrubber.where.text() == "Iteration 4"
    assert scrubber.where.toolTip() == ""


def test_the_slider_says_that_a_large_moment_is_loaded(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.app.time_machine.READ_AT_ONCE", 0)
    train(qtbot, window)
    scrubber = scrubber_of(window)
    scrubber.slider.setValue(4)
    assert scrubber.where.text() == "Loading…"
    assert scrubber.slider.value() == 4
    assert not scrubber.branch_button.isEnabled()
    qtbot.waitUntil(lambda: scrubber.where.text() == "Iteration 4")
    assert scrubber.branch_button.isEnabled()
    folder = window.lab.session.run_folder
    assert folder is not None
    folder.snapshots.file(4).unlink()  # as it is thinned out while somebody looks at it
    window.lab.time_machine.look()
    assert scrubber.where.text() == "Loading…"
    qtbot.waitUntil(lambda: scrubber.where.text() == "Iteration 3")
    assert scrubber.slider.value() == 3


def test_the_film_is_written_with_a_picture_for_every_moment(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    path = tmp_path / "film.gif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(window.film.written, timeout=20_000) as written:
        qtbot.mouseClick(scrubber_of(window).film_button, LEFT)
    assert written.args == ["The film is saved as film.gif."]
    with Image.open(path) as film:
        assert 5 < film.n_frames <= 13  # frames that are alike are one
        assert film.size[0] == 960
    assert window.lab.time_machine.is_live


def test_a_film_that_cannot_be_written_is_told(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    train(qtbot, window)
    (tmp_path / "file").write_text("mine")
    with qtbot.waitSignal(window.film.failed, timeout=20_000) as failed:
        window.film.export(tmp_path / "file" / "film.gif")
    assert failed.args[0].startswith("The film cannot be written to ")


def interrupt_a_run(lab: Lab) -> None:
    """Leave a run as a crash would."""
    assert lab.config is not None
    assert lab.store is not None
    folder, control = lab.store.create(lab.config), Control()
    trainer = Trainer.from_config(lab.config, lab.dataset)
    for event in Recorder(folder, lab.config).follow(trainer.run(control, checkpoint_seconds=1e9)):
        if isinstance(event, StepDone) and event.iteration == 5:
            control.stop()
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, state="running", message=""))


def questions() -> list[QMessageBox]:
    widgets = QApplication.topLevelWidgets()
    return [w for w in widgets if isinstance(w, QMessageBox) and w.isVisible()]


@pytest.mark.parametrize("choice", ["Go on", "Not now"])
def test_after_a_crash_the_next_start_offers_to_go_on(
    choice: str,
    qtbot: QtBot,
    lab: Lab,
    theme: Theme,
    opened: Callable[[MainWindow], MainWindow],
) -> None:
    interrupt_a_run(lab)
    opened(MainWindow(lab, theme, WindowMemory()))
    qtbot.waitUntil(lambda: bool(questions()))
    (box,) = questions()
    assert "was interrupted" in box.text()
    assert "after iteration 5 of 12" in box.informativeText()
    button = next(button for button in box.buttons() if button.text().replace("&", "") == choice)
    qtbot.mouseClick(button, LEFT)
    assert lab.store is not None
    wanted = ("finished", 12) if choice == "Go on" else ("stopped", 5)

    def told() -> tuple[str, int]:
        (entry,) = lab.store.entries()  # type: ignore[union-attr]
        return entry.info.state, entry.info.iteration

    qtbot.waitUntil(lambda: told() == wanted)
