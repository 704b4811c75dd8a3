"""How a network does at one moment of its training, layer by layer, on a few fixed images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import ImageSet
from convlab.insight.activations import activations
from convlab.insight.sample_size import affordable
from convlab.nn.layer import LAYERS
from convlab.nn.layers.softmax_with_loss import SoftmaxWithLoss
from convlab.nn.network import Network
from convlab.nn.types import Array

Quantiles = NDArray[np.float32]
Activation = Literal["Relu", "Sigmoid", "Tanh", ""]

PROBE_IMAGES = 64
PROBE_PRODUCTS = 4e9  # about a second's work for the plain layers
MOST_VALUES = 20_000  # of one layer that a distribution is made of; more would not change it

# The shares of the values that lie below each of the numbers that are kept: denser at both ends,
# where a distribution is thin.
LEVELS: NDArray[np.float64] = np.unique(
    np.concatenate([[0.0, 0.001, 0.0025, 0.005], np.linspace(0.01, 0.99, 50), [0.995, 0.9975],
                    [0.999, 1.0]])
)  # fmt: skip

NEAR_THE_END = 0.05  # of a squashing function's range, from either end


@dataclass(frozen=True, slots=True, eq=False)
class LayerHealth:
    """One layer with weights: its distributions, and what they come down to in numbers.

    ``weights``, ``gradients`` (of the weights) and ``activations`` are the values below which the
    shares :data:`LEVELS` of all lie; with NaN or infinite ones among them, they are all NaN.
    ``idle`` is the share of units (0 to 1) that are dead, of a ReLU, or saturated, of a sigmoid
    or tanh; None where neither follows the layer. ``update_ratio`` is None while it is unknown.
    """

    name: str
    activation: Activation
    weights: Quantiles
    gradients: Quantiles
    activations: Quantiles
    gradient_norm: float
    idle: float | None
    update_ratio: float | None

    @property
    def is_finite(self) -> bool:
        """Whether weights, gradients and activations are numbers that can be computed with."""
        parts = (self.weights, self.gradients, self.activations)
        return all(bool(np.isfinite(part[-1])) for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """Every layer with weights after ``iteration`` steps, and the loss on the probe images."""

    iteration: int
    loss: float
    classes: int
    images: int
    layers: tuple[LayerHealth, ...]

    def layer(self, name: str) -> LayerHealth | None:
        """Return the layer of a name, or None."""
        return next((layer for layer in self.layers if layer.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The weights some ``iterations`` before those that are measured."""

    params: Mapping[str, Array]
    iterations: int


def probe(images: ImageSet, network: Network) -> ImageSet:
    """Return up to 64 images, evenly spread over ``images``; fewer for a very large network."""
    count = affordable(network, min(PROBE_IMAGES, len(images)), PROBE_PRODUCTS)
    chosen = np.linspace(0, len(images) - 1, count).astype(np.intp)
    return ImageSet(images.images[chosen], images.labels[chosen])


def measure(
    network: Network, images: ImageSet, iteration: int = 0, before: Step | None = None
) -> Health:
    """Return how ``network`` does on ``images``, by its plain layers.

    ``network`` must be a copy, as its layers keep what they compute, and batch normalization its
    averages. Loss and activations are those of a network that predicts, gradients those of one
    that trains. ``before`` is an earlier copy of the weights, for :func:`update_ratio`.
    """
    with np.errstate(all="ignore"):  # weights that have exploded are told about in the result
        outputs = activations(network, images.images)
        scores = next(reversed(outputs.values()))
        loss = SoftmaxWithLoss().forward(scores, images.labels)
        gradients = network.gradient(images.images, images.labels)
        layers = tuple(
            _layer_health(network, place, outputs, gradients, before)
            for place in _weighted_layers(network)
        )
    return Health(iteration, loss, network.output_size, len(images), layers)


def update_ratio(before: Array, after: Array, iterations: int) -> float:
    """Return the length of the change of a layer's weights in one iteration, as a share of theirs.

    It is |W - W'| / (|W| · iterations) with Euclidean norms. Over several iterations steps cancel
    out in part, so that one step is at least that long. Source of the figure and of 1e-3 as its
    usual size: Karpathy, CS231n (2015), notes on "Ratio of weights:updates".
    """
    norm = float(np.linalg.norm(after))
    change = float(np.linalg.norm(after - before)) / max(1, iterations)
    return change / norm if norm > 0.0 else 0.0


