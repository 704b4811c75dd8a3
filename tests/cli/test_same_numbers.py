"""The same seed and settings give the same numbers, to the bit, wherever they are computed."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.session import Session, State
from convlab.data import load_dataset
from convlab.nn.network_settings import open_network
from convlab.training import Trainer, TrainingConfig
from convlab.training.events import RunEnded, StepDone

Numbers = tuple[list[float], Mapping[str, Any], float | None]


@pytest.fixture
def config(digits: Path, tiny_config: TrainingConfig) -> TrainingConfig:
    return replace(tiny_config, dataset=str(digits), mini_batch_size=25, seed=3)


def by_trainer(config: TrainingConfig) -> Numbers:
    trainer = Trainer.from_config(config, load_dataset(config.dataset))
    *_, ended = trainer.run()
    assert isinstance(ended, RunEnded)
    return trainer.train_loss_list, ended.params, ended.test_accuracy


def by_session(config: TrainingConfig, qtbot: QtBot) -> Numbers:
    session = Session()
    steps: list[StepDone] = []
    ends: list[RunEnded] = []
    session.steps_done.connect(steps.extend)
    session.run_ended.connect(ends.append)
    with qtbot.waitSignal(session.state_changed, check_params_cb=lambda s: s is State.IDLE):
        session.start(config, load_dataset(config.dataset))
    return [step.loss for step in steps], ends[0].params, ends[0].test_accuracy


def by_command_line(config: TrainingConfig, convlab: Any, folder: Path) -> Numbers:
    config.save(folder / "wanted.toml")
    out = folder / "run"
    values = convlab("train", "--config", folder / "wanted.toml", "--out", out, "--json").json
    with (out / "history.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    return losses, open_network(Path(values["weights"])).params, values["test_accuracy"]


def assert_same(numbers: Numbers, expected: Numbers) -> None:
    assert numbers[0] == expected[0]
    assert numbers[2] == expected[2]
    assert set(numbers[1]) == set(expected[1])
    for name, array in expected[1].items():
        np.testing.assert_array_equal(numbers[1][name], array)


def test_twice_in_a_row_in_the_window_and_on_the_command_line(
    config: TrainingConfig, qtbot: QtBot, convlab: Any, tmp_path: Path
) -> None:
    expected = by_trainer(config)
    assert_same(by_trainer(config), expected)
    assert_same(by_session(config, qtbot), expected)
    assert_same(by_command_line(config, convlab, tmp_path), expected)


@pytest.mark.parametrize("change", [{"sampling": "replacement"}, {"dtype": "float64"}])
def test_whatever_the_settings_are(change: dict[str, Any], config: TrainingConfig) -> None:
    changed = replace(config, **change)
    assert_same(by_trainer(changed), by_trainer(changed))


def test_another_seed_gives_other_numbers(config: TrainingConfig) -> None:
    losses, params, _ = by_trainer(config)
    other_losses, other_params, _ = by_trainer(replace(config, seed=4))
    assert set(losses).isdisjoint(other_losses)
    assert (params["W1"] != other_params["W1"]).any()


def test_how_many_images_are_evaluated_changes_no_weight(config: TrainingConfig) -> None:
    expected = by_trainer(config)
    losses, params, _ = by_trainer(replace(config, evaluate_sample_num_per_epoch=7))
    assert losses == expected[0]
    np.testing.assert_array_equal(params["W2"], expected[1]["W2"])
