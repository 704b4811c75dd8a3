"""First-layer filters that are muted, copied or written by hand, and what that costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import ImageSet
from convlab.insight.filter_layers import filter_layers
from convlab.insight.sample_size import affordable
from convlab.nn.engine import Engine
from convlab.nn.functions import class_indices
from convlab.nn.network import Network
from convlab.nn.types import Array

TESTED_IMAGES = 1_000
TESTED_PRODUCTS = 2.5e10  # about a second's work for the engine on one core


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """One filter of a convolution: its weights (C, FH, FW) and its bias."""

    kernel: Array
    bias: float

    @property
    def strength(self) -> float:
        """The Euclidean length of the weights."""
        return float(np.linalg.norm(self.kernel))

    def muted(self) -> "Filter":
        """Return a filter that gives 0 everywhere."""
        return Filter(np.zeros_like(self.kernel), 0.0)

    def scaled_to(self, strength: float) -> "Filter":
        """Return the same pattern with another length of the weights; zeros stay zeros."""
        if self.strength == 0.0:
            return self
        return Filter(self.kernel * self.kernel.dtype.type(strength / self.strength), self.bias)

    def with_weight(self, channel: int | None, row: int, column: int, value: float) -> "Filter":
        """Return a filter with another number at one place, or there in all channels."""
        kernel = self.kernel.copy()
        kernel[slice(None) if channel is None else channel, row, column] = value
        return Filter(kernel, self.bias)

    def with_bias(self, bias: float) -> "Filter":
        """Return the filter with another bias."""
        return Filter(self.kernel, bias)

    def with_pattern(self, pattern: NDArray[np.float64]) -> "Filter":
        """Return a filter of (FH, FW) numbers, shared out among the channels; its bias is 0."""
        channels = len(self.kernel)
        kernel = np.repeat(pattern[np.newaxis] / channels, channels, axis=0)
        return Filter(kernel.astype(self.kernel.dtype), 0.0)


Edits = Mapping[int, Filter]
"""The filters that are not as the network has them, by their number from 0."""


@dataclass(frozen=True, slots=True)
class FirstLayer:
    """The keys under which a network keeps the filters that see the image, and their biases."""

    name: str
    weights: str
    biases: str

    def filters(self, network: Network) -> list[Filter]:
        """Return copies of all filters."""
        weights, biases = network.params[self.weights], network.params[self.biases]
        pairs = zip(weights, biases.tolist(), strict=True)
        return [Filter(kernel.copy(), bias) for kernel, bias in pairs]


def first_layer(network: Network) -> FirstLayer | None:
    """Return where the first convolution has its filters; None if the image meets another layer."""
    layers = filter_layers(network.description)
    if not layers or layers[0].name != network.layer_settings[0][0]:
        return None
    key = layers[0].key
    return FirstLayer(layers[0].name, key, f"b{key.removeprefix('W')}")


def edited(network: Network, edits: Edits) -> Network:
    """Return a network with other filters in its first convolution.

    All other parameters are those of ``network`` themselves: let nobody change them in place.
    """
    layer, params = first_layer(network), dict(network.params)
    if layer is not None:
        weights, biases = params[layer.weights].copy(), params[layer.biases].copy()
        for number, each in edits.items():
            weights[number], biases[number] = each.kernel, each.bias
        params |= {layer.weights: weights, layer.biases: biases}
    return Network.over(network.layer_settings, network.description, params)


def can_edit(network: Network, edits: Edits) -> bool:
    """Return whether the edits fit the filters in the first convolution of ``network``."""
    layer = first_layer(network)
    if layer is None:
        return False
    filters, *shape = network.params[layer.weights].shape
    return all(
        number < filters and each.kernel.shape == tuple(shape) for number, each in edits.items()
    )


@dataclass(frozen=True, slots=True, eq=False)
class ClassAccuracy:
    """How many of the images of each class (K,) are read right, and how many there are.

    Of ``unread`` ones the scores are not finite, so that they are no answer.
    """

    right: NDArray[np.intp]
    count: NDArray[np.intp]
    unread: int = 0

    @property
    def total(self) -> float:
        """The share of all images (0 to 1)."""
        return float(self.right.sum() / max(1, self.count.sum()))

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of each class (K,), 0 to 1; NaN for one without images."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.right / self.count)


def images_to_test(images: ImageSet, network: Network) -> ImageSet:
    """Return up to 1,000 images, evenly spread over ``images``; fewer for a very large network."""
    count = affordable(network, min(TESTED_IMAGES, len(images)), TESTED_PRODUCTS)
    chosen = np.linspace(0, len(images) - 1, count).astype(np.intp)
    return ImageSet(images.images[chosen], images.labels[chosen])


def class_accuracy(network: Network, images: ImageSet) -> ClassAccuracy:
    """Return how well ``network`` reads ``images``, class by class."""
    labels = class_indices(images.labels, network.output_size)
    with np.errstate(all="ignore"):  # a filter written by hand may be as large as one likes
        scores = Engine(network).predict(images.images)
    is_read = np.isfinite(scores).all(axis=1)
    is_right = is_read & (scores.argmax(axis=1) == labels)
    classes = network.output_size
    return ClassAccuracy(
        np.bincount(labels[is_right], minlength=classes),
        np.bincount(labels, minlength=classes),
        int((~is_read).sum()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How well the same images are read before and after filters were edited."""

    before: ClassAccuracy
    after: ClassAccuracy


