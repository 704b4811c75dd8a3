"""The health of a network is recorded now and then over the course of a run."""

import csv
from time import monotonic

import numpy as np
import pytest

from convlab.app import health as health_module
from convlab.app.health import MOST_RECORDS, HealthModel
from convlab.app.session import State
from convlab.data.dataset import Dataset, ImageSet
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 2, "hidden_size": 4})


class FakeRun:
    """Tells of a run that is on, in the way of the session."""

    def __init__(self, lab, qtbot, model):
        self.lab, self.qtbot, self.model = lab, qtbot, model
        self.weights = build_network(NETWORK).params

    def start(self):
        self.lab.session.run_started.emit(RunStarted(2, 6, 0.001, NETWORK, self.weights))
        self.settle()

    def reach(self, iteration, factor=1.0):
        self.weights = {key: factor * array for key, array in self.weights.items()}
        self.lab.session.weights_shown.emit(SnapshotTaken(iteration, self.weights))
        self.settle()

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.model.is_busy)

    def iterations(self):
        return [record.iteration for record in self.model.records]


@pytest.fixture
def model(qtbot, lab, monkeypatch):
    for name in ("SOONEST", "SOONEST_HIDDEN", "REST_HIDDEN"):
        monkeypatch.setattr(health_module, name, 0.0)
    model = HealthModel(lab)
    model.set_watched(True)
    return model


@pytest.fixture
def run(lab, qtbot, model):
    lab.session._thread = object()  # a run that is on, without a thread
    yield FakeRun(lab, qtbot, model)
    lab.session._thread = None


def test_there_is_nothing_before_any_network(model):
    assert model.shown is None
    assert model.findings == ()
    assert not model.is_unfit


def test_a_record_a_snapshot(run, model):
    run.start()
    run.reach(5)
    run.reach(10)
    assert run.iterations() == [0, 5, 10]
    assert model.shown.iteration == 10


def test_the_update_is_between_the_last_two_snapshots(run, model):
    run.start()
    run.reach(5, factor=2.0)
    run.reach(15, factor=2.0)
    ratios = [record.layer("Conv1").update_ratio for record in model.records]
    assert ratios[0] is None
    assert ratios[1:] == pytest.approx([0.5 / 5, 0.5 / 10], rel=1e-5)


def test_a_snapshot_without_a_record_still_shortens_the_step(run, model):
    run.start()
    model._next_at = monotonic() + 60
    run.reach(5, factor=2.0)
    model._next_at = 0.0
    run.reach(9, factor=2.0)
    assert run.iterations() == [0, 9]
    assert model.shown.layer("Conv1").update_ratio == pytest.approx(0.5 / 4, rel=1e-5)


def test_a_snapshot_that_is_not_due_changes_nothing_that_is_shown(run, model, qtbot, monkeypatch):
    run.start()
    run.reach(5)
    monkeypatch.setattr(model, "_next_at", monotonic() + 1000)
    with qtbot.assertNotEmitted(model.changed):
        run.reach(6)
    assert run.iterations() == [0, 5]


def test_no_update_is_told_over_a_gap_that_looking_elsewhere_left(run, model, lab, monkeypatch):
    run.start()
    run.reach(5)
    with monkeypatch.context() as patches:
        patches.setattr(type(lab.time_machine), "is_live", property(lambda _: False))
        run.reach(6)
    run.reach(40)
    assert model.shown.layers[0].update_ratio is None
    run.reach(41)
    assert model.shown.layers[0].update_ratio is not None
    lab.predictor.compare_untrained(True)
    run.reach(60)
    lab.predictor.compare_untrained(False)
    run.settle()
    assert run.iterations()[-1] == 60
    assert model.shown.layers[0].update_ratio is None


def test_a_pause_measures_at_once(run, model, lab, qtbot, monkeypatch):
    state = [State.RUNNING]
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: state[0]))
    monkeypatch.setattr(
        type(lab.session), "takes_time", property(lambda _: state[0] is State.RUNNING)
    )
    run.start()
    monkeypatch.setattr(model, "_next_at", monotonic() + 1000)
    run.reach(6)
    assert run.iterations() == [0]
    state[0] = State.PAUSED
    lab.session.state_changed.emit(State.PAUSED)
    qtbot.waitUntil(lambda: run.iterations() == [0, 6])


def test_looking_back_measures_that_moment_once(run, model):
    run.start()
    run.reach(5)
    run.reach(10)
    run.reach(7)
    run.reach(7)
    assert run.iterations() == [0, 5, 7, 10]
    assert model.shown.iteration == 7
    assert model.shown.layer("Conv1").update_ratio is None
    assert model.nearest(9).iteration == 10


def test_after_looking_back_the_update_is_unknown_for_one_record(run, model):
    run.start()
    run.reach(5)
    run.reach(2)
    run.reach(50)
    run.reach(55, factor=2.0)
    assert model.records[-2].layer("Conv1").update_ratio is None
    assert model.records[-1].layer("Conv1").update_ratio == pytest.approx(0.1, rel=1e-5)


