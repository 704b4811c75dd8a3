"""A run is trained also where it cannot be kept, and that is told when it matters."""

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.keeping import Keeping
from convlab.app.session import Session, State
from convlab.data.dataset import Dataset
from convlab.training import TrainingConfig
from convlab.training.events import RunEnded, StepDone, Warned
from convlab.training.run_store import RunStore

MOVED = "The whole run was put into another folder instead."
ENDED = RunEnded("finished", 12, "The run is finished.", 0.9, 1.0, {})


@pytest.fixture
def no_folder(tmp_path: Path) -> RunStore:
    """A store whose folder cannot be made, for a file has its name."""
    (tmp_path / "runs").write_text("in the way")
    return RunStore(tmp_path / "runs")


def test_a_run_that_cannot_be_kept_is_told_once_it_is_on_and_at_its_end(
    qtbot: QtBot, no_folder: RunStore, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    session = Session(no_folder)
    told: list[Any] = []
    session.run_started.connect(lambda _: told.append("started"))
    session.warned.connect(told.append)
    session.run_ended.connect(lambda _: told.append(session.trouble))
    session.start(tiny_config, tiny_dataset)
    qtbot.waitUntil(lambda: session.state is State.IDLE)
    reason = f"he folder of your runs, {no_folder.root}, cannot be written: "
    started, warned, trouble = told
    assert started == "started"
    assert warned.startswith(f"T{reason}")
    assert warned.endswith(". The training goes on; this run is not kept.")
    assert trouble.startswith(f"This run was not kept: t{reason}")
    assert session.run_folder is None


def test_a_run_that_is_kept_is_no_trouble_after_one_that_was_not(
    no_folder: RunStore, tiny_config: TrainingConfig
) -> None:
    keeping = Keeping(no_folder)
    assert keeping.begin(tiny_config) is None
    assert keeping.trouble
    no_folder.root.unlink()
    recorder = keeping.begin(tiny_config)
    assert recorder is not None
    assert (keeping.unkept, keeping.trouble) == ("", "")
    assert keeping.folder == recorder.folder


def test_what_is_told_at_the_end_of_a_run_is_not_forgotten_with_it() -> None:
    keeping = Keeping(None)
    keeping.hear(Warned(MOVED))
    keeping.hear(ENDED)
    assert keeping.trouble == MOVED


def test_a_warning_in_the_middle_is_over_at_the_end() -> None:
    keeping = Keeping(None)
    keeping.hear(Warned("The disk is full. The training goes on."))
    keeping.hear(StepDone(1, 1, 2.3))
    keeping.hear(ENDED)
    assert keeping.trouble == ""