def dead_share(outputs: Array) -> float:
    """Return the share of ReLUs (N, C, H, W) or (N, D) that give 0 for every one of N images.

    The ReLUs behind a convolution count as one for each filter: at the border of the image many
    a place is always empty. Such a unit gets no gradient from these images (CS231n, notes on
    ReLU: "dead").
    """
    axes = (0, *range(2, outputs.ndim))
    return float((outputs.max(axis=axes) <= 0).mean())


def saturated_share(outputs: Array, activation: Activation) -> float:
    """Return the share of outputs of a sigmoid or tanh within 5 % of their range from its ends.

    The gradient that passes there is at most a fifth of the largest. Source: Glorot and Bengio
    (2010), section 3; the book, section 6.2.
    """
    shares = (outputs + 1) / 2 if activation == "Tanh" else outputs
    return float(((shares < NEAR_THE_END) | (shares > 1 - NEAR_THE_END)).mean())


def quantiles(values: Array) -> Quantiles:
    """Return the values below which the shares :data:`LEVELS` of ``values`` lie; NaN if one is."""
    flat = values.reshape(-1)
    if not np.isfinite(flat).all():
        return np.full(len(LEVELS), np.nan, np.float32)
    lowest, highest = flat.min(), flat.max()
    few = np.sort(flat if len(flat) <= MOST_VALUES else flat[_sampled(len(flat))])
    found = np.interp(LEVELS, np.linspace(0.0, 1.0, len(few)), few)
    found[0], found[-1] = lowest, highest
    return found.astype(np.float32)


@lru_cache(maxsize=32)
def _sampled(count: int) -> NDArray[np.intp]:
    """Return which of ``count`` values stand for all, always the same ones.

    One is drawn from each of :data:`MOST_VALUES` equal stretches: at equal distances, they would
    often all lie in a few columns of the maps.
    """
    edges = np.linspace(0, count, MOST_VALUES + 1)
    shares = np.random.default_rng(0).random(MOST_VALUES)
    return (edges[:-1] + shares * (count / MOST_VALUES)).astype(np.intp)


def histogram(quantiles: Quantiles, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which share of the values (0 to 1) lies between each two of ``edges``.

    It is exact at the quantiles and takes values to be spread evenly between them; what is equal
    to an edge counts to what lies above. NaN if the quantiles are.
    """
    if not np.isfinite(quantiles[-1]):
        return np.full(len(edges) - 1, np.nan)
    # Where many values are the same, as the zeros of ReLU are, the share below jumps: two points.
    q = quantiles.astype(np.float64)
    first = np.searchsorted(q, edges, side="left")
    below = np.interp(edges, q, LEVELS)
    at_quantile = (first < len(q)) & (q[np.minimum(first, len(q) - 1)] == edges)
    below = np.where(at_quantile, LEVELS[np.minimum(first, len(q) - 1)], below)
    below = np.where(edges > q[-1], 1.0, below)
    return np.diff(below)


@dataclass(frozen=True, slots=True)
class _Place:
    """A layer with weights: its name, its number in ``params``, and the activation behind it."""

    name: str
    number: int
    output: str
    activation: Activation


def _weighted_layers(network: Network) -> Sequence[_Place]:
    places: list[_Place] = []
    number = 0
    for name, settings in network.layer_settings:
        number += bool(settings.parameters)
        if "W" in settings.parameters:
            places.append(_Place(name, number, name, ""))
            continue
        kind = _activation(settings)
        if kind and places and not places[-1].activation:
            places[-1] = _Place(places[-1].name, places[-1].number, name, kind)
    return places


def _activation(settings: Any) -> Activation:
    kind = LAYERS.name_of(type(settings))
    kinds: dict[str, Activation] = {"Relu": "Relu", "Sigmoid": "Sigmoid", "Tanh": "Tanh"}
    return kinds.get(kind, "")


def _layer_health(
    network: Network,
    place: _Place,
    outputs: Mapping[str, Array],
    gradients: Mapping[str, Array],
    before: Step | None,
) -> LayerHealth:
    key = f"W{place.number}"
    weights, gradient, out = network.params[key], gradients[key], outputs[place.output]
    return LayerHealth(
        place.name,
        place.activation,
        quantiles(weights),
        quantiles(gradient),
        quantiles(out),
        float(np.linalg.norm(gradient)),
        _idle(out, place.activation),
        None if before is None else update_ratio(before.params[key], weights, before.iterations),
    )


def _idle(out: Array, activation: Activation) -> float | None:
    if not activation:
        return None
    return dead_share(out) if activation == "Relu" else saturated_share(out, activation)
