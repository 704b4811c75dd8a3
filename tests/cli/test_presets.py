"""Presets are listed and trained through the command line, several runs one after another."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.paths import config_dir
from convlab.training import TrainingConfig
from convlab.training.presets import save_own_preset
from convlab.training.run_store import RunStore

Convlab = Callable[..., Any]
Refused = Callable[..., str]


@pytest.fixture
def pair(digits: Path) -> str:
    """The name of one's own preset of two short runs."""
    folder = config_dir() / "presets"
    folder.mkdir(parents=True)
    (folder / "pair.toml").write_text(
        f"""
        title = "A pair"
        about = "Two rates."
        dataset = "{digits}"
        epochs = 2
        mini_batch_size = 20
        network = {{name = "SimpleConvNet", filter_num = 3, hidden_size = 10}}
        [[runs]]
        title = "Adam / usual"
        [[runs]]
        title = "tame"
        optimizer = {{name = "SGD", lr = 0.001}}
        """
    )
    return "pair"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_list_tells_the_labs_and_ones_own(convlab: Convlab) -> None:
    save_own_preset("Mine", "Nothing special.", TrainingConfig())
    (config_dir() / "presets" / "broken.toml").write_text("title = 3")
    result = convlab("presets", "list")
    assert "optimizer-race     The optimizer race, 6 runs" in result.out
    assert "mine               Mine, your own" in result.out
    assert "The preset broken.toml cannot be used." in result.err
    presets = convlab("presets", "list", "--json").json["presets"]
    assert presets[-1]["own"]
    assert [len(p["runs"]) for p in presets if p["name"] == "optimizer-race"] == [6]


def test_an_option_overrules_the_preset(convlab: Convlab, tmp_path: Path, digits: Path) -> None:
    out = tmp_path / "run"
    options = ("--dataset", digits, "--epochs", 1, "--batch", 20, "--filter-num", 3)
    convlab("train", "--preset", "chapter-7", *options, "--out", out)
    config = TrainingConfig.load(out / "settings.toml")
    assert (config.dataset, config.epochs) == (str(digits), 1)
    assert config.network.settings["filter_num"] == 3
    assert config.network.settings["hidden_size"] == 100


def test_all_runs_of_a_preset_are_trained_whatever_becomes_of_one(
    convlab: Convlab,
    pair: str,
    spoilt_update: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.nn.Adam.update_one", spoilt_update)
    result = convlab("train", "--preset", pair, "--json")
    assert result.code == 1
    assert [values["reason"] for values in lines(result.out)] == ["diverged", "finished"]
    assert "Run 1 of 2: A pair: Adam / usual" in result.err
    titles = {entry.title for entry in RunStore().entries()}
    assert titles == {"A pair: tame", "A pair: Adam / usual"}


def test_each_run_has_a_folder_below_the_one_named(
    convlab: Convlab, pair: str, tmp_path: Path
) -> None:
    convlab("train", "--preset", pair, "--out", tmp_path / "both")
    assert {path.name for path in (tmp_path / "both").iterdir()} == {"Adam _ usual", "tame"}
    assert (tmp_path / "both" / "tame" / "weights.safetensors").is_file()


@pytest.mark.parametrize(
    ("preset", "option", "differing"),
    [
        ("optimizer-race", ("--optimizer", "SGD"), "--optimizer and --lr"),
        ("optimizer-race", ("--lr", 0.1), "--optimizer and --lr"),
        ("initial-weights", ("--weight-init-std", 0.01), "--weight-init-std"),
        ("initial-weights", ("--network", "LeNet"), "--weight-init-std"),
        ("overfitting", ("--layers", "Relu"), "--layers"),
    ],
)
def test_an_option_cannot_undo_what_the_runs_differ_in(
    refused: Refused, preset: str, option: tuple[object, ...], differing: str
) -> None:
    text = refused("train", "--preset", preset, *option)
    assert f"differ in {differing}, so {option[0]} cannot be the same for all" in text
    assert RunStore().entries() == []


def test_what_the_runs_have_in_common_can_be_chosen(convlab: Convlab, pair: str) -> None:
    result = convlab("train", "--preset", pair, "--epochs", 1, "--seed", 4, "--json")
    assert [values["steps"] for values in lines(result.out)] == [3, 3]
    assert {e.folder.config().seed for e in RunStore().entries()} == {4}


def test_what_cannot_be_used_is_told_before_anything_is_trained(
    refused: Refused, pair: str, tmp_path: Path
) -> None:
    assert "There is no preset called 'none'" in refused("train", "--preset", "none")
    settings = tmp_path / "settings.toml"
    TrainingConfig().save(settings)
    text = refused("train", "--preset", pair, "--config", settings)
    assert "leave one of them out" in text
    text = refused("train", "--preset", "chapter-7")
    assert "wants MNIST, which is not here" in text
    assert "--dataset bundled" in text
    assert RunStore().entries() == []
