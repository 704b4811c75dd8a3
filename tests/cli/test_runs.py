"""Runs are listed, shown, compared, mailed, and gone on with, through the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.cli.run_words import ids
from convlab.nn.network_settings import open_network
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_store import RunStore

BRIEF = ("--batch", 20, "--epochs", 2)
SMALL = ("--filter-num", 3, "--hidden-size", 10)
DROPOUT = (
    "--network", "OwnNetwork", "--layers", "Convolution filter_num=2; Relu; Dropout; Pooling",
    "--optimizer", "Momentum", "--shift", 1, "--sampling", "replacement", "--weights-kept", "best",
)  # fmt: skip

Convlab = Callable[..., Any]
Refused = Callable[..., str]


@pytest.fixture
def train(convlab: Convlab, digits: Path) -> Callable[..., RunFolder]:
    """Trains a network, a small one if none is named, and returns its folder among the runs."""

    def train_one(*options: object) -> RunFolder:
        network = () if "--network" in options else SMALL
        values = convlab("train", "--dataset", digits, *BRIEF, *network, *options, "--json").json
        return RunFolder(Path(values["run"]))

    return train_one


def assert_same(one: RunFolder, other: RunFolder) -> None:
    """Both have the same history and the same weights, to the bit."""
    assert (one.path / "history.csv").read_text() == (other.path / "history.csv").read_text()
    params = open_network(other.weights_path).params
    for name, array in open_network(one.weights_path).params.items():
        np.testing.assert_array_equal(array, params[name])


def test_where_there_are_no_runs_the_list_says_what_makes_one(convlab: Convlab) -> None:
    assert convlab("runs", "list").out == (
        "There are no runs yet; convlab train makes the first one.\n"
    )
    assert convlab("runs", "list", "--json").json == {"runs": []}


def test_the_list_tells_what_is_not_as_usual_and_how_it_went(
    convlab: Convlab, train: Callable[..., RunFolder]
) -> None:
    run = train("--lr", 0.02)
    run.save_notes(RunNotes(name="[red]fast", starred=True))
    text = convlab("runs", "list").out
    header, row = text.splitlines()[:2]
    assert header.startswith("Id")
    assert row.startswith(" ".join(run.path.name.split()[:2]) + "  ★ [red]fast")
    assert "lr 0.02" in text
    assert "finished" in row
    (values,) = convlab("runs", "list", "--json").json["runs"]
    assert (values["name"], values["title"]) == (run.path.name, "[red]fast")
    assert values["changes"]["optimizer.lr"] == 0.02
    assert (values["state"], values["steps"], values["planned_steps"]) == ("finished", 6, 6)
    assert 0 <= values["last_accuracy"] <= values["best_accuracy"] <= 1


def test_the_list_is_sorted_and_filtered(convlab: Convlab, train: Callable[..., RunFolder]) -> None:
    slow, fast = train("--lr", 0.00001), train("--lr", 0.02, "--epochs", 8)
    fast.save_notes(RunNotes(note="for the lesson", starred=True))

    def names(*options: str) -> list[str]:
        values = convlab("runs", "list", "--json", *options).json
        return [run["name"] for run in values["runs"]]

    assert names("--sort", "best") == [fast.path.name, slow.path.name]
    assert names("--sort", "loss", "--reverse") == [slow.path.name, fast.path.name]
    assert names("--filter", "LESSON lr=0.02") == [fast.path.name]
    assert names("--starred") == [fast.path.name]
    assert names("--state", "diverged") == []
    assert names("--state", "finished", "--sort", "created", "--filter", "1e-05") == [
        slow.path.name
    ]
    assert convlab("runs", "list", "--filter", "nothing").out == "No run is like that.\n"


def test_show_tells_everything_of_a_run(convlab: Convlab, train: Callable[..., RunFolder]) -> None:
    run = train("--seed", 3)
    run.save_notes(RunNotes(name="third seed", note="try\x1b[31m more"))
    text = convlab("runs", "show", "third seed").out
    assert text.startswith("third seed\ntry [31m more\n")
    assert "seed = 3\n" in text
    assert "finished: 6 of 6 steps" in text
    assert str(run.path) in text
    values = convlab("runs", "show", run.path.name, "--json").json
    assert values["settings"]["seed"] == 3
    assert [e["epoch"] for e in values["evaluations"]] == [1, 2]
    assert values["evaluations"][-1]["test_accuracy"] == values["last_accuracy"]


def test_a_run_is_found_by_the_beginning_of_its_name_or_its_folder(
    convlab: Convlab, train: Callable[..., RunFolder], tmp_path: Path
) -> None:
    run = train()
    assert convlab("runs", "show", run.path.name[:8], "--json").json["name"] == run.path.name
    elsewhere = train("--out", tmp_path / "elsewhere")
    assert convlab("runs", "show", elsewhere.path, "--json").json["name"] == "elsewhere"


def test_runs_of_one_name_are_told_apart_by_their_ids(
    convlab: Convlab, refused: Refused, train: Callable[..., RunFolder], tmp_path: Path
) -> None:
    runs = [train("--seed", seed) for seed in (1, 2)]
    for run, day in zip(runs, ("2026-01-31 10.00.00", "2026-02-01 09.30.00"), strict=True):
        run.save_notes(RunNotes(name="race"))
        run.path.rename(run.path.with_name(f"{day} SimpleConvNet"))
    text = refused("runs", "show", "race")
    assert "2 runs are called 'race'" in text
    assert "'2026-02-01 09.30.00 SimpleConvNet', '2026-01-31 10.00.00 SimpleConvNet'." in text
    listed = convlab("runs", "list", "--sort", "created").out.splitlines()[1:]
    shown = [row.partition("  ")[0] for row in listed if not row.startswith(" ")]
    assert sorted(shown) == ["2026-01-31 10.00.00", "2026-02-01 09.30.00"]
    assert convlab("runs", "show", shown[0], "--json").json["name"].startswith(shown[0])
    values = convlab("runs", "compare", "2026-01", "2026-02", "--json").json
    assert values["settings"] == [{"name": "seed", "left": 1, "right": 2}]
    assert convlab("runs", "export", shown[1], tmp_path / "race.zip").code == 0
    resumed = convlab("runs", "resume", shown[1], "--epochs", 3, "--json").json
    assert resumed["epochs"] == 3


def test_an_id_is_as_short_as_it_can_be() -> None:
    names = ["2026-01-31 10.00.00 LeNet", "2026-01-31 10.00.00 LeNet (1)", "my run of May", "mine"]
    assert ids(names) == {
        names[0]: names[0],
        names[1]: names[1],
        names[2]: "my run",
        names[3]: "mine",
    }
    assert ids(["2026-01-31 10.00.00 AlexNet", "2026-01-31 10.00.00 LeNet"]) == {
        "2026-01-31 10.00.00 AlexNet": "2026-01-31 10.00.00 AlexNet",
        "2026-01-31 10.00.00 LeNet": "2026-01-31 10.00.00 LeNet",
    }


def test_compare_tells_what_was_set_differently_and_each_class(
    convlab: Convlab, train: Callable[..., RunFolder]
) -> None:
    a, b = train("--lr", 0.00001), train("--lr", 0.02, "--epochs", 8)
    values = convlab("runs", "compare", a.path.name, b.path.name, "--json").json
    assert values["settings"] == [
        {"name": "epochs", "left": 2, "right": 8},
        {"name": "optimizer.lr", "left": 0.00001, "right": 0.02},
    ]
    for side in ("left", "right"):
        figures = values[side]
        # Two test images of each class, so that the mean is that of all.
        mean = np.mean(list(figures["class_accuracy"].values()))
        assert mean == pytest.approx(figures["test_accuracy"])
    text = convlab("runs", "compare", a.path.name, b.path.name).out
    assert "optimizer.lr" in text
    assert text.count("digits: ") == 10


def test_compare_does_without_images_that_are_gone(
    convlab: Convlab, train: Callable[..., RunFolder], digits: Path
) -> None:
    a, b = train(), train("--seed", 1)
    digits.rename(digits.with_name("moved"))
    result = convlab("runs", "compare", a.path.name, b.path.name)
    assert result.code == 0
    assert "seed" in result.out
    assert "digits: " not in result.out
    assert "Accuracies by class are left out" in result.err


def test_an_exported_run_opens_elsewhere(
    convlab: Convlab,
    refused: Refused,
    train: Callable[..., RunFolder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, file = train(), tmp_path / "run.zip"
    assert convlab("runs", "export", run.path.name, file, "--json").json["size"] > 1000
    assert f"{file} is there already" in refused("runs", "export", run.path.name, file)
    small = tmp_path / "small.zip"
    told = convlab("runs", "export", run.path.name, small, "--without-moments", "--json").json
    assert told["size"] < file.stat().st_size
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "of another person"))
    values = convlab("runs", "import", file, "--json").json
    assert values["name"] == run.path.name
    other = RunStore().find(run.path.name).folder
    assert other.path != run.path
    assert_same(other, run)
    resumed = convlab("runs", "resume", run.path.name, "--epochs", 3, "--json").json
    assert resumed["epochs"] == 3


def test_what_is_no_run_is_refused_in_a_sentence(refused: Refused, tmp_path: Path) -> None:
    assert "There is no run called 'first'" in refused("runs", "show", "first")
    path = tmp_path / "text.zip"
    path.write_text("nothing")
    assert "text.zip is no zip file" in refused("runs", "import", path)
    assert "No such file" in refused("runs", "import", tmp_path / "none.zip")


def test_a_run_that_is_being_trained_is_left_alone(
    refused: Refused, convlab: Convlab, train: Callable[..., RunFolder], tmp_path: Path
) -> None:
    run = train()
    other_program = RunFolder(run.path)
    other_program.acquire()
    try:
        assert "is being trained" in refused("runs", "resume", run.path.name, "--epochs", 9)
        assert "is being trained" in refused("runs", "export", run.path.name, tmp_path / "a.zip")
    finally:
        other_program.release()
    assert not (tmp_path / "a.zip").exists()
    assert run.config().epochs == 2


def test_a_damaged_folder_is_told_and_left_out_of_the_list(
    convlab: Convlab, refused: Refused, train: Callable[..., RunFolder]
) -> None:
    run, sound = train(), train()
    (run.path / "run.toml").write_text("state = 'unheard of'")
    assert "is damaged" in refused("runs", "show", run.path.name)
    assert "is damaged" in refused("runs", "resume", run.path.name)
    listed = convlab("runs", "list", "--json")
    assert [entry["name"] for entry in listed.json["runs"]] == [sound.path.name]
    assert f"{run.path.name} is damaged and left out" in listed.err
    (sound.path / "history.csv").write_text("something else\n")
    assert "history.csv is damaged" in refused("runs", "show", sound.path.name)
    for checkpoint in (sound.path / "checkpoints").iterdir():
        checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    text = refused("runs", "resume", sound.path.name, "--epochs", 3)
    assert "none of its checkpoints can be read" in text


def test_without_its_images_a_run_cannot_go_on(
    refused: Refused, train: Callable[..., RunFolder], digits: Path
) -> None:
    run = train()
    digits.rename(digits.with_name("moved"))
    text = refused("runs", "resume", run.path.name, "--epochs", 3)
    assert "cannot go on without its images" in text
    assert run.config().epochs == 2, "nothing is written before it can go on"


@pytest.mark.parametrize("settings", [(), DROPOUT], ids=["usual", "dropout"])
def test_a_run_that_goes_on_is_one_that_was_planned_longer(
    convlab: Convlab, train: Callable[..., RunFolder], settings: tuple[object, ...]
) -> None:
    planned = train(*settings, "--epochs", 5)
    run = train(*settings, "--epochs", 2)
    values = convlab("runs", "resume", run.path.name, "--epochs", 4, "--json").json
    assert (values["reason"], values["steps"]) == ("finished", 12)
    values = convlab("runs", "resume", run.path.name, "--epochs", 5, "--threads", 1, "--json").json
    assert values["steps"] == 15
    assert_same(run, planned)
    assert run.config() == planned.config()
    info, planned_info = run.info(), planned.info()
    assert info is not None
    assert planned_info is not None
    assert (info.epochs, info.iterations, info.changes) == (5, 15, planned_info.changes)
    assert info.best_accuracy == planned_info.best_accuracy


def test_a_run_goes_on_from_its_best_epoch(
    convlab: Convlab, refused: Refused, train: Callable[..., RunFolder]
) -> None:
    run = train("--epochs", 2)
    for path in (run.path / "checkpoints").glob("best-*"):
        path.unlink()
    text = refused("runs", "resume", run.path.name, "--at-best", "--epochs", 3)
    assert "no checkpoint of its best epoch" in text
    run = train("--epochs", 2)
    values = convlab("runs", "resume", run.path.name, "--at-best", "--epochs", 3, "--json").json
    assert (values["reason"], values["epochs"]) == ("finished", 3)


def test_a_branch_is_counted_on_from_its_parent(
    convlab: Convlab, train: Callable[..., RunFolder]
) -> None:
    run = train("--epochs", 2)
    info = run.info()
    assert info is not None
    run.save_info(replace(info, parent="first", branched_at=100, epochs_before=30))
    told = convlab("runs", "show", run.path.name).out
    assert "106 of 106 steps" in told
    assert "began from first at step 100" in told
    assert "32" in told.split("Epoch")[1]


def test_what_is_over_is_not_gone_on_with(
    convlab: Convlab, refused: Refused, train: Callable[..., RunFolder]
) -> None:
    run = train()
    name = run.path.name
    assert "name more than its 2 epochs" in refused("runs", "resume", name)
    assert "name more than its 2 epochs" in refused("runs", "resume", name, "--epochs", 2)
    assert "--epochs must be a whole number" in refused("runs", "resume", name, "--epochs", "x")
    early = train("--early-stopping", 1, "--lr", 1e-9, "--epochs", 9)
    goes_on = convlab("runs", "resume", early.path.name, "--json")
    assert "The run had ended early: 1 epoch did not surpass the best" in goes_on.err
    assert (goes_on.json["reason"], goes_on.json["epochs"]) == ("early", 3)
    diverged = RunFolder(run.path)
    info = diverged.info()
    assert info is not None
    diverged.save_info(replace(info, state="diverged"))
    assert "diverged and would again" in refused("runs", "resume", name, "--epochs", 20)


# The command itself, but for checkpoints that come sooner.
CHILD = """
import importlib
importlib.import_module("convlab.cli.train").CHECKPOINT_SECONDS = 0.02
from convlab.__main__ import main
main()
"""


class Child:
    """The command line in a process of its own."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_after(self, run: RunFolder, iteration: int) -> int:
        """Kill it when there is a checkpoint of ``iteration`` or later; return which."""
        while not (at := run.checkpoints()) or at[0] < iteration:
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.001)
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        assert self.process.returncode == -signal.SIGKILL
        return at[0]


