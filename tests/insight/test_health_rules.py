from dataclasses import replace

import numpy as np
import pytest

from convlab.insight.health import LEVELS, Health, LayerHealth
from convlab.insight.health_rules import findings, usual_range, usual_words

FLAT = np.linspace(-1.0, 1.0, len(LEVELS), dtype=np.float32)
WELL = LayerHealth("Conv1", "Relu", FLAT, FLAT, FLAT, 0.1, 0.1, 1e-3)
LAST = replace(WELL, name="Affine1", activation="", idle=None, gradient_norm=0.3)


def health(first, loss=2.3):
    return Health(100, loss, 10, 64, (first, LAST))


def only(first, loss=2.3):
    (finding,) = (f for f in findings(health(first, loss)) if f.level == "wrong")
    return finding


def test_nothing_is_told_of_a_network_that_does_well():
    assert findings(health(WELL)) == ()


@pytest.mark.parametrize(
    ("changes", "word", "quantity"),
    [
        ({"update_ratio": 0.3}, "Exploding", "update_ratio"),
        ({"gradient_norm": 1e5}, "Exploding", "gradient_norm"),
        ({"idle": 0.9}, "Dead", "idle"),
        ({"idle": 0.9, "activation": "Sigmoid"}, "Saturated", "idle"),
        ({"gradient_norm": 1e-8}, "Vanishing", "gradient_norm"),
        ({"update_ratio": 1e-9}, "Standing still", "update_ratio"),
    ],
)
def test_what_is_far_from_usual_is_named_with_what_to_try(changes, word, quantity):
    finding = only(replace(WELL, **changes))
    assert finding.sentence.startswith(f"{word}:")
    assert "Conv1" in finding.sentence
    assert finding.quantity == quantity
    assert finding.advice.startswith(("Try", "Train anew"))


def test_numbers_that_are_not_finite_come_alone():
    broken = replace(WELL, weights=np.full_like(FLAT, np.nan), idle=1.0)
    assert only(broken).sentence.startswith("Exploded: Conv1")


def test_small_gradients_are_no_fault_of_a_network_that_reads_well():
    found = findings(health(replace(WELL, gradient_norm=1e-8, update_ratio=1e-9), loss=0.01))
    assert [finding.level for finding in found] == ["calm", "calm"]
    assert "little left to learn" in found[0].text


@pytest.mark.parametrize(
    ("changes", "sentence", "is_above"),
    [
        ({"update_ratio": 0.02}, "Conv1 changes by 0.02 of its length in one iteration, a little "
         "more than usual (0.0001 to 0.01).", True),
        ({"update_ratio": 0.05}, "Conv1 changes by 0.05 of its length in one iteration, more than "
         "usual (0.0001 to 0.01).", True),
        ({"update_ratio": 5e-5}, "Conv1 changes by 5e-05 of its length in one iteration, a little "
         "less than usual (0.0001 to 0.01).", False),
        ({"gradient_norm": 40.0}, "The gradient of Conv1 has a norm of 40, more than usual (0.001 "
         "to 10).", True),
        ({"idle": 0.5}, "50% of the ReLUs behind Conv1 give 0 for every image, a little more than "
         "usual (at most 40%).", True),
        ({"idle": 0.55, "activation": "Sigmoid"}, "55% of what Conv1 passes on is at the ends of "
         "its sigmoid, a little more than usual (at most 50%).", True),
    ],
)  # fmt: skip
def test_what_lies_outside_of_its_range_is_said_mildly(changes, sentence, is_above):
    (finding,) = findings(health(replace(WELL, **changes)))
    assert (finding.sentence, finding.is_above) == (sentence, is_above)
    assert finding.level == "mild"
    assert "if the loss" in finding.advice.lower() or finding.advice.startswith("If it grows")


def test_large_first_steps_are_no_explosion():
    large = replace(WELL, update_ratio=0.3)
    early, late = (findings(Health(at, 2.3, 10, 64, (large, LAST))) for at in (5, 50))
    assert [finding.level for finding in (*early, *late)] == ["mild", "wrong"]
    assert "common early in a run" in early[0].advice
    assert findings(Health(5, 2.3, 10, 64, (replace(WELL, update_ratio=2.0), LAST)))[0].level == (
        "wrong"
    )


@pytest.mark.parametrize("quantity", ["update_ratio", "gradient_norm", "idle"])
def test_the_ends_of_the_range_that_is_told_are_inside(quantity):
    low, high = usual_range(WELL, quantity)
    for number in (low, high):
        assert findings(health(replace(WELL, **{quantity: number}))) == ()
    assert findings(health(replace(WELL, **{quantity: 1.01 * high}))) != ()
    told = usual_words(WELL, quantity)
    assert (f"at most {high:.0%}" if low == 0 else f"{low:g} to {high:g}") in told


def test_the_worst_comes_first_and_other_layers_after_it():
    found = findings(Health(100, 2.3, 10, 64, (replace(WELL, idle=0.5), replace(LAST,
                     update_ratio=0.5))))  # fmt: skip
    assert [(f.layer, f.level) for f in found] == [("Affine1", "wrong"), ("Conv1", "mild")]


def test_a_layer_with_several_faults_is_told_of_once():
    assert only(replace(WELL, idle=1.0, gradient_norm=0.0)).sentence.startswith("Dead")


def test_every_quantity_has_words_and_the_numbers_a_range():
    for quantity in (
        "weights",
        "gradients",
        "activations",
        "update_ratio",
        "gradient_norm",
        "idle",
    ):
        assert usual_words(WELL, quantity).startswith("Usual")
    assert usual_range(WELL, "idle") == (0.0, 0.4)
    assert usual_range(LAST, "idle") is None
    assert usual_range(WELL, "weights") is None
