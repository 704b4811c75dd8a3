"""A person finds a run, names it, draws it in the curves, compares it, deletes it."""

import csv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.run_list import ENTRY_ROLE
from convlab.app.run_queue import QueuedRun
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, RunStore
from convlab.ui.panels import PANELS
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.runs import EMPTY, NONE_LIKE_THAT, RunsPanel
from convlab.ui.theme import Theme
from convlab.ui.widgets.comparison_dialog import ComparisonDialog

MakeRun = Callable[..., RunFolder]
Open = Callable[[], RunsPanel]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def lab(
    qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig, store: RunStore
) -> Iterator[Lab]:
    lab = Lab(tiny_dataset, tiny_config, store)
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)


@pytest.fixture
def opened(qtbot: QtBot, lab: Lab, theme: Theme) -> Open:
    """Shows the panel and waits until the runs were read."""

    def show() -> RunsPanel:
        panel = RunsPanel(lab, theme)
        qtbot.addWidget(panel)
        panel.resize(680, 330)
        with qtbot.waitSignal(panel.model.read), qtbot.waitExposed(panel):
            panel.show()
        return panel

    return show


def titles(panel: RunsPanel) -> list[str]:
    ordered = panel.model.ordered
    rows = range(ordered.rowCount())
    return [ordered.index(row, 0).data(ENTRY_ROLE).title for row in rows]


def entry(panel: RunsPanel, title: str) -> RunEntry:
    return next(e for e in panel.model.table.entries if e.title == title)


def choose(panel: RunsPanel, *names: str) -> None:
    panel.table.choose(*(entry(panel, name).name for name in names))


def button(panel: RunsPanel, text: str) -> QPushButton:
    return next(b for b in panel.actions_.buttons if b.text() == text)


def enabled(panel: RunsPanel) -> set[str]:
    actions = [a for a in panel.actions_.children() if isinstance(a, QAction) and a.text()]
    return {a.text() for a in actions if a.isEnabled()}


def test_without_runs_it_says_how_to_make_one(opened: Open) -> None:
    panel = opened()
    assert PANELS.get("Runs") is RunsPanel
    assert panel._hint.text() == EMPTY
    assert panel._hint.isVisible()
    assert enabled(panel) == {"Import…", "Import folder…"}


def test_a_training_appears_and_is_followed_to_its_end(
    qtbot: QtBot, lab: Lab, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.app.runs.SOON", 10)
    monkeypatch.setattr("convlab.app.runs.AGAIN", 50)
    panel = opened()
    assert lab.config is not None
    config = TrainingConfig.from_dict({**lab.config.to_dict(), "epochs": 10_000})
    lab.session.start(config, lab.dataset)
    qtbot.waitUntil(lambda: panel.model.ordered.rowCount() == 1)
    qtbot.waitUntil(lambda: panel.model.ordered.index(0, 2).data().startswith("Training"))
    panel.table.choose(panel.model.table.entries[0].name)
    assert not {"Open", "Resume", "Delete…", "Export…"} & enabled(panel)
    lab.session.stop()
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE)
    qtbot.waitUntil(lambda: panel.model.ordered.index(0, 2).data().startswith("Stopped"))
    assert {"Open", "Resume", "Delete…", "Export…"} <= enabled(panel)


def test_a_run_that_another_program_makes_appears(
    qtbot: QtBot, opened: Open, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.app.runs.AGAIN", 50)
    make_run("here")
    panel = opened()
    folder = make_run("elsewhere")
    qtbot.waitUntil(lambda: sorted(titles(panel)) == ["elsewhere", "here"])
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, state="diverged"))
    qtbot.waitUntil(lambda: entry(panel, "elsewhere").info.state == "diverged")
    panel.table.choose(folder.path.name)
    panel.model.said.emit("This stays while nothing changes.")
    with qtbot.assertNotEmitted(panel.model.read, wait=150):
        pass
    panel.hide()
    assert not panel.model._timer.isActive(), "nobody looks"


def test_the_runs_of_a_preset_are_drawn_as_they_end(
    qtbot: QtBot, lab: Lab, opened: Open, make_run: MakeRun
) -> None:
    make_run("before")
    panel = opened()
    lab.overlays.toggle(entry(panel, "before"))
    assert lab.config is not None
    race = [QueuedRun(f"seed {n}", replace(lab.config, seed=n, epochs=1)) for n in range(2)]
    lab.queue.start(race, lab.dataset)

    def drawn() -> list[str]:
        return [overlay.title for overlay in lab.overlays.overlays]

    qtbot.waitUntil(lambda: drawn() == ["seed 0", "seed 1"])
    assert not lab.queue.is_active