def test_a_run_that_was_killed_twice_is_one_that_was_not(
    convlab: Convlab, digits: Path, tmp_path: Path
) -> None:
    settings = ("--dataset", digits, *BRIEF, *SMALL, "--epochs", 200, "--threads", 1)
    run = RunFolder(tmp_path / "killed")
    begun = Child("train", *settings, "--out", run.path).kill_after(run, 1)
    assert convlab("runs", "show", run.path, "--json").json["state"] == "interrupted"
    later = Child("runs", "resume", run.path).kill_after(run, begun + 1)
    assert begun < later < 600
    assert convlab("runs", "show", run.path, "--json").json["state"] == "interrupted"
    last = Child("runs", "resume", run.path, "--json").process
    out, err = last.communicate()
    assert (last.returncode, err) == (0, "")
    values = json.loads(out)
    assert (values["reason"], values["steps"]) == ("finished", 600)
    convlab("train", *settings, "--out", tmp_path / "whole")
    whole = RunFolder(tmp_path / "whole")
    assert_same(run, whole)
    assert (
        values["test_accuracy"]
        == convlab("runs", "show", whole.path, "--json").json["test_accuracy"]
    )


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_anew(
    convlab: Convlab, train: Callable[..., RunFolder]
) -> None:
    whole, run = train(), train()
    info = run.info()
    assert info is not None
    run.save_info(replace(info, state="running", iteration=0))
    for checkpoint in (run.path / "checkpoints").iterdir():
        checkpoint.unlink()
    result = convlab("runs", "resume", run.path.name)
    assert result.code == 0
    assert "it begins anew" in result.err
    assert_same(run, whole)
