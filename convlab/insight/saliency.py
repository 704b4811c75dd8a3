"""Which pixels would move a score at once: its gradient with respect to the image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.insight.activations import activations
from convlab.insight.back_at_rest import gradients_at_rest, one_score
from convlab.nn.network import Network
from convlab.nn.types import Array


def saliency(network: Network, image: NDArray[Any], class_number: int) -> Array:
    """Return the gradient (C, H, W) of a class's score, a pixel running from 0 to 1.

    A pixel brighter by a small step changes the score by the gradient times that step, unless
    values tie, as in max pooling of a blank area: backward follows one of them, and another may
    become the largest.
    ``network`` computes, so it should be a copy. Source: Simonyan, Vedaldi and Zisserman (2013).
    """
    outputs = activations(network, image[np.newaxis])
    dout = one_score(outputs[next(reversed(outputs))], class_number)
    for _, gradient in gradients_at_rest(network, dout):
        dout = gradient
    return np.asarray(dout[0])


def strongest_channel(gradient: Array) -> Array:
    """Return for each pixel of (C, H, W) the number that is largest in size, with its sign."""
    strongest = np.abs(gradient).argmax(axis=0)[np.newaxis]
    return np.asarray(np.take_along_axis(gradient, strongest, axis=0)[0])