def test_a_run_that_is_over_is_measured_where_one_looks(run, model, lab):
    lab.session._thread = None
    run.start()
    run.reach(100)
    run.reach(40)
    assert run.iterations() == [0, 40, 100]
    assert all(record.layer("Conv1").update_ratio is None for record in model.records)


def test_a_new_run_forgets_the_last_one(run):
    run.start()
    run.reach(5)
    run.start()
    assert run.iterations() == [0]


def test_memory_is_bound_and_the_ends_stay(run, model, monkeypatch):
    monkeypatch.setattr(health_module, "MOST_RECORDS", 4)
    run.start()
    for iteration in (10, 20, 30, 31, 41):
        run.reach(iteration)
    assert len(model.records) == 4 < MOST_RECORDS
    assert run.iterations()[0] == 0
    assert run.iterations()[-1] == 41
    assert not {30, 31} <= set(run.iterations())  # the narrowest gap goes first


def test_weights_that_explode_are_told_of(run, model):
    run.start()
    run.reach(5, factor=np.float32(np.nan))
    (finding,) = model.findings
    assert finding.sentence.startswith("Exploded")


def test_an_opened_network_is_measured_once_it_is_seen(lab, qtbot, model):
    model.set_watched(False)
    lab.predictor.use(build_network(NETWORK), trained=True)
    assert not model.records
    assert not model.is_busy
    model.set_watched(True)
    qtbot.waitUntil(lambda: len(model.records) == 1)
    lab.predictor.use(build_network(NETWORK), trained=True)
    qtbot.waitUntil(lambda: len(model.records) == 1)


def test_the_averages_of_the_network_that_answers_stay_as_they_are(lab, qtbot, model):
    layers = ["Convolution filter_num=2", "BatchNormalization", "Relu"]
    network = build_network(NetworkDescription("OwnNetwork", {"layers": layers}))
    for array in network.params.values():
        array.flags.writeable = False  # so that an attempt to change one would fail
    lab.predictor.use(network, trained=True)
    qtbot.waitUntil(lambda: len(model.records) == 1)


def test_a_network_for_other_images_is_not_measured(lab, model):
    other = NetworkDescription("SimpleConvNet", {"filter_num": 2, "hidden_size": 4}, (3, 32, 32))
    lab.predictor.use(build_network(other), trained=True)
    assert model.is_unfit
    assert not model.is_busy


def test_a_dataset_that_fits_is_measured_as_soon_as_it_is_chosen(lab, qtbot, model):
    digits = lab.dataset
    colors = ImageSet(np.zeros((4, 3, 8, 8), np.uint8), np.zeros(4, np.intp))
    lab.set_dataset(Dataset("colors", "Colors", colors, colors, ("one",)))
    lab.predictor.use(build_network(NETWORK), trained=True)
    assert model.is_unfit
    with qtbot.waitSignal(model.changed):
        lab.set_dataset(digits)
    assert not model.is_unfit
    qtbot.waitUntil(lambda: len(model.records) == 1)


def test_a_real_run_ends_with_a_record_though_nobody_looks(lab, qtbot, model):
    model.set_watched(False)
    with qtbot.waitSignal(lab.session.run_ended) as ended:
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy and not model.is_busy)
    (event,) = ended.args
    assert model.records[0].iteration == 0
    assert model.records[-1].iteration == event.iteration
    assert model.shown.layer("Conv1").update_ratio > 0


def test_the_histograms_are_those_of_every_layer_and_moment(run, model, tmp_path):
    run.start()
    run.reach(5, factor=2.0)
    model.to_npz(tmp_path / "health.npz")
    with np.load(tmp_path / "health.npz", allow_pickle=False) as arrays:
        assert arrays["iterations"].tolist() == [0, 5]
        shares, edges = arrays["Conv1_weights_shares"], arrays["Conv1_weights_edges"]
        assert shares.shape == (len(edges) - 1, 2)
        assert {name.split("_")[0] for name in arrays} == {
            "iterations", "Conv1", "Affine1", "Affine2",
        }  # fmt: skip
    told = np.histogram(run.weights["W1"], edges)[0] / run.weights["W1"].size
    assert np.abs(np.cumsum(shares[:, 1]) - np.cumsum(told)).max() < 0.05


def test_the_table_has_a_row_a_record_and_layer(run, model, tmp_path):
    run.start()
    run.reach(5)
    model.to_csv(tmp_path / "health.csv")
    with (tmp_path / "health.csv").open() as file:
        rows = list(csv.DictReader(file))
    told = [(row["iteration"], row["layer"]) for row in rows[2:4]]
    assert told == [("0", "Affine2"), ("5", "Conv1")]
    assert rows[0]["update_ratio"] == ""
    shown = model.shown.layer("Conv1")
    assert float(rows[3]["gradient_norm"]) == pytest.approx(shown.gradient_norm, rel=1e-5)
    assert float(rows[3]["weights_100%"]) == pytest.approx(shown.weights[-1], rel=1e-5)
