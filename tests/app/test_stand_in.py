"""What a person changed answers in place of the run's network, until it is undone or set aside."""

import numpy as np
import pytest

from convlab.app.health import HealthModel
from convlab.insight.filter_edit import first_layer
from convlab.nn import Adam
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken

NETWORK = NetworkDescription("SimpleConvNet", {"filter_num": 3, "hidden_size": 4})
OTHER = NetworkDescription("SimpleConvNet", {"filter_num": 3, "filter_size": 3, "hidden_size": 4})


@pytest.fixture
def network(lab):
    network = build_network(NETWORK)
    lab.predictor.use(network, trained=True)
    return network


@pytest.fixture
def stand_in(lab, network):
    return lab.stand_in


def muted(network, *numbers):
    """Edits that mute some filters."""
    filters = first_layer(network).filters(network)
    return {number: filters[number].muted() for number in numbers}


def stepped(network):
    other = network.copy()
    other.params["b3"] += 1
    return other


def weights(lab, name="W1"):
    return lab.predictor.answering.params[name]


def begin_run(lab, description=NETWORK):
    params = build_network(description).params
    lab.session.run_started.emit(RunStarted(1, 6, 0.1, description, params))


def test_nothing_stands_in_at_first(lab, stand_in, network):
    assert stand_in.changes == ()
    assert (stand_in.in_words, stand_in.lost_in_words) == ("", "")
    assert stand_in.base is network
    stand_in.undo()
    stand_in.undo_all()
    stand_in.bring_back()
    assert lab.predictor.answering is network


def test_edited_filters_answer_and_the_original_stays_as_it_is(lab, stand_in, network):
    before = network.params["W1"].copy()
    stand_in.edit_filters(muted(network, 0, 2))
    assert stand_in.in_words == "2 filters edited"
    assert not weights(lab)[[0, 2]].any()
    assert np.array_equal(weights(lab)[1], before[1])
    assert lab.predictor.original is network
    assert np.array_equal(network.params["W1"], before)
    stand_in.edit_filters({})
    assert stand_in.changes == ()
    assert lab.predictor.answering is network


def test_a_step_upon_edited_filters_is_undone_first(lab, stand_in, network):
    stand_in.edit_filters(muted(network, 1))
    step = stepped(lab.predictor.answering)
    stand_in.take_step(step, Adam())
    assert stand_in.in_words == "1 filter edited, 1 step taken"
    assert lab.predictor.answering is stand_in.base is step
    assert stand_in.edits == {}  # they are part of what is edited now
    stand_in.undo()
    assert stand_in.in_words == "1 filter edited"
    assert not weights(lab)[1].any()
    assert set(stand_in.edits) == {1}
    stand_in.take_step(step, Adam())
    stand_in.undo_all()
    assert lab.predictor.answering is network


def test_a_step_makes_an_untrained_network_a_trained_one(lab, stand_in):
    lab.predictor.use(build_network(NETWORK), trained=False)
    stand_in.take_step(stepped(lab.predictor.answering), Adam())
    assert lab.predictor.is_trained
    stand_in.undo()
    assert not lab.predictor.is_trained


def test_a_run_sets_edits_aside_and_they_are_brought_back_onto_what_it_learned(
    lab, stand_in, network
):
    stand_in.edit_filters(muted(network, 0))
    begin_run(lab)
    assert lab.predictor.answering is lab.predictor.original
    assert stand_in.lost_in_words == "Set aside when a run was opened: 1 filter edited."
    learned = {key: array + 1 for key, array in build_network(NETWORK).params.items()}
    lab.session.weights_shown.emit(SnapshotTaken(3, learned))
    assert stand_in.why_not_bring_back() == ""
    stand_in.bring_back()
    assert not weights(lab)[0].any()
    assert np.array_equal(weights(lab)[1], learned["W1"][1])
    assert stand_in.lost == ()


def test_nothing_is_brought_back_while_a_run_is_on_or_onto_other_filters(
    lab, stand_in, network, monkeypatch
):
    stand_in.edit_filters(muted(network, 0))
    monkeypatch.setattr(lab.session, "_thread", object())
    begin_run(lab)
    assert stand_in.lost_in_words.startswith("Set aside when a run began")
    assert "wait for its end" in stand_in.why_not_bring_back()
    monkeypatch.setattr(lab.session, "_thread", None)
    lab.predictor.use(build_network(OTHER), trained=True)
    assert "other layers" in stand_in.why_not_bring_back()
    answering = lab.predictor.answering
    stand_in.bring_back()
    assert lab.predictor.answering is answering
    stand_in.forget()
    assert stand_in.lost_in_words == ""


def test_another_moment_is_edited_alike_but_sets_a_step_aside(lab, stand_in, network):
    stand_in.edit_filters(muted(network, 0))
    earlier = {key: array - 1 for key, array in network.params.items()}
    lab.session.weights_shown.emit(SnapshotTaken(3, earlier))
    assert not weights(lab)[0].any()
    assert np.array_equal(weights(lab)[1], earlier["W1"][1])
    assert lab.predictor.iteration == 3
    step = stepped(lab.predictor.answering)
    stand_in.take_step(step, Adam())
    lab.session.weights_shown.emit(SnapshotTaken(4, earlier))
    assert np.array_equal(weights(lab)[0], earlier["W1"][0])
    assert stand_in.lost_in_words == (
        "Set aside when another moment of the run was shown: 1 filter edited, 1 step taken."
    )
    stand_in.bring_back()
    assert lab.predictor.answering is step


def test_a_moment_of_the_run_sets_aside_what_was_changed_in_opened_weights(lab):
    begin_run(lab)
    lab.predictor.use(build_network(OTHER), trained=True)
    original = lab.predictor.original
    lab.stand_in.edit_filters(muted(original, 0))
    moment = build_network(NETWORK).params
    lab.session.weights_shown.emit(SnapshotTaken(3, moment))
    assert lab.stand_in.changes == ()
    assert lab.stand_in.lost_in_words == (
        "Set aside when a moment of the run was shown: 1 filter edited."
    )
    np.testing.assert_array_equal(weights(lab), moment["W1"])


def test_health_keeps_what_it_knows_of_the_run(lab, stand_in, network, qtbot):
    health = HealthModel(lab)
    health.set_watched(True)
    qtbot.waitUntil(lambda: len(health.records) == 1)
    (record,) = health.records
    stand_in.take_step(stepped(network), Adam())
    stand_in.undo()
    assert list(health.records) == [record]
