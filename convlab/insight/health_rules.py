"""What is usual in a network that learns well, and what to try where something is not.

The ranges are rules of thumb: a network outside of them may learn, one inside may not. What
speaks against it is told only where it is far outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, log
from typing import Literal

from convlab.insight.health import Health, LayerHealth

Quantity = Literal["weights", "gradients", "activations", "update_ratio", "gradient_norm", "idle"]
DISTRIBUTIONS: tuple[Quantity, ...] = ("weights", "gradients", "activations")

USUAL_UPDATE = (1e-4, 1e-2)
"""Karpathy, CS231n (2015): about 1e-3 in one step; wider here, as it is taken over several."""
USUAL_GRADIENT = (1e-3, 10.0)
"""Of a network that still learns. Pascanu, Mikolov and Bengio (2013) cut gradients off between
0.5 and 10 times their mean norm; the lab's own networks lie between 1e-3 and 10."""
USUAL_DEAD = (0.0, 0.4)
"""Karpathy, CS231n (2015): with too large a learning rate 40 % of a network can be dead."""
USUAL_SATURATED = (0.0, 0.5)
"""A sharp reader has some saturated units; Glorot and Bengio (2010, section 3) show layers that
stop learning when nearly all are."""

EXPLODING_UPDATE = 0.1
EXPLODING_GRADIENT = 100.0
VANISHING = 1e-3  # of the largest norm of a layer's gradient, or of the largest usual one
STILL = 1e-7  # of its own length a layer changes in one step
DEAD = 0.6
SATURATED = 0.8
HIGH_LOSS = 0.5  # of the loss of a guess, ln(classes)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks wrong: in which layer, seen in what, in a sentence, and what to try."""

    layer: str
    quantity: Quantity
    sentence: str
    advice: str

    @property
    def text(self) -> str:
        """The sentence and the advice."""
        return f"{self.sentence} {self.advice}"


def usual_range(layer: LayerHealth, quantity: Quantity) -> tuple[float, float] | None:
    """Return the range that is usual for a quantity of a layer; None for a distribution."""
    if quantity == "idle":
        if not layer.activation:
            return None
        return USUAL_DEAD if layer.activation == "Relu" else USUAL_SATURATED
    return {"update_ratio": USUAL_UPDATE, "gradient_norm": USUAL_GRADIENT}.get(quantity)


def usual_words(layer: LayerHealth, quantity: Quantity) -> str:
    """Return in a sentence what a quantity of a layer looks like in a network that learns well.

    Of distributions, see the book, section 6.2, and Glorot and Bengio (2010).
    """
    if quantity == "weights":
        return "Usual: one hump around zero that slowly becomes wider."
    if quantity == "gradients":
        return (
            "Usual: a narrow peak at zero that neither disappears nor spreads from layer to layer."
        )
    if quantity == "activations":
        return {
            "Relu": "Usual: many zeros, and the others within a few units of zero.",
            "Sigmoid": "Usual: spread between 0 and 1, not all of it at the two ends.",
            "Tanh": "Usual: spread between −1 and 1, not all of it at the two ends.",
            "": "Usual: scores of a few units up or down, wider as the network becomes sure.",
        }[layer.activation]
    if quantity == "update_ratio":
        return "Usual: 0.0001 to 0.01 of the weights' length in one iteration."
    if quantity == "gradient_norm":
        return "Usual while it learns: 0.001 to 10, alike in all layers; it falls with the loss."
    if layer.activation == "Relu":
        return "Usual: less than 40% of the ReLUs."
    return "Usual: less than half." if layer.activation else "No ReLU or sigmoid is behind it."


def findings(health: Health) -> tuple[Finding, ...]:
    """Return what looks wrong, the worst first, one finding a layer at most."""
    broken = [layer for layer in health.layers if not layer.is_finite]
    if broken or not isfinite(health.loss):
        return (_not_finite(broken[0] if broken else health.layers[-1]),) if health.layers else ()
    found = [finding for layer in health.layers for finding in _of_layer(layer, health)]
    first = {finding.layer: finding for finding in reversed(found)}
    rank = {quantity: n for n, quantity in enumerate(("update_ratio", "idle", "gradient_norm"))}
    return tuple(sorted(first.values(), key=lambda finding: rank.get(finding.quantity, 0)))


def _of_layer(layer: LayerHealth, health: Health) -> Iterator[Finding]:
    yield from _exploding(layer)
    yield from _idle(layer)
    yield from _vanishing(layer, health)


def _not_finite(layer: LayerHealth) -> Finding:
    return Finding(
        layer.name,
        "weights",
        f"Exploded: {layer.name} has numbers that are not finite any more.",
        "Train anew with a smaller learning rate.",
    )


def _exploding(layer: LayerHealth) -> Iterator[Finding]:
    ratio = layer.update_ratio
    if ratio is not None and ratio > EXPLODING_UPDATE:
        yield Finding(
            layer.name,
            "update_ratio",
            f"Exploding: {layer.name} changes by {ratio:.0%} of its length in one iteration.",
            "Try a smaller learning rate.",
        )
    if layer.gradient_norm > EXPLODING_GRADIENT:
        yield Finding(
            layer.name,
            "gradient_norm",
            f"Exploding: the gradient of {layer.name} has a norm of {layer.gradient_norm:,.0f}.",
            "Try a smaller learning rate, smaller initial weights (He), or batch normalization.",
        )


def _idle(layer: LayerHealth) -> Iterator[Finding]:
    if layer.idle is None:
        return
    if layer.activation == "Relu" and layer.idle > DEAD:
        yield Finding(
            layer.name,
            "idle",
            f"Dead: {layer.idle:.0%} of the ReLUs behind {layer.name} give 0 for every image.",
            "Train anew with a smaller learning rate or He's initial weights.",
        )
    elif layer.activation != "Relu" and layer.idle > SATURATED:
        yield Finding(
            layer.name,
            "idle",
            f"Saturated: {layer.idle:.0%} of what {layer.name} passes on is at the ends of its "
            f"{layer.activation.lower()}.",
            "Try smaller initial weights (Xavier), a smaller learning rate, or ReLU.",
        )


def _vanishing(layer: LayerHealth, health: Health) -> Iterator[Finding]:
    if health.loss < HIGH_LOSS * log(max(2, health.classes)):
        return  # a network that reads well has little left to learn
    largest = max(each.gradient_norm for each in health.layers)
    largest = min(largest, USUAL_GRADIENT[1])  # beside one that explodes, others are no fault
    if layer.gradient_norm < VANISHING * largest:
        yield Finding(
            layer.name,
            "gradient_norm",
            f"Vanishing: {layer.name} gets a gradient of norm {_short(layer.gradient_norm)}, "
            f"where the largest is {_short(largest)}.",
            "Try ReLU, He's or Xavier's initial weights, or batch normalization.",
        )
    elif layer.update_ratio is not None and layer.update_ratio < STILL:
        yield Finding(
            layer.name,
            "update_ratio",
            f"Standing still: {layer.name} hardly changes, though the loss is {health.loss:.2f}.",
            "Try a larger learning rate or larger initial weights.",
        )


def _short(number: float) -> str:
    """Return one digit that counts, such as 0.3 or 8e-8."""
    return f"{number:.1g}".replace("e-0", "e-")
