"""What is usual in a network that learns well, and what to try where something is not.

The ranges are rules of thumb: a network outside of them may learn, one inside may not. What lies
outside is told mildly, what lies far outside as something wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite, log
from typing import Literal

from convlab.insight.health import Health, LayerHealth

Quantity = Literal["weights", "gradients", "activations", "update_ratio", "gradient_norm", "idle"]
DISTRIBUTIONS: tuple[Quantity, ...] = ("weights", "gradients", "activations")
NUMBERS: tuple[Quantity, ...] = ("update_ratio", "idle", "gradient_norm")  # the worst first
Level = Literal["wrong", "mild", "calm"]


@dataclass(frozen=True, slots=True)
class Usual:
    """From where to where a number is usual, and above what something is wrong."""

    low: float
    high: float
    wrong: float


UPDATE = Usual(1e-4, 1e-2, 0.1)
"""Karpathy, CS231n (2015): about 1e-3 in one step; wider here, as it is taken over several."""
GRADIENT = Usual(1e-3, 10.0, 100.0)
"""Of a network that still learns. Pascanu, Mikolov and Bengio (2013) cut gradients off between
0.5 and 10 times their mean norm; the lab's own networks lie between 1e-3 and 10."""
DEAD = Usual(0.0, 0.4, 0.6)
"""Karpathy, CS231n (2015): with too large a learning rate 40 % of a network can be dead."""
SATURATED = Usual(0.0, 0.5, 0.8)
"""A sharp reader has some saturated units; Glorot and Bengio (2010, section 3) show layers that
stop learning when nearly all are."""

VANISHING = 1e-3  # of the largest norm of a layer's gradient, or of the largest usual one
STILL = 1e-7  # of its own length a layer changes in one step
HIGH_LOSS = 0.5  # of the loss of a guess, ln(classes)
EARLY = 20  # iterations; in the first ones Adam moves every weight by about the learning rate
EXPLODING_EARLY = 1.0  # of its own length (Kingma and Ba, 2015, section 2.1)
LITTLE = 3.0  # times as much as the end of the range is still a little more


@dataclass(frozen=True, slots=True)
class Finding:
    """Something out of the usual: in which layer, seen in what, in a sentence, and what to try.

    ``level`` is "wrong" far outside of what is usual, "mild" outside of it, and "calm" where that
    is no fault. ``is_above`` says on which side of the range the number lies.
    """

    layer: str
    quantity: Quantity
    sentence: str
    advice: str
    level: Level = "wrong"
    is_above: bool = True

    @property
    def text(self) -> str:
        """The sentence and the advice."""
        return f"{self.sentence} {self.advice}"


def usual(layer: LayerHealth, quantity: Quantity) -> Usual | None:
    """Return what is usual for a number of a layer; None for a distribution or what it lacks."""
    if quantity == "idle":
        if not layer.activation:
            return None
        return DEAD if layer.activation == "Relu" else SATURATED
    return {"update_ratio": UPDATE, "gradient_norm": GRADIENT}.get(quantity)


def usual_range(layer: LayerHealth, quantity: Quantity) -> tuple[float, float] | None:
    """Return the range that is usual for a quantity of a layer; None for a distribution."""
    found = usual(layer, quantity)
    return None if found is None else (found.low, found.high)


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
        return f"Usual: {_range(UPDATE)} of the weights' length in one iteration."
    if quantity == "gradient_norm":
        return (
            f"Usual while it learns: {_range(GRADIENT)}, alike in all layers; it falls with "
            "the loss."
        )
    if layer.activation == "Relu":
        return f"Usual: {_range(DEAD)} of the ReLUs."
    if layer.activation:
        return f"Usual: {_range(SATURATED)} of the outputs."
    return "No ReLU or sigmoid is behind it."


def findings(health: Health) -> tuple[Finding, ...]:
    """Return what is out of the usual, the worst first.

    Of each layer at most one thing is wrong; besides, whatever number lies outside of its range.
    """
    broken = [layer for layer in health.layers if not layer.is_finite]
    if broken or not isfinite(health.loss):
        return (_not_finite(broken[0] if broken else health.layers[-1]),) if health.layers else ()
    found: list[Finding] = []
    for layer in health.layers:
        wrong = next(_wrong(layer, health), None)
        found += [] if wrong is None else [wrong]
        others = (each for each in NUMBERS if wrong is None or each != wrong.quantity)
        outside = (_outside(layer, quantity, health) for quantity in others)
        found += [finding for finding in outside if finding is not None]
    levels: tuple[Level, ...] = ("wrong", "mild", "calm")
    return tuple(sorted(found, key=lambda f: (levels.index(f.level), _rank(f.quantity))))


def _rank(quantity: Quantity) -> int:
    return NUMBERS.index(quantity) if quantity in NUMBERS else 0


def _wrong(layer: LayerHealth, health: Health) -> Iterator[Finding]:
    yield from _exploding(layer, health)
    yield from _idle(layer)
    yield from _vanishing(layer, health)


