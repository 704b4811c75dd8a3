"""What each layer of a network costs: numbers that follow from shapes, and measured ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.layer import Layer, LayerSettings
from convlab.nn.layers.convolution import Convolution
from convlab.nn.network import LayerShape, Network
from convlab.nn.types import Array

BATCH = 100  # images
LARGEST_LAYER = 32_000_000  # numbers that one layer may hold at a time while it is measured
LONG = 0.5  # seconds; what takes as long is measured once
NOISE = 0.25  # of a time, by which it may differ from the one before
SHORTEST = 0.05  # milliseconds; differences as short do not count
REPEATS = 3  # of which the fastest counts: the others were disturbed


@dataclass(frozen=True, slots=True)
class Measured:
    """What a layer took for a batch: bytes that it held, milliseconds forward and backward."""

    held: int
    forward: float
    backward: float

    def least(self, other: "Measured") -> "Measured":
        """Return the shorter times of two measurements: what took longer was disturbed."""
        forward, backward = min(self.forward, other.forward), min(self.backward, other.backward)
        return Measured(other.held, forward, backward)

    def agrees(self, other: "Measured") -> bool:
        """Return whether the times of both differ by no more than they do without disturbance."""
        pairs = ((self.forward, other.forward), (self.backward, other.backward))
        return all(abs(a - b) <= max(NOISE * min(a, b), SHORTEST) for a, b in pairs)


def multiply_adds(layer: LayerShape) -> int:
    """Return how many products of a weight and an input the layer adds up for one image.

    Layers without weights have none; their comparisons and functions are not counted.
    """
    return prod(layer.output_shape) * layer.fan_in if layer.parameter_shapes else 0


def batch_size(layers: Sequence[LayerShape]) -> int:
    """Return how many images to measure with: 100, or fewer where a layer would be too large."""
    largest = max(prod(layer.output_shape[1:]) * layer.fan_in for layer in layers)
    return max(1, min(BATCH, LARGEST_LAYER // largest))


def measure(network: Network, images: NDArray[Any]) -> dict[str, Measured]:
    """Return what every layer takes for a batch of images (N, C, H, W), uint8 or floats.

    The plain layers of the book are measured, each on the output of the one before and on random
    gradients, and each alone: a layer is made anew and given up again, so that the largest one
    says how much memory is needed. ``network`` is not changed, but must not change meanwhile.
    """
    rng = np.random.default_rng(0)
    x: Array = images.astype(network.dtype)
    if images.dtype == np.uint8:
        x /= network.dtype.type(255)
    measured = {}
    for number, (name, settings) in enumerate(network.layer_settings):
        params = {key: getattr(network.layers[name], key) for key in settings.parameters}
        out, measured[name] = _measure_one(settings, params, x, rng, is_first=number == 0)
        x = np.ascontiguousarray(out)
    return measured


def held_bytes(layer: Layer, x: Array, out: Array) -> int:
    """Return the bytes of all arrays that a layer holds after a backward, its output among them.

    What belongs to its input x, which the layer before holds, is not counted.
    """
    arrays = [value for value in vars(layer).values() if isinstance(value, np.ndarray)]
    owners = {id(owner): owner for owner in map(_owner, [*arrays, out])}
    owners.pop(id(_owner(x)), None)
    return sum(owner.nbytes for owner in owners.values())


def _measure_one(
    settings: LayerSettings,
    params: Mapping[str, Array],
    x: Array,
    rng: np.random.Generator,
    *,
    is_first: bool,
) -> tuple[Array, Measured]:
    if settings.needs_whole_batch:  # such layers keep running averages in their parameters
        params = {name: array.copy() for name, array in params.items()}
    layer = settings.make(params)
    flag = {"train_flg": True} if settings.has_train_flg else {}
    best = [np.inf, np.inf]
    for _ in range(REPEATS):
        start = perf_counter()
        out = layer.forward(x, **flag)
        middle = perf_counter()
        dout = rng.standard_normal(out.shape, dtype=np.float32).astype(out.dtype, copy=False)
        begin = perf_counter()
        if is_first and isinstance(layer, Convolution):
            layer.backward_params(dout)  # as in training, which needs no gradient of the image
        else:
            layer.backward(dout)
        end = perf_counter()
        best = [min(best[0], middle - start), min(best[1], end - begin)]
        if sum(best) > LONG:
            break
    forward, backward = (1000 * seconds for seconds in best)
    return out, Measured(held_bytes(layer, x, out), forward, backward)


def _owner(array: Array) -> Array:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
