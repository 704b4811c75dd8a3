import csv

import numpy as np
import pytest

from convlab.app.filters import FiltersModel
from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken, frozen_copy

ONE_LAYER = NetworkDescription("SimpleConvNet", {"filter_num": 2, "filter_size": 3, "pad": 1})
LENET = NetworkDescription("LeNet")  # Conv1 is W1 with one channel, Conv2 is W3 with six
NO_FILTERS = NetworkDescription("OwnNetwork", {"layers": ["Affine size=5"]})


def params(network, seed=0):
    arrays = build_network(network).params
    rng = np.random.default_rng(seed)
    return frozen_copy({key: rng.normal(size=array.shape) for key, array in arrays.items()})


FIRST, LATER = params(ONE_LAYER), params(ONE_LAYER, seed=1)


@pytest.fixture
def session(qapp):
    return Session()


@pytest.fixture
def predictor(session):
    return Predictor(session)


@pytest.fixture
def model(session, predictor):
    return FiltersModel(session, predictor)


def start(session, network=ONE_LAYER, weights=None):
    weights = params(network) if weights is None else weights
    session.run_started.emit(RunStarted(2, 6, 0.001, network, weights))


def end(session, weights):
    session.weights_shown.emit(SnapshotTaken(12, weights))


def test_before_any_run_there_is_nothing(model):
    assert model.layers == ()
    assert model.layer is None
    assert model.channel is None
    assert model.before is None
    assert model.after is None
    assert model.difference is None
    assert model.iteration is None
    assert model.is_unknown


def test_a_started_run_has_changed_nothing_yet(model, session):
    start(session)
    np.testing.assert_array_equal(model.before, FIRST["W1"])
    np.testing.assert_array_equal(model.after, FIRST["W1"])
    np.testing.assert_array_equal(model.difference, np.zeros((2, 1, 3, 3)))
    assert model.iteration == 0
    assert not model.is_unknown


def test_snapshots_move_after_and_leave_before(model, session, qtbot):
    start(session)
    with qtbot.waitSignal(model.changed):
        session.weights_shown.emit(SnapshotTaken(7, LATER))
    np.testing.assert_array_equal(model.before, FIRST["W1"])
    np.testing.assert_array_equal(model.difference, LATER["W1"] - FIRST["W1"])
    assert model.iteration == 7


def test_the_end_of_a_run_counts_too(model, session):
    start(session)
    end(session, LATER)
    np.testing.assert_array_equal(model.after, LATER["W1"])
    assert model.iteration == 12


def test_the_next_run_begins_anew(model, session):
    start(session)
    end(session, LATER)
    start(session, LENET)
    assert model.before.shape == model.after.shape == (6, 1, 5, 5)
    assert not model.difference.any()
    assert model.iteration == 0


def test_any_layer_can_be_chosen_before_and_after(model, session, qtbot):
    start(session, LENET)
    later = params(LENET, seed=1)
    session.weights_shown.emit(SnapshotTaken(7, later))
    assert [layer.name for layer in model.layers] == ["Conv1", "Conv2"]
    assert model.layer.name == "Conv1"
    with qtbot.waitSignal(model.changed):
        model.choose_layer("Conv2")
    np.testing.assert_array_equal(model.before, params(LENET)["W3"])
    np.testing.assert_array_equal(model.after, later["W3"])


def test_the_choice_of_a_layer_outlives_a_network_without_it(model, session):
    model.choose_layer("Conv2")
    assert model.layer is None
    start(session)
    assert model.layer.name == "Conv1"
    assert model.wanted_layer == "Conv2"
    start(session, LENET)
    assert model.layer.name == "Conv2"


def test_another_layer_begins_with_the_average_of_its_channels(model, session, qtbot):
    start(session, LENET)
    model.choose_layer("Conv2")
    with qtbot.waitSignal(model.changed):
        model.choose_channel(5)
    assert model.channel == 5
    model.choose_layer("Conv1")
    assert model.channel is None