def change_by(
    network: Network, edits: Edits, images: ImageSet, before: ClassAccuracy | None = None
) -> Change:
    """Return what ``edits`` do to the reading of ``images``; ``before`` saves measuring it."""
    before = before or class_accuracy(network, images)
    return Change(before, class_accuracy(edited(network, edits), images) if edits else before)


def sobel_x(size: int) -> NDArray[np.float64]:
    """Return Sobel's filter for edges from dark at the left to light at the right (FH, FW).

    Source: Sobel and Feldman (1968), as given by Duda and Hart (1973). In a larger filter the
    nine numbers stand in the middle.
    """
    return _in_middle([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], size)


def sobel_y(size: int) -> NDArray[np.float64]:
    """Return Sobel's filter for edges from dark above to light below."""
    return sobel_x(size).T.copy()


def laplacian(size: int) -> NDArray[np.float64]:
    """Return the discrete Laplacian with its sign turned: what is lighter than its neighbors."""
    return _in_middle([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], size)


def blob(size: int) -> NDArray[np.float64]:
    """Return a round light spot on a darker ring: a Gaussian less its mean, 1 in the middle."""
    _check_size(size)
    at = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(at**2) / (2 * (size / 5) ** 2))
    spot = np.outer(bell, bell)
    spot -= spot.mean()
    return np.asarray(spot / spot.max())


def average(size: int) -> NDArray[np.float64]:
    """Return the filter that takes the mean of what it sees, which blurs a picture."""
    return np.full((size, size), 1 / size**2)


PRESETS: dict[str, Callable[[int], NDArray[np.float64]]] = {
    "Sobel x": sobel_x,
    "Sobel y": sobel_y,
    "Laplacian": laplacian,
    "Blob": blob,
    "Average": average,
}
SMALLEST_PRESET = {"Sobel x": 3, "Sobel y": 3, "Laplacian": 3, "Blob": 3}
"""The edge from which on a preset fits; those that are not named fit any filter."""


def _in_middle(pattern: list[list[int]], size: int) -> NDArray[np.float64]:
    """Return a 3x3 pattern in the middle of zeros."""
    _check_size(size)
    whole = np.zeros((size, size))
    start = (size - 3) // 2
    whole[start : start + 3, start : start + 3] = pattern
    return whole


def _check_size(size: int) -> None:
    if size < 3:
        raise ValueError(f"the pattern does not fit a filter of {size}×{size}")
