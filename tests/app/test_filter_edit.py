"""Filters are edited beside the network, and answer in the lab when that is wanted."""

import numpy as np
import pytest
from PIL import Image

from convlab.app.filter_edit import FilterEditModel
from convlab.app.filter_export import csv_of, npz_of
from convlab.app.filter_trial import FilterTrial
from convlab.app.session import State
from convlab.nn import Adam
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 3, "hidden_size": 4})
OTHER = NetworkDescription("SimpleConvNet", {"filter_num": 5, "hidden_size": 4})


def opened(lab, description=NETWORK):
    network = build_network(description)
    lab.predictor.use(network, trained=True, origin="lab", learned_from=lab.dataset.train)
    return network


@pytest.fixture
def model(lab):
    return FilterEditModel(lab)


@pytest.fixture
def trial(lab, model):
    trial = FilterTrial(lab, model)
    trial.set_watched(True)
    return trial


def measured(qtbot, trial):
    qtbot.waitUntil(lambda: trial.change is not None and not trial.is_testing)
    return trial.change


def test_without_a_network_there_is_nothing(model):
    assert model.base is None
    assert model.chosen is None
    model.mute()
    model.match_strength()
    assert not model.history.can_undo


def test_editing_leaves_the_network_of_the_lab_alone(lab, model):
    network = opened(lab)
    before = network.params["W1"].copy()
    model.choose(1)
    model.set_weight(0, 2, 2, 9.0)
    model.set_bias(0.5)
    assert model.chosen.kernel[0, 2, 2] == 9.0
    assert model.chosen.bias == 0.5
    assert lab.predictor.network is network
    assert np.array_equal(network.params["W1"], before)
    model.undo()
    model.undo()
    assert np.array_equal(model.chosen.kernel, before[1])
    model.redo()
    assert model.chosen.kernel[0, 2, 2] == 9.0


def test_a_filter_is_copied_onto_another_place(lab, model):
    opened(lab)
    assert not model.can_paste
    model.choose(2)
    model.copy()
    model.choose(0)
    model.paste()
    assert np.array_equal(model.filters[0].kernel, model.filters[2].kernel)
    assert set(model.edits) == {0}


def test_strength_is_matched_to_the_networks_own_filters(lab, model):
    opened(lab)
    own = np.mean([each.strength for each in model.filters])
    model.use_preset("Laplacian")
    model.match_strength()
    assert model.chosen.strength == pytest.approx(own, rel=1e-5)


def test_the_change_in_accuracy_follows_each_edit(lab, qtbot, model, trial):
    opened(lab)
    change = measured(qtbot, trial)
    assert change.before is change.after
    for number in range(3):
        model.choose(number)
        model.mute()
    qtbot.waitUntil(lambda: trial.change is not change and not trial.is_testing)
    changed = trial.change
    assert changed.before is change.before  # measured once
    assert (changed.after.shares > 0).sum() == 1
    model.reset()
    qtbot.waitUntil(lambda: trial.change is not changed and not trial.is_testing)
    assert trial.change.after is trial.change.before


def test_the_filter_is_laid_on_the_examined_image(lab, qtbot, model, trial):
    opened(lab)
    with qtbot.waitSignal(trial.applied):
        model.choose(1)
    applied = trial.applied_filter
    assert np.array_equal(applied.picture, lab.dataset.test.images[0])
    with qtbot.waitSignal(trial.applied):
        lab.examined.set_image(lab.dataset.train.images[3], "Another")
    assert np.array_equal(trial.applied_filter.picture, lab.dataset.train.images[3])
    assert trial.picture_title == "Another"


def test_a_picture_file_takes_its_place_until_it_is_given_up(lab, qtbot, model, trial, tmp_path):
    opened(lab)
    pixels = np.arange(3000, dtype=np.uint16).reshape(50, 60).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "house.png")
    trial.open_picture(tmp_path / "house.png")
    qtbot.waitUntil(lambda: trial.is_own_picture)
    assert np.array_equal(trial.picture[0], pixels)
    assert trial.picture_title == "house.png"
    qtbot.waitUntil(lambda: trial.applied_filter.response.shape == (46, 56))
    lab.examined.set_image(lab.dataset.train.images[3], "Another")
    assert trial.picture_title == "house.png"
    trial.use_examined()
    assert trial.picture_title == "Another"


