"""Where the maps of a layer speak for a class: class activation by the gradient (Grad-CAM)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.insight.activations import INPUT, activations
from convlab.insight.back_at_rest import gradients_at_rest, one_score
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.network import Network
from convlab.nn.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class GradCam:
    """``heat`` (h, w) of the maps of ``layer``, and ``weights`` (C,), how much each map counts."""

    layer: str
    heat: Array
    weights: Array

    def enlarged(self, height: int, width: int) -> Array:
        """Return the heat stretched to the size of the image, straight lines in between."""
        return _stretched(_stretched(self.heat, height).T, width).T


def grad_cam(
    network: Network, image: NDArray[Any], class_number: int, layer: str = ""
) -> GradCam | None:
    """Weigh the maps of ``layer`` by the mean gradient of a class's score, add, drop negatives.

    Without a name, or with one that has no maps, it is the last layer of :func:`map_layers`; None
    where the network has none. ``network`` computes, so it should be a copy.
    Source: Selvaraju and others (2017), equations 1 and 2.
    """
    layers = map_layers(network)
    if not layers:
        return None
    name = layer if layer in layers else layers[-1]
    outputs = activations(network, image[np.newaxis])
    dout = one_score(outputs[next(reversed(outputs))], class_number)
    gradient = dict(gradients_at_rest(network, dout))[name][0]
    weights = gradient.mean(axis=(1, 2))
    heat = np.maximum(np.tensordot(weights, outputs[name][0], axes=1), 0)
    return GradCam(name, heat, weights)


def map_layers(network: Network) -> tuple[str, ...]:
    """Return what follows each convolution: its activation, or itself if a pooling comes next."""
    names = [INPUT, *network.layers]
    shapes = {shape.name: shape.output_shape for shape in network.layer_shapes}
    chosen = []
    for name, settings in network.layer_settings:
        if isinstance(settings, ConvolutionSettings):
            after = names[names.index(name) + 1 :][:1]
            is_activation = bool(after) and shapes[after[0]] == shapes[name]
            chosen.append(after[0] if is_activation else name)
    return tuple(chosen)


def _stretched(values: Array, size: int) -> Array:
    """Return ``size`` rows between those of (h, w), which stand for equal bands of the image."""
    at = np.clip((np.arange(size) + 0.5) * len(values) / size - 0.5, 0, len(values) - 1)
    low = np.floor(at).astype(np.intp)
    share = (at - low)[:, np.newaxis]
    return np.asarray(
        (1 - share) * values[low] + share * values[np.minimum(low + 1, len(values) - 1)]
    )
