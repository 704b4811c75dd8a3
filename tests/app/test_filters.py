import csv

import numpy as np
import pytest

from convlab.app.filters import FiltersModel
from convlab.app.session import Session
from convlab.nn.description import NetworkDescription
from convlab.training.events import RunEnded, RunStarted, SnapshotTaken

FIRST = np.full((2, 1, 3, 3), 0.25)
LATER = np.full((2, 1, 3, 3), -0.5)


@pytest.fixture
def session(qapp):
    return Session()


@pytest.fixture
def model(session):
    return FiltersModel(session)


def start(session, weights=FIRST):
    network = NetworkDescription("SimpleConvNet")
    session.run_started.emit(RunStarted(2, 6, 0.001, network, {"W1": weights, "b1": np.zeros(2)}))


def end(session, weights):
    session.run_ended.emit(RunEnded("finished", 12, "Done.", 0.9, 1.0, {"W1": weights}))


def test_before_any_run_there_is_nothing(model):
    assert model.before is None
    assert model.after is None
    assert model.difference is None
    assert model.iteration is None
    assert model.is_unknown


def test_a_started_run_has_changed_nothing_yet(model, session):
    start(session)
    np.testing.assert_array_equal(model.before, FIRST)
    np.testing.assert_array_equal(model.after, FIRST)
    np.testing.assert_array_equal(model.difference, np.zeros_like(FIRST))
    assert model.iteration == 0
    assert not model.is_unknown


def test_snapshots_move_after_and_leave_before(model, session, qtbot):
    start(session)
    with qtbot.waitSignal(model.changed):
        session.snapshot_taken.emit(SnapshotTaken(7, {"W1": LATER}))
    np.testing.assert_array_equal(model.before, FIRST)
    np.testing.assert_array_equal(model.difference, np.full_like(FIRST, -0.75))
    assert model.iteration == 7


def test_the_end_of_a_run_counts_too(model, session):
    start(session)
    end(session, LATER)
    np.testing.assert_array_equal(model.after, LATER)
    assert model.iteration == 12


def test_the_next_run_begins_anew(model, session):
    start(session)
    end(session, LATER)
    start(session, weights=np.ones((4, 1, 5, 5)))
    assert model.before.shape == model.after.shape == (4, 1, 5, 5)
    assert not model.difference.any()
    assert model.iteration == 0


def test_weights_of_a_file_have_no_past(model, session, qtbot):
    start(session)
    opened = LATER.copy()
    with qtbot.waitSignal(model.changed):
        model.show_weights({"W1": opened})
    opened[:] = 9.0  # a network that goes on learning must not change the picture
    np.testing.assert_array_equal(model.after, LATER)
    assert model.before is None
    assert model.difference is None
    assert model.iteration is None
    assert not model.is_unknown


@pytest.mark.parametrize("params", [{}, {"W1": np.zeros((784, 50))}])
def test_a_network_without_filters_has_none(model, params):
    model.show_weights(params)
    assert model.after is None
    assert not model.is_unknown


def test_another_layer_can_be_followed(session):
    model = FiltersModel(session, key="W2")
    model.show_weights({"W1": FIRST, "W2": LATER})
    np.testing.assert_array_equal(model.after, LATER)


def test_weights_that_are_not_finite_give_no_warning(model, session):
    start(session, weights=np.full((1, 1, 1, 2), np.inf))
    assert np.isnan(model.difference).all()


def test_the_table_has_a_row_for_every_weight(model, session, tmp_path):
    start(session)
    later = FIRST.copy()
    later[1, 0, 2, 1] = 1 / 3
    session.snapshot_taken.emit(SnapshotTaken(1, {"W1": later}))
    model.to_csv(tmp_path / "filters.csv")
    with (tmp_path / "filters.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == FIRST.size
    assert list(rows[0]) == ["filter", "channel", "row", "column", "before", "after", "difference"]
    changed = [row for row in rows if float(row["difference"]) != 0.0]
    assert [(row["filter"], row["channel"], row["row"], row["column"]) for row in changed] == [
        ("2", "1", "3", "2")
    ]
    assert float(changed[0]["after"]) == 1 / 3


def test_the_table_of_a_file_leaves_the_past_empty(model, tmp_path):
    model.show_weights({"W1": LATER.astype(np.float32)})
    model.to_csv(tmp_path / "filters.csv")
    lines = (tmp_path / "filters.csv").read_text().splitlines()
    assert lines[1] == "1,1,1,1,,-0.5,"
    assert len(lines) == 1 + LATER.size