def test_a_file_that_is_no_picture_is_refused_in_a_sentence(lab, qtbot, model, trial, tmp_path):
    (tmp_path / "note.png").write_text("no picture")
    with qtbot.waitSignal(trial.failed) as failed:
        trial.open_picture(tmp_path / "note.png")
    assert failed.args[0].startswith("note.png is not a picture")


def test_the_edited_network_answers_while_it_is_wanted(lab, model):
    network = opened(lab)
    model.mute()
    model.set_used(True)
    assert model.is_used
    assert not lab.predictor.network.params["W1"][0].any()
    model.choose(1)
    model.mute()  # while in use, each edit answers at once
    assert not lab.predictor.network.params["W1"][1].any()
    model.undo()
    assert lab.predictor.network.params["W1"][1].any()
    model.set_used(False)
    assert lab.predictor.network is network
    assert network.params["W1"][0].any()
    assert lab.predictor.origin == "lab"
    assert lab.predictor.is_trained
    assert lab.predictor.learned_from is lab.dataset.train
    assert set(model.edits) == {0}


def test_a_run_takes_over_from_the_edited_network(lab, model):
    network = opened(lab)
    model.mute()
    model.set_used(True)
    lab.session.run_started.emit(RunStarted(1, 6, 0.1, NETWORK, network.params))
    assert not model.is_used
    assert not model.edits
    answering = lab.predictor.network
    model.set_used(False)  # there is nothing to give back any more
    assert lab.predictor.network is answering


def test_another_moment_of_the_run_is_edited_while_the_edits_answer(lab, model):
    weights = build_network(NETWORK).params
    lab.session.run_started.emit(RunStarted(1, 6, 0.1, NETWORK, weights))
    model.mute()
    model.set_used(True)
    earlier = {key: array - 1 for key, array in weights.items()}
    lab.session.weights_shown.emit(SnapshotTaken(3, earlier))
    answering = lab.predictor.network
    assert not answering.params["W1"][0].any()
    assert np.array_equal(answering.params["W1"][1], earlier["W1"][1])
    model.set_used(False)
    assert np.array_equal(lab.predictor.network.params["W1"], earlier["W1"])


def test_edits_stay_while_the_network_learns(lab, model):
    weights = build_network(NETWORK).params
    lab.session.run_started.emit(RunStarted(1, 6, 0.1, NETWORK, weights))
    model.mute()
    learned = {key: array + 1 for key, array in weights.items()}
    lab.session.weights_shown.emit(SnapshotTaken(3, learned))
    assert not model.filters[0].kernel.any()
    assert np.array_equal(model.filters[1].kernel, learned["W1"][1])


def test_another_network_has_no_edits(lab, model):
    opened(lab, OTHER)
    model.choose(4)
    model.mute()
    opened(lab)
    assert not model.edits
    assert not model.history.can_undo
    assert model.number == 2


def test_a_network_without_filters_has_none(lab, model):
    opened(lab, NetworkDescription("OwnNetwork", {"layers": ["Affine size=3"]}))
    assert model.base is not None
    assert model.filters == []
    assert not model.can_use


def test_the_choice_is_shared_with_the_other_panels(lab, model):
    opened(lab)
    model.choose(2)
    assert lab.selection.layer == "Conv1"
    assert lab.selection.unit[0] == 2
    lab.selection.choose_layer("Conv1", (1, 5, 6))
    assert model.number == 1
    model.choose(0)
    assert lab.selection.unit == (0, 5, 6)