def test_a_stopped_run_goes_on_from_here(
    qtbot: QtBot, lab: Lab, opened: Open, make_run: MakeRun
) -> None:
    folder = make_run("half", stop_at=5)
    make_run("whole")
    make_run("early", early_stopping=1, epochs=9, optimizer={"name": "Adam", "lr": 1e-9})
    panel = opened()
    choose(panel, "early")
    assert entry(panel, "early").info.state == "early"
    assert "Resume" in enabled(panel)
    choose(panel, "whole")
    assert "Resume" not in enabled(panel)
    assert "The run whole is finished" in button(panel, "Resume").toolTip()
    choose(panel, "half")
    with qtbot.waitSignal(lab.session.run_ended):
        qtbot.mouseClick(button(panel, "Resume"), LEFT)
    info = folder.info()
    assert info is not None
    assert (info.state, info.iteration) == ("finished", 12)
    qtbot.waitUntil(lambda: entry(panel, "half").info.state == "finished")


def test_enter_opens_a_run(qtbot: QtBot, lab: Lab, opened: Open, make_run: MakeRun) -> None:
    folder = make_run("a")
    panel = opened()
    choose(panel, "a")
    with qtbot.waitSignal(lab.past_runs.opened):
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert lab.session.run_folder is not None
    assert lab.session.run_folder.path == folder.path


def test_the_filter_leaves_out_what_was_not_asked_for(
    qtbot: QtBot, opened: Open, make_run: MakeRun
) -> None:
    make_run("slow", optimizer="SGD")
    make_run("quick")
    panel = opened()
    qtbot.keyClicks(panel.filter_field, "sgd")
    assert titles(panel) == ["slow"]
    assert panel.status.text().startswith("1 of 2 runs")
    qtbot.keyClicks(panel.filter_field, " nothing")
    assert panel._hint.text() == NONE_LIKE_THAT
    panel.filter_field.clear()
    assert sorted(titles(panel)) == ["quick", "slow"]
    choose(panel, "quick")
    panel.actions_.star.trigger()
    qtbot.mouseClick(panel.starred_button, LEFT)
    assert titles(panel) == ["quick"]
    qtbot.waitUntil(lambda: panel.actions_.star.text() == "Remove star")


def test_name_and_note_are_kept_in_the_folder(
    opened: Open, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run("a")
    panel = opened()
    choose(panel, "a")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("  my\nbest  run ", True))
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_, **__: ("It overfits.", True))
    panel.actions_.rename.trigger()
    panel.actions_.note.trigger()
    assert (folder.notes().name, folder.notes().note) == ("my best run", "It overfits.")
    assert titles(panel) == ["my best run"]
    assert panel.status.text().startswith("It overfits.")


def test_what_cannot_be_written_is_told(
    opened: Open, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run("a")
    panel = opened()
    choose(panel, "a")

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunFolder, "save_notes", refuse)
    panel.actions_.star.trigger()
    assert "No space left on device" in panel.status.text()
    assert panel.status.property("role") == "error"
    assert not entry(panel, "a").notes.starred


def test_runs_go_to_the_trash_only_after_a_question(
    qtbot: QtBot, person: Any, opened: Open, make_run: MakeRun, home: Path
) -> None:
    home.mkdir()  # where the trash is
    kept, deleted = make_run("kept"), make_run("bad")
    panel = opened()
    choose(panel, "bad")
    person.answer("Cancel")
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert person.questions == ["Move bad to the trash?"]
    assert deleted.path.exists()
    person.answer("Move to trash")
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(panel) == ["kept"])
    assert panel.status.text() == "bad went to the trash."
    assert not deleted.path.exists()
    assert kept.path.exists()


