"""The way back through a network that predicts: what its layers' own ``backward`` leaves open."""

from collections.abc import Iterator

import numpy as np

from convlab.insight.activations import INPUT
from convlab.nn.layer import Layer
from convlab.nn.layers.batch_normalization import BatchNormalization
from convlab.nn.network import Network
from convlab.nn.types import Array


def gradient_at_rest(layer: Layer, dout: Array) -> Array:
    """Return dL/dx of a layer whose last ``forward`` was one of predicting.

    Batch normalization stands still then: running averages take the place of the batch's, so it
    is one factor a channel. All other layers go back as they do in training.
    """
    if isinstance(layer, BatchNormalization):
        return dout * _factor(layer).reshape(-1, *(1,) * (dout.ndim - 2))
    return layer.backward(dout)


def gradients_at_rest(
    network: Network, dout: Array, start: str = ""
) -> Iterator[tuple[str, Array]]:
    """Yield the gradient with respect to every layer's output, from the last to the input.

    ``dout`` is that of the output of ``start``, or of the scores (N, K), and is yielded first.
    The images have gone forward through ``network`` before, as by :func:`activations`.
    """
    names = [INPUT, *network.layers]
    names = names[: names.index(start) + 1] if start else names
    yield names[-1], dout
    for before, name in zip(names[-2::-1], names[:0:-1], strict=True):
        dout = gradient_at_rest(network.layers[name], dout)
        yield before, dout


def one_score(scores: Array, class_number: int) -> Array:
    """Return the gradient (N, K) of the score of one class with respect to all scores."""
    dout = np.zeros_like(scores)
    dout[:, class_number] = 1
    return dout


def _factor(layer: BatchNormalization) -> Array:
    """Return gamma / deviation (C,), as the layer itself works it out."""
    one = np.ones_like(layer.gamma)[np.newaxis]
    at_zero = layer.forward(np.zeros_like(one), train_flg=False)
    return np.asarray((layer.forward(one, train_flg=False) - at_zero)[0])