def test_numbers_are_written_to_files(lab, qtbot, model, trial, tmp_path):
    opened(lab)
    rows = csv_of(measured(qtbot, trial), trial.class_names).splitlines()
    assert rows[0] == "class,images,right_before,right_after"
    assert rows[1].startswith("0,2,")
    assert len(rows) == 11
    (tmp_path / "filter.npz").write_bytes(npz_of(trial.applied_filter))
    with np.load(tmp_path / "filter.npz") as arrays:
        assert np.array_equal(arrays["after_relu"], np.maximum(arrays["response"], 0))


def test_with_the_last_edit_undone_nothing_is_used_any_more(lab, model):
    network = opened(lab)
    model.mute()
    model.set_used(True)
    model.undo()
    assert not model.is_used
    assert lab.predictor.answering is network
    model.redo()
    assert not model.is_used
    model.set_used(True)
    lab.stand_in.undo_all()  # from the row at the top of the window
    assert not model.is_used
    assert not model.edits
    model.undo()
    assert set(model.edits) == {0}


def test_what_a_run_set_aside_comes_back_into_the_editor(lab, model):
    opened(lab)
    model.mute()
    model.set_used(True)
    lab.session.run_started.emit(RunStarted(1, 6, 0.1, NETWORK, build_network(NETWORK).params))
    assert not model.edits
    lab.stand_in.bring_back()
    assert model.is_used
    assert not model.chosen.kernel.any()


def test_a_step_upon_edits_is_the_new_network_to_edit(lab, model):
    opened(lab)
    model.mute()
    model.set_used(True)
    lab.stand_in.take_step(lab.predictor.answering.copy(), Adam())
    assert not model.is_used
    assert not model.edits
    assert not model.filters[0].kernel.any()
    lab.stand_in.undo()
    assert model.is_used
    assert set(model.edits) == {0}


def test_accuracies_of_another_network_are_forgotten_at_once(lab, qtbot, model, trial):
    opened(lab)
    measured(qtbot, trial)
    trial.set_watched(False)
    opened(lab)
    assert trial.change is None


def test_while_a_run_learns_its_filters_come_now_and_then_and_an_edit_at_once(
    lab, model, qtbot, monkeypatch
):
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: State.RUNNING))
    first = build_network(NETWORK).params
    lab.session.run_started.emit(RunStarted(2, 6, 0.001, NETWORK, first))
    lab.session.weights_shown.emit(SnapshotTaken(1, {k: 2 * a for k, a in first.items()}))
    with qtbot.assertNotEmitted(model.edited):
        lab.session.weights_shown.emit(SnapshotTaken(2, {k: 3 * a for k, a in first.items()}))
    model.mute()
    assert not model.chosen.kernel.any()
    model.undo()
    qtbot.waitUntil(lambda: np.allclose(model.chosen.kernel, 3 * first["W1"][0]))


def test_accuracies_are_known_to_be_of_other_edits_while_a_test_of_the_new_ones_waits(
    lab, model, trial, qtbot, monkeypatch
):
    monkeypatch.setattr(type(lab.session), "takes_time", property(lambda _: True))
    monkeypatch.setattr("convlab.app.fresh.rest_after", lambda _: 1000.0)
    opened(lab)
    measured(qtbot, trial)
    with qtbot.waitSignal(trial.tested):
        model.mute()
    assert trial.is_testing


def test_the_weights_of_which_accuracies_are_compared_are_the_same(
    lab, model, trial, qtbot, monkeypatch
):
    monkeypatch.setattr(type(lab.session), "state", property(lambda _: State.RUNNING))
    first = build_network(NETWORK).params
    lab.session.run_started.emit(RunStarted(2, 6, 0.001, NETWORK, first))
    before = measured(qtbot, trial)
    rng = np.random.default_rng(1)
    other = {name: rng.normal(size=a.shape).astype(a.dtype) for name, a in first.items()}
    lab.session.weights_shown.emit(SnapshotTaken(5, other))  # its filters come a little later
    model.set_bias(model.chosen.bias + 0.0)
    qtbot.waitUntil(lambda: trial.change is not before and not trial.is_testing)
    np.testing.assert_array_equal(trial.change.before.right, trial.change.after.right)
