"""Where the maps of a layer speak for a class: class activation by the gradient (Grad-CAM)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.insight.activations import activations
from convlab.insight.back_at_rest import gradients_at_rest, one_score
from convlab.insight.receptive_field import field_centers
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.tanh import TanhSettings
from convlab.nn.network import NamedLayers, Network
from convlab.nn.types import Array

ACTIVATIONS = (ReluSettings, SigmoidSettings, TanhSettings)
PASSED_OVER = (
    BatchNormalizationSettings,
    LocalResponseNormalizationSettings,
    DropoutSettings,
)


@dataclass(frozen=True, slots=True, eq=False)
class GradCam:
    """``heat`` (h, w) of the maps of ``layer``, and ``weights`` (C,), how much each map counts.

    ``centers`` are those of :func:`convlab.insight.receptive_field.field_centers`.
    """

    layer: str
    heat: Array
    weights: Array
    centers: tuple[float, float]

    def enlarged(self, height: int, width: int) -> Array:
        """Return the heat over the image, each value at the center of what its unit sees.

        Straight lines lie in between, and beyond the outermost centers the heat stays the same.
        """
        down = _stretched(self.heat, height, self.centers)
        return _stretched(down.T, width, self.centers).T


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
    return GradCam(name, heat, weights, field_centers(network, name))


def map_layers(network: Network) -> tuple[str, ...]:
    """Return for each convolution the activation behind it, or itself where there is none.

    Normalization and dropout in between are passed over, anything else is not.
    """
    layers = network.layer_settings
    return tuple(
        _activation_of(layers[number + 1 :]) or name
        for number, (name, settings) in enumerate(layers)
        if isinstance(settings, ConvolutionSettings)
    )


def _activation_of(following: NamedLayers) -> str:
    for name, settings in following:
        if isinstance(settings, ACTIVATIONS):
            return name
        if not isinstance(settings, PASSED_OVER):
            break
    return ""


def _stretched(values: Array, size: int, centers: tuple[float, float]) -> Array:
    """Return ``size`` rows between those of (h, w), which stand at their centers."""
    first, step = centers
    at = np.clip((np.arange(size) - first) / step, 0, len(values) - 1)
    low = np.floor(at).astype(np.intp)
    share = (at - low)[:, np.newaxis]
    return np.asarray(
        (1 - share) * values[low] + share * values[np.minimum(low + 1, len(values) - 1)]
    )