def test_a_run_is_exported_and_opened_elsewhere(
    qtbot: QtBot,
    opened: Open,
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_run("a")
    panel = opened()
    choose(panel, "a")
    path = tmp_path / "a.zip"
    path.write_text("an older one, which the dialog has asked about")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(panel.model.said):
        panel.actions_.export.trigger()
    assert panel.status.text() == "a was exported as a.zip."
    assert zipfile.is_zipfile(path)
    assert [p.name for p in tmp_path.glob(".a*")] == []
    panel.actions_.import_.trigger()
    qtbot.waitUntil(lambda: sorted(titles(panel)) == ["a", "a (2)"])
    choose(panel, "a")
    size = path.stat().st_size
    with qtbot.waitSignal(panel.model.said):
        panel.actions_.export_small.trigger()
    assert path.stat().st_size < size
    folder = str(panel.model.table.entries[0].folder.path)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    panel.actions_.import_folder.trigger()
    qtbot.waitUntil(lambda: len(titles(panel)) == len(set(titles(panel))) == 3)


def test_a_folder_is_revealed(
    opened: Open, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run("a")
    urls: list[str] = []

    def open_url(url: Any) -> bool:
        urls.append(url.toLocalFile())
        return False

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    panel = opened()
    choose(panel, "a")
    panel.actions_.reveal.trigger()
    assert urls == [str(folder.path)]
    assert str(folder.path) in panel.status.text()


def test_space_ticks_a_run_which_the_curves_draw_in_its_color(
    qtbot: QtBot, lab: Lab, theme: Theme, opened: Open, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run("a")
    panel = opened()
    curves = CurvesPanel(lab, theme)
    qtbot.addWidget(curves)
    with qtbot.waitExposed(curves):
        curves.show()
    assert curves._hint.isVisible()
    choose(panel, "a")
    with qtbot.waitSignal(curves.overlays.drawn):
        qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    assert curves.overlays.runs == (("a", 0),)
    assert curves.overlays.isVisible()
    assert not curves._hint.isVisible()
    (left, right) = curves.loss.plot.getViewBox().viewRange()[0]
    assert left <= 0 <= 12 <= right
    drawn = [c for c, look in curves.loss.plot.curves() if look.color(theme.colors).name()
             == theme.colors.runs[0]]  # fmt: skip
    assert len(drawn[0].getData()[0]) == 12
    curves.loss.log_box.click()  # also what is drawn over
    assert max(drawn[0].getData()[1]) < 1
    curves.export_png(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    assert not curves.overlays.isVisible()
    assert not drawn[0].isVisible()


def test_two_runs_are_compared(
    qtbot: QtBot, opened: Open, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run(
        "left", stop_at=5, network={"name": "SimpleConvNet", "filter_num": 4, "hidden_size": 20}
    )
    make_run("right", network={"name": "SimpleConvNet", "filter_num": 6, "hidden_size": 20})
    panel = opened()
    choose(panel, "left")
    assert not panel.actions_.compare.isEnabled()
    choose(panel, "left", "right")
    qtbot.mouseClick(button(panel, "Compare"), LEFT)
    (dialog,) = panel.findChildren(ComparisonDialog)
    qtbot.waitUntil(dialog.export_button.isEnabled)
    table = dialog.figures
    rows = {table.item(row, 0).text(): row for row in range(table.rowCount())}
    left, right = ("A", "B") if dialog.legend.runs[0][0] == "A  left" else ("B", "A")
    values = {c: table.item(rows["Filters"], 1 + "AB".index(c)).text() for c in "AB"}
    assert (values[left], values[right]) == ("4", "6")
    whole = {c: table.item(rows["All test images, at the end"], 1 + "AB".index(c)) for c in "AB"}
    assert whole[left].text() == "not measured", "it was stopped before"
    assert whole[right].text().endswith("%")
    kept = f"A: iteration {5 if left == 'A' else 12}, B: {12 if left == 'A' else 5}"
    assert f"with the weights that each run has left ({kept})" in dialog.status.text()
    assert dialog.bars_title.text() == "Accuracy of each class (20 images)"
    assert dialog.filters.grids[1].isVisible()  # filters of other numbers are laid out alone
    assert "2 images" in dialog.bars.in_words(3)
    dialog.resize(900, 600)
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and label.property("role") == "title":
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
    assert "the 20 test images of Tiny stripes" in dialog.status.text()
    dialog.export_csv(tmp_path / "comparison.csv")
    found = list(csv.reader((tmp_path / "comparison.csv").read_text().splitlines()))
    assert sorted(found[0][1:]) == ["left", "right"]
    assert len([row for row in found if row[0].startswith("class ")]) == 10
    dialog.close()


def test_the_order_is_remembered(opened: Open, make_run: MakeRun) -> None:
    make_run("b")
    make_run("a")
    panel = opened()
    panel.restore_choices({"sorted by": "Run", "order": "ascending"})
    assert titles(panel) == ["a", "b"]
    assert panel.choices() == {"sorted by": "Run", "order": "ascending"}
    panel.restore_choices({"sorted by": "nonsense"})
    assert titles(panel) == ["a", "b"]


def test_a_finished_run_gets_more_epochs(
    qtbot: QtBot, lab: Lab, opened: Open, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run("whole")
    panel = opened()
    choose(panel, "whole")
    assert "Train for more epochs…" in enabled(panel)
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (1, True))
    with qtbot.waitSignal(lab.session.run_ended):
        panel.actions_.more_epochs.trigger()
    info = folder.info()
    assert info is not None
    assert (info.state, info.epochs, info.iteration) == ("finished", 3, 18)


def test_a_run_goes_back_to_its_best_epoch_only_after_a_question(
    qtbot: QtBot, person: Any, lab: Lab, opened: Open, make_run: MakeRun
) -> None:
    folder = make_run("half", stop_at=8)
    panel = opened()
    choose(panel, "half")
    assert "Resume from the best epoch…" in enabled(panel)
    person.answer("Cancel")
    panel.actions_.resume_best.trigger()
    assert person.questions == ["Let half go on from its best epoch?"]
    assert not lab.session.is_loading
    person.answer("Delete and resume")
    with qtbot.waitSignal(lab.session.run_ended):
        panel.actions_.resume_best.trigger()
    info = folder.info()
    assert info is not None
    assert (info.state, info.iteration) == ("finished", 12)
    for path in (folder.path / "checkpoints").glob("best-*"):
        path.unlink()
    panel.actions_.update()
    assert "Resume from the best epoch…" not in enabled(panel)
