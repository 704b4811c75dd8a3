"""A score split exactly: into what hidden units, feature maps and pixels add to it.

Every layer is written as y = f(0) + M·x. For affine layers, convolutions, subsampling, average
pooling and a batch normalization at rest, f(0) is the bias and M are the weights; ReLU and max
pooling pass a number on or stop it, as they do with the present image. A sigmoid or a tanh is
replaced by the straight line through its values at 0 and here, and local response normalization by
its present divisor: with these the sum is as exact, but M holds for this very image only.
So the score is the sum of M·x over the outputs of any layer, and of what the f(0) behind it add.
Source: gradient times input with biases (Shrikumar, Greenside and Kundaje, 2017, "DeepLIFT",
the rescale rule with zero as the reference).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.insight.activations import INPUT, activations
from convlab.insight.back_at_rest import gradient_at_rest, one_score
from convlab.nn.layer import Layer
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalization
from convlab.nn.layers.sigmoid import Sigmoid
from convlab.nn.layers.tanh import Tanh
from convlab.nn.network import Network
from convlab.nn.types import Array

BENT = (Sigmoid, Tanh, LocalResponseNormalization)  # no straight pieces, even for one image


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """How ``total`` is split over the outputs of one layer.

    ``values`` are the outputs, (D,) or (C, H, W), ``parts`` what each adds, in the same shape, and
    ``constant`` what the biases between this layer and the whole add. ``total`` is the score, or
    the part of what was chosen in a stage nearer to it.
    """

    layer: str
    values: Array
    parts: Array
    constant: float
    total: float

    @property
    def parts_of_units(self) -> Array:
        """The parts (D,), or (C,) with all of a map's positions added up."""
        return self.parts.sum(axis=(1, 2)) if self.parts.ndim == 3 else self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """The score of a class for one image, and its stages from the one behind to the image."""

    class_number: int
    scores: Array  # (K,)
    stages: tuple[Stage, ...]

    @property
    def score(self) -> float:
        """The score that is split, before the softmax."""
        return float(self.scores[self.class_number])


def contributions(
    network: Network,
    image: NDArray[Any],
    class_number: int | None = None,
    through: Mapping[str, int] | None = None,
) -> Contributions:
    """Split the score of a class, or with None of the answer, for ``image`` (C, H, W).

    ``through`` names a unit, or a map, of some stages by the stage's layer: stages before it split
    only what goes through it. ``network`` computes, so it should be a copy.
    """
    outputs = activations(network, image[np.newaxis])
    scores = outputs[next(reversed(outputs))]
    number = int(scores[0].argmax()) if class_number is None else class_number
    wanted = stage_layers(network)
    stages: list[Stage] = []
    total, constant = float(scores[0, number]), 0.0
    dout = one_score(scores, number)
    names = list(outputs)
    for before, name in zip(names[-2::-1], names[:0:-1], strict=True):
        x, layer = outputs[before], network.layers[name]
        factors, at_zero = _back(layer, x, outputs[name], dout, _flag(network, name))
        constant += float((at_zero * dout).sum())
        dout = factors
        if before in wanted:
            parts = (x * dout)[0]
            stages.append(Stage(before, x[0], parts, constant, total))
            if through and before in through:
                kept = np.arange(len(parts)) == through[before]
                dout = dout * kept.reshape(1, -1, *(1,) * (dout.ndim - 2))
                total, constant = float(parts[kept].sum()), 0.0
    return Contributions(number, scores[0], tuple(stages))


def stage_layers(network: Network) -> tuple[str, ...]:
    """Return the layers at which a score is split, from behind: hidden units, maps, the image.

    The units are what the last affine layer adds up, the maps what the first one does; a network
    may have neither.
    """
    settings = dict(network.layer_settings)
    shapes = {INPUT: network.input_dim, **{s.name: s.output_shape for s in network.layer_shapes}}
    names = [INPUT, *(name for name, s in settings.items() if not isinstance(s, DropoutSettings))]
    affine = [at for at, name in enumerate(names) if isinstance(settings.get(name), AffineSettings)]
    ends = [names[at - 1] for at in (affine[-1], affine[0])] if affine else []
    wanted = [name for name, rank in zip(ends, (1, 3), strict=False) if len(shapes[name]) == rank]
    return tuple(dict.fromkeys([*wanted, INPUT]))


def bent_layers(network: Network) -> tuple[str, ...]:
    """Return the layers that a straight line stands in for; without any, M is the gradient."""
    return tuple(name for name, layer in network.layers.items() if isinstance(layer, BENT))


def patch_sums(parts: Array, side: int) -> Array:
    """Add the parts (C, H, W) of pixels up over squares of ``side``, from the top left.

    Those at the right and at the bottom may be narrower. What returns has a number a square.
    """
    rows, columns = (np.arange(0, size, side) for size in parts.shape[1:])
    by_row = np.add.reduceat(parts.sum(axis=0), rows, axis=0)
    return np.asarray(np.add.reduceat(by_row, columns, axis=1))


def _flag(network: Network, name: str) -> dict[str, bool]:
    return {"train_flg": False} if dict(network.layer_settings)[name].has_train_flg else {}


def _back(
    layer: Layer, x: Array, y: Array, dout: Array, flag: dict[str, bool]
) -> tuple[Array, Array]:
    """Return dout·M in the shape of x, and f(0) in the shape of y."""
    if isinstance(layer, BENT):
        at_zero = layer.forward(np.zeros_like(x))
        # Where x is 0 any factor is right: 0 adds nothing, nor does what it is the sum of.
        factors = np.divide(y - at_zero, x, out=np.zeros_like(x), where=x != 0)
        return dout * factors, at_zero
    back = gradient_at_rest(layer, dout)
    return back, layer.forward(np.zeros_like(x), **flag)
