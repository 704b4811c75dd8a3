"""The user's own drawings are learned from the command line, too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.digit_image import Drawing, Stroke
from convlab.data.own_drawings import OwnDrawings
from convlab.training import TrainingConfig

SEVEN = Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.4, 0.9]]), 0.09),))


@pytest.fixture
def small(digits: Path, tmp_path: Path) -> tuple[object, ...]:
    network = ("--filter-num", 2, "--hidden-size", 10, "--batch", 20)
    return ("train", "--dataset", digits, *network, "--epochs", 1, "--out", tmp_path / "run")


def test_an_epoch_has_as_many_steps_more_as_there_are_drawings(
    convlab: Any, small: tuple[object, ...], tmp_path: Path
) -> None:
    for _ in range(4):
        OwnDrawings().add(SEVEN, 7)
    assert convlab(*small, "--own-drawings", 10, "--json").json["steps"] == 3 + 2
    assert TrainingConfig.load(tmp_path / "run" / "settings.toml").own_drawings == 10


def test_without_drawings_there_is_nothing_to_add(
    refused: Callable[..., str], small: tuple[object, ...]
) -> None:
    assert "draw digits and say which they are" in refused(*small, "--own-drawings", 10)