def test_a_channel_that_the_next_network_lacks_gives_way_to_the_average(model, session):
    start(session, LENET)
    model.choose_layer("Conv2")
    model.choose_channel(5)
    start(session)
    assert model.channel is None


def test_weights_of_a_file_have_no_past(model, session, predictor, qtbot):
    start(session, LENET)
    opened = build_network(ONE_LAYER)
    kept = opened.params["W1"].copy()
    with qtbot.waitSignal(model.changed):
        predictor.use(opened, trained=True)
    opened.params["W1"][:] = 9.0  # a network that goes on learning must not change the picture
    np.testing.assert_array_equal(model.after, kept)
    assert model.before is None
    assert model.difference is None
    assert model.iteration is None
    assert not model.is_unknown


def test_a_moment_of_the_run_brings_its_filters_back_after_opened_weights(
    model, session, predictor
):
    start(session)
    predictor.use(build_network(LENET), trained=True)
    end(session, LATER)
    assert [layer.name for layer in model.layers] == ["Conv1"]
    np.testing.assert_array_equal(model.before, FIRST["W1"])
    np.testing.assert_array_equal(model.after, LATER["W1"])
    assert model.iteration == 12


def test_a_network_that_was_there_before_anybody_looked_is_shown(session, predictor):
    network = build_network(ONE_LAYER)
    predictor.use(network, trained=True, origin="lab")
    model = FiltersModel(session, predictor)
    np.testing.assert_array_equal(model.after, network.params["W1"])
    assert model.before is None
    assert model.come_with_lab
    predictor.stand_in(build_network(ONE_LAYER))
    assert FiltersModel(session, predictor).is_stood_in_for
    np.testing.assert_array_equal(FiltersModel(session, predictor).after, network.params["W1"])
    predictor.use(build_network(LENET), trained=True)
    assert not model.come_with_lab


def test_a_network_without_filters_has_none(model, session):
    start(session, NO_FILTERS)
    assert model.layers == ()
    assert model.after is None
    assert not model.is_unknown


def test_weights_that_are_not_finite_give_no_warning(model, session):
    start(session, weights={**FIRST, "W1": np.full((2, 1, 3, 3), np.inf)})
    assert np.isnan(model.difference).all()


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_every_weight(model, session, tmp_path):
    start(session)
    later = FIRST["W1"].copy()
    later[1, 0, 2, 1] = 1 / 3
    session.weights_shown.emit(SnapshotTaken(1, {**FIRST, "W1": later}))
    model.to_csv(tmp_path / "filters.csv")
    rows = rows_of(tmp_path / "filters.csv")
    assert len(rows) == later.size
    assert list(rows[0]) == ["filter", "channel", "row", "column", "before", "after", "difference"]
    changed = [row for row in rows if float(row["difference"]) != 0.0]
    assert [(row["filter"], row["channel"], row["row"], row["column"]) for row in changed] == [
        ("2", "1", "3", "2")
    ]
    assert float(changed[0]["after"]) == 1 / 3


def test_the_table_is_of_the_layer_that_is_shown_with_all_its_channels(model, session, tmp_path):
    start(session, LENET)
    model.choose_layer("Conv2")
    model.choose_channel(3)
    model.to_csv(tmp_path / "filters.csv")
    rows = rows_of(tmp_path / "filters.csv")
    assert len(rows) == 16 * 6 * 5 * 5
    last = rows[-1]
    assert (last["filter"], last["channel"], last["row"], last["column"]) == ("16", "6", "5", "5")
    assert float(last["after"]) == model.after[-1, -1, -1, -1]


def test_the_table_of_a_file_leaves_the_past_empty(model, predictor, tmp_path):
    network = build_network(ONE_LAYER)
    network.params["W1"][...] = -0.5
    predictor.use(network, trained=True)
    model.to_csv(tmp_path / "filters.csv")
    lines = (tmp_path / "filters.csv").read_text().splitlines()
    assert lines[1] == "1,1,1,1,,-0.5,"
    assert len(lines) == 1 + 2 * 3 * 3