def _outside(layer: LayerHealth, quantity: Quantity, health: Health) -> Finding | None:
    """Return that a number lies outside of its range, mildly said; None if it does not."""
    number, range_ = getattr(layer, quantity), usual(layer, quantity)
    if number is None or range_ is None or range_.low <= number <= range_.high:
        return None
    is_above = number > range_.high
    times = number / range_.high if is_above else range_.low / number if number > 0 else inf
    told = f"{'a little ' * (times < LITTLE)}{'more' if is_above else 'less'} than usual"
    is_calm = not is_above and not _has_to_learn(health)
    return Finding(
        layer.name,
        quantity,
        f"{_told(layer, quantity)}, {told} ({_range(range_)}).",
        "There is little left to learn." if is_calm else _mild_advice(layer, quantity, is_above),
        "calm" if is_calm else "mild",
        is_above,
    )


def _told(layer: LayerHealth, quantity: Quantity) -> str:
    if quantity == "update_ratio":
        return f"{layer.name} changes by {layer.update_ratio:.3g} of its length in one iteration"
    if quantity == "gradient_norm":
        return f"The gradient of {layer.name} has a norm of {layer.gradient_norm:.3g}"
    if layer.activation == "Relu":
        return f"{layer.idle:.0%} of the ReLUs behind {layer.name} give 0 for every image"
    ends = f"the ends of its {layer.activation.lower()}"
    return f"{layer.idle:.0%} of what {layer.name} passes on is at {ends}"


def _mild_advice(layer: LayerHealth, quantity: Quantity, is_above: bool) -> str:
    if quantity != "idle":
        if is_above and quantity == "update_ratio":
            return "That is common early in a run; if the loss jumps, try a smaller learning rate."
        if is_above:
            return "If the loss jumps, try a smaller learning rate."
        other = "batch normalization" if quantity == "gradient_norm" else "a larger learning rate"
        return f"If the loss stands still, try larger initial weights (He or Xavier) or {other}."
    if layer.activation == "Relu":
        return "If it grows, try a smaller learning rate or He's initial weights."
    return "If the loss stands still, try smaller initial weights (Xavier) or ReLU."


def _range(range_: Usual) -> str:
    if range_.low == 0:
        return f"at most {range_.high:.0%}"
    return f"{range_.low:g} to {range_.high:g}"


def _has_to_learn(health: Health) -> bool:
    """Return whether the loss is so high that layers ought to change."""
    return health.loss >= HIGH_LOSS * log(max(2, health.classes))


def _not_finite(layer: LayerHealth) -> Finding:
    return Finding(
        layer.name,
        "weights",
        f"Exploded: {layer.name} has numbers that are not finite any more.",
        "Train anew with a smaller learning rate.",
    )


def _exploding(layer: LayerHealth, health: Health) -> Iterator[Finding]:
    ratio = layer.update_ratio
    limit = EXPLODING_EARLY if health.iteration < EARLY else UPDATE.wrong
    if ratio is not None and ratio > limit:
        yield Finding(
            layer.name,
            "update_ratio",
            f"Exploding: {layer.name} changes by {ratio:.0%} of its length in one iteration.",
            "Try a smaller learning rate.",
        )
    if layer.gradient_norm > GRADIENT.wrong:
        yield Finding(
            layer.name,
            "gradient_norm",
            f"Exploding: the gradient of {layer.name} has a norm of {layer.gradient_norm:,.0f}.",
            "Try a smaller learning rate, smaller initial weights (He), or batch normalization.",
        )


def _idle(layer: LayerHealth) -> Iterator[Finding]:
    if layer.idle is None:
        return
    if layer.activation == "Relu" and layer.idle > DEAD.wrong:
        yield Finding(
            layer.name,
            "idle",
            f"Dead: {layer.idle:.0%} of the ReLUs behind {layer.name} give 0 for every image.",
            "Train anew with a smaller learning rate or He's initial weights.",
        )
    elif layer.activation != "Relu" and layer.idle > SATURATED.wrong:
        yield Finding(
            layer.name,
            "idle",
            f"Saturated: {layer.idle:.0%} of what {layer.name} passes on is at the ends of its "
            f"{layer.activation.lower()}.",
            "Try smaller initial weights (Xavier), a smaller learning rate, or ReLU.",
        )


def _vanishing(layer: LayerHealth, health: Health) -> Iterator[Finding]:
    if not _has_to_learn(health):
        return  # a network that reads well has little left to learn
    largest = max(each.gradient_norm for each in health.layers)
    largest = min(largest, GRADIENT.high)  # beside one that explodes, others are no fault
    if layer.gradient_norm < VANISHING * largest:
        yield Finding(
            layer.name,
            "gradient_norm",
            f"Vanishing: {layer.name} gets a gradient of norm {_short(layer.gradient_norm)}, "
            f"where the largest is {_short(largest)}.",
            "Try ReLU, He's or Xavier's initial weights, or batch normalization.",
            is_above=False,
        )
    elif layer.update_ratio is not None and layer.update_ratio < STILL:
        yield Finding(
            layer.name,
            "update_ratio",
            f"Standing still: {layer.name} hardly changes, though the loss is {health.loss:.2f}.",
            "Try a larger learning rate or larger initial weights.",
            is_above=False,
        )


def _short(number: float) -> str:
    """Return one digit that counts, such as 0.3 or 8e-8."""
    return f"{number:.1g}".replace("e-0", "e-")
