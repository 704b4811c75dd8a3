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
    (finding,) = findings(health(first, loss))
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
    assert findings(health(replace(WELL, gradient_norm=1e-8, update_ratio=1e-9), loss=0.01)) == ()


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
