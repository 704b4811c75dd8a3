"""One filter on a picture of any size, as in the book's section 7.6."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.tanh import TanhSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

NAMES: dict[type, str] = {ReluSettings: "ReLU", SigmoidSettings: "Sigmoid", TanhSettings: "Tanh"}
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "ReLU": lambda x: np.maximum(x, 0),
    "Sigmoid": lambda x: 0.5 * (np.tanh(0.5 * x) + 1),
    "Tanh": np.tanh,
}


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """A picture (C, H, W), the filter (C, FH, FW) that was laid on it, and what came of it.

    ``response`` is :func:`response`, and ``after`` what the activation named ``activation``
    leaves of it: ReLU, Sigmoid or Tanh.
    """

    picture: NDArray[np.uint8]
    kernel: Array
    response: Array
    after: Array
    activation: str = "ReLU"


def apply_filter(
    picture: NDArray[np.uint8], kernel: Array, bias: float = 0.0, activation: str = "ReLU"
) -> Applied:
    """Lay a filter on a picture, as :func:`response` does; numbers may be as large as one likes."""
    with np.errstate(all="ignore"):
        before = response(picture, kernel, bias)
        after = FUNCTIONS[activation](before)
    return Applied(picture, kernel, before, after, activation)


def activation_behind(network: Network, layer: str) -> str:
    """Return which of :data:`FUNCTIONS` directly follows a layer; empty if another layer does."""
    names = [name for name, _ in network.layer_settings]
    following = names.index(layer) + 1
    if following == len(names):
        return ""
    return NAMES.get(type(network.layer_settings[following][1]), "")


def response(picture: NDArray[Any], kernel: Array, bias: float = 0.0) -> Array:
    """Return what a filter makes of a picture, before activation: (H - FH + 1, W - FW + 1).

    ``picture`` is (C, H, W), uint8 pixels, which are divided by 255, or floats; ``kernel`` is
    (C, FH, FW). A picture or a filter of one channel stands for all channels of the other. The
    filter moves by one pixel and never beyond the edge, whatever stride and pad the network has.
    An empty array comes of a picture that is smaller than the filter.
    """
    kernel = _on_channels(kernel, len(picture))
    if len(picture) == 1 and len(kernel) > 1:
        kernel = kernel.sum(axis=0, keepdims=True)  # gray: the same in every channel
    channels, filter_h, filter_w = kernel.shape
    height = max(0, picture.shape[1] - filter_h + 1)
    width = max(0, picture.shape[2] - filter_w + 1)
    numbers = picture.astype(kernel.dtype)
    if picture.dtype == np.uint8:
        numbers /= kernel.dtype.type(255)
    out = np.full((height, width), bias, kernel.dtype)
    if not out.size:
        return out
    part = np.empty_like(out)
    for channel in range(channels):
        for y in range(filter_h):
            for x in range(filter_w):
                shifted = numbers[channel, y : y + height, x : x + width]
                out += np.multiply(shifted, kernel[channel, y, x], out=part)
    return out


def _on_channels(kernel: Array, channels: int) -> Array:
    """Return a kernel of one channel for a picture of several: it takes their mean."""
    if len(kernel) == 1 and channels > 1:
        return np.repeat(kernel / channels, channels, axis=0)
    return kernel
