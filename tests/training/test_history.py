import csv
from io import StringIO

import numpy as np
import pytest

from convlab.training.events import EpochEvaluated, LearningRateChanged, StepDone
from convlab.training.growing_array import FIRST_CAPACITY, GrowingArray
from convlab.training.history import CSV_COLUMNS, History


@pytest.fixture
def history() -> History:
    """Two epochs of two steps; the learning rate was changed after the first and third step."""
    history = History(0.1)
    history.add_steps([StepDone(1, 1, 2.5)])
    history.add_learning_rate(LearningRateChanged(1, 0.3))
    history.add_learning_rate(LearningRateChanged(1, 0.05))
    history.add_steps([StepDone(2, 1, 1.25)])
    history.add_evaluation(EpochEvaluated(2, 1, 0.75, 0.5))
    history.add_steps([StepDone(3, 2, 1 / 3)])
    history.add_learning_rate(LearningRateChanged(3, 0.01))
    history.add_steps([StepDone(4, 2, float("nan"))])
    return history


def test_every_step_is_a_row_with_the_learning_rate_in_force(history: History) -> None:
    rows = list(csv.DictReader(StringIO(history.to_csv())))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["iteration"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["epoch"] for row in rows] == ["1", "1", "2", "2"]
    assert [row["learning_rate"] for row in rows] == ["0.1", "0.05", "0.05", "0.01"]
    assert [row["test_accuracy"] for row in rows] == ["", "0.5", "", ""]
    assert [row["train_accuracy"] for row in rows] == ["", "0.75", "", ""]


def test_losses_come_back_from_csv_to_the_bit(history: History) -> None:
    rows = list(csv.DictReader(StringIO(history.to_csv())))
    losses = [float(row["loss"]) for row in rows]
    np.testing.assert_array_equal(losses, history.losses)
    assert losses[2] == 1 / 3


def test_of_several_changes_between_two_steps_the_last_one_counts(history: History) -> None:
    assert history.learning_rate_changes == [
        LearningRateChanged(1, 0.05),
        LearningRateChanged(3, 0.01),
    ]


def test_a_change_before_the_first_step_holds_for_it() -> None:
    history = History(0.1)
    history.add_learning_rate(LearningRateChanged(0, 0.5))
    history.add_steps([StepDone(1, 1, 2.0)])
    assert [row[3] for row in history.rows()] == [0.5]


def test_the_rest_of_a_history_is_the_end_of_the_whole(history: History) -> None:
    whole = history.to_csv().splitlines(keepends=True)
    for first in range(1, 5):
        assert history.to_csv(first) == "".join(whole[1 + first :])


def test_a_history_without_steps_is_a_header() -> None:
    assert History(0.1).to_csv() == ",".join(CSV_COLUMNS) + "\n"


def test_an_array_grows_and_leaves_earlier_views_alone() -> None:
    array = GrowingArray(np.float64)
    array.extend(np.arange(3.0))
    view = array.values
    array.extend(np.arange(3.0, 2 * FIRST_CAPACITY))
    assert len(array) == 2 * FIRST_CAPACITY
    np.testing.assert_array_equal(array.values, np.arange(2.0 * FIRST_CAPACITY))
    np.testing.assert_array_equal(view, [0, 1, 2])
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 5
