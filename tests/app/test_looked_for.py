"""What filters look for is searched on demand, and kept for as long as the weights are the same."""

import csv
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from convlab.app import looked_for as module
from convlab.app.filter_search import Resting
from convlab.app.looked_for import NO_FILTERS, NO_NETWORK, LookedForModel
from convlab.data.dataset import Dataset, ImageSet
from convlab.data.progress import CanceledError
from convlab.insight.exciting_patches import exciting_patches
from convlab.nn import LeNet
from convlab.nn.networks.own_network import OwnNetwork


@pytest.fixture
def model(lab, qtbot, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNASKED", 0)  # only on demand, unless a test says so
    model = LookedForModel(lab, parent=lab)
    yield model
    model._work.wait()


@pytest.fixture
def network(lab):
    network = LeNet(rng=np.random.default_rng(0))
    lab.predictor.use(network, trained=True)
    return network


def search(qtbot, model):
    model.search()
    qtbot.waitUntil(lambda: not model.is_busy)


def test_a_search_finds_what_the_insight_finds(model, lab, network, qtbot):
    model.set_watched(True)
    search(qtbot, model)
    assert model.is_current
    found = model.finding
    expected = exciting_patches(network.copy(), "Conv1", lab.dataset.train.images)
    np.testing.assert_array_equal(found.patches.images, expected.images)
    assert found.images.images.shape == (6, 1, 28, 28)
    assert np.isfinite(found.images.values).all()
    assert found.box_of(*found.middle) == (slice(12, 17), slice(12, 17))  # 5x5 with a pad of 2


def test_one_sees_it_form(model, network, qtbot, monkeypatch):
    monkeypatch.setattr(module, "SHOW_EVERY", 0.0)
    model.set_watched(True)
    seen = []
    model.changed.connect(lambda: seen.append(model.finding))
    search(qtbot, model)
    assert any(each is not None and each.images is None for each in seen)
    assert seen[-1].images is not None


def test_layers_are_chosen_together_with_other_panels(model, lab, network, qtbot):
    model.set_watched(True)
    assert model.layer.name == "Conv1"
    lab.selection.choose_layer("Conv2")
    assert model.layer.name == "Conv2"
    lab.selection.choose_layer("Affine1")
    assert model.layer.name == "Conv1"


def test_what_was_found_before_is_there_at_once(model, lab, network, qtbot):
    model.set_watched(True)
    search(qtbot, model)
    first = model.finding
    model.choose_layer("Conv2")
    assert model.finding is None
    search(qtbot, model)
    model.choose_layer("Conv1")
    assert model.finding is first
    assert model.is_current


def change(network, name, by):
    """Give the network other weights, as a run does."""
    network.adopt(network.params | {name: network.params[name] + np.float32(by)})


def test_other_weights_make_it_a_finding_of_earlier_ones_and_back_again(model, lab, network, qtbot):
    model.set_watched(True)
    search(qtbot, model)
    first = model.finding
    change(network, "W1", 0.5)
    lab.predictor.changed.emit()
    assert model.finding is first
    assert not model.is_current
    change(network, "W1", -0.5)
    change(network, "W4", 1)  # behind the layer, so it makes no difference
    lab.predictor.changed.emit()
    search(qtbot, model)
    change(network, "W4", 1)
    lab.predictor.changed.emit()
    assert model.is_current


def test_what_was_found_among_other_images_is_kept_beside(model, lab, network, qtbot):
    model.set_watched(True)
    search(qtbot, model)
    first = model.finding
    one = lab.dataset
    lab.set_dataset(replace(one, name="other", train=one.test))
    assert not model.is_current
    search(qtbot, model)
    assert model.finding.among is one.test
    lab.set_dataset(one)
    assert model.is_current
    assert model.finding is first


def test_watched_and_idle_a_quick_search_begins_by_itself(model, network, qtbot, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNASKED", 1e12)
    model._idle.setInterval(0)
    model.set_watched(True)
    qtbot.waitUntil(lambda: model.is_current and not model.is_busy)


def test_unwatched_nothing_begins(model, network, qtbot, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNASKED", 1e12)
    model._idle.setInterval(0)
    model.set_watched(True)
    model.set_watched(False)
    with qtbot.assertNotEmitted(model._work.busy_changed, wait=50):
        pass


def test_what_is_canceled_does_not_begin_by_itself(model, network, qtbot, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNASKED", 1e12)
    model._idle.setInterval(0)
    model.set_watched(True)
    model.search()
    model.cancel()
    assert not model.is_busy
    model.set_watched(True)
    with qtbot.assertNotEmitted(model._work.busy_changed, wait=50):
        pass
    assert model.finding is None


@pytest.fixture
def unasked(model, network, qtbot, monkeypatch):
    """A search that began by itself."""
    monkeypatch.setattr(module, "MOST_UNASKED", 1e12)
    model._idle.setInterval(0)
    model.set_watched(True)
    qtbot.waitUntil(lambda: model.is_busy)


def test_what_nobody_asked_for_ends_when_nobody_looks_and_begins_anew(model, unasked, qtbot):
    model.set_watched(False)
    assert not model.is_busy
    model.set_watched(True)
    qtbot.waitUntil(lambda: model.is_current and not model.is_busy)


def test_a_run_ends_what_nobody_asked_for(model, lab, unasked, qtbot):
    lab.session.start(lab.config, lab.dataset)
    assert not model.is_busy
    qtbot.waitUntil(lambda: not lab.session.is_busy)


def test_other_weights_end_what_nobody_asked_for(model, lab, network, unasked):
    lab.predictor.changed.emit()  # by the same weights
    assert model.is_busy
    network.adopt({name: array + 1 for name, array in network.params.items()})
    lab.predictor.changed.emit()  # as while somebody moves the time machine
    assert not model.is_busy


def test_other_weights_leave_what_was_asked_for_alone(model, lab, network):
    model.set_watched(True)
    model.search()
    network.adopt({name: array + 1 for name, array in network.params.items()})
    lab.predictor.changed.emit()
    assert model.is_busy


def test_what_was_asked_for_goes_on_beside_a_run_and_when_nobody_looks(model, lab, network, qtbot):
    model.set_watched(True)
    model.search()
    assert not model.is_resting
    lab.session.start(lab.config, lab.dataset)
    model.set_watched(False)
    assert model.is_busy
    assert model.is_resting
    lab.session.stop()
    qtbot.waitUntil(lambda: not model.is_busy)


def test_beside_a_run_a_search_rests_until_the_run_ends_or_it_is_given_up():
    is_idle, told = Event(), []

    def end_run(done, total, seen):
        told.append(done)
        if len(told) == 3:
            is_idle.set()

    paced = Resting(end_run, is_idle)
    paced._since -= 1000  # seconds that a block took
    paced(7, 10, None)
    assert told == [7, 7, 7]  # it asked at every look whether it is still wanted
    paced._since -= 1000
    paced(8, 10, None)  # which rests no more
    is_idle.clear()

    def give_up(done, total, seen):
        told.append(done)
        if len(told) == 6:
            raise CanceledError("It was canceled.")

    paced = Resting(give_up, is_idle)
    paced._since -= 1000
    with pytest.raises(CanceledError):
        paced(9, 10, None)
    assert told == [7, 7, 7, 8, 9, 9]


def test_another_layer_ends_the_search(model, lab, network, qtbot):
    model.set_watched(True)
    model.search()
    lab.selection.choose_layer("Conv2")
    assert not model.is_busy


def test_what_cannot_be_searched_is_told(model, lab, qtbot):
    model.set_watched(True)
    assert model.problem == NO_NETWORK
    lab.predictor.use(OwnNetwork(["Affine size=5"]), trained=True)
    assert model.problem == NO_FILTERS
    lab.predictor.use(LeNet(), trained=True)
    assert model.problem == ""
    colors = ImageSet(np.zeros((4, 3, 8, 8), np.uint8), np.zeros(4, np.intp))
    lab.set_dataset(Dataset("colors", "Colors", colors, colors, ("one",)))
    assert model.problem == ("This network reads images of 1×28×28, but those of Colors are 3×8×8.")
    model.search()
    assert not model.is_busy


def test_weights_that_are_no_numbers_are_told(model, lab, network, qtbot):
    network.params["W1"][...] = np.nan
    model.set_watched(True)
    with qtbot.waitSignal(model.failed) as failed:
        model.search()
    assert "finite" in failed.args[0]
    assert model.finding is None


def test_a_patch_sends_its_image_and_a_table_tells_where_it_lies(
    model, lab, network, qtbot, tmp_path
):
    model.set_watched(True)
    search(qtbot, model)
    number = int(model.finding.patches.images[2, 1])
    with qtbot.waitSignal(lab.picture_shown) as shown:
        model.send(number)
    np.testing.assert_array_equal(shown.args[0].image, lab.dataset.train.images[number])
    assert shown.args[0].title.startswith(f"Training image {number + 1}, labeled")
    model.to_csv(tmp_path / "patches.csv")
    with (tmp_path / "patches.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * 9
    assert int(rows[2 * 9 + 1]["training_image_from_1"]) == number + 1
