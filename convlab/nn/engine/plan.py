"""A plan: the stages through which a shard of a fixed size goes, with their buffers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.engine import winograd
from convlab.nn.engine.affine import AffineHead
from convlab.nn.engine.averaging import AveragePooling, Subsampling
from convlab.nn.engine.blocks import BlockStage, block_rows
from convlab.nn.engine.convolution import ConvolutionHead
from convlab.nn.engine.elementwise import Bias, Dropout, Relu, Sigmoid, Tanh
from convlab.nn.engine.layout import Layout, has_fast_head
from convlab.nn.engine.max_pooling import MaxPooling
from convlab.nn.engine.normalization import LocalResponseNormalization
from convlab.nn.engine.overlapping_pooling import OverlappingPoolingStage
from convlab.nn.engine.parts import Clock, Follower, Head, Part, Stage, batch_last
from convlab.nn.engine.pass_on import PassOnHead
from convlab.nn.engine.plain import PlainStage
from convlab.nn.engine.winograd import WinogradHead
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.layers.tanh import TanhSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

# The fast kernels of layers that can follow a head. What is not here runs as a plain layer.
_FOLLOWERS: dict[type[LayerSettings], type[Follower]] = {
    AveragePoolingSettings: AveragePooling,
    DropoutSettings: Dropout,
    LocalResponseNormalizationSettings: LocalResponseNormalization,
    PoolingSettings: MaxPooling,
    ReluSettings: Relu,
    SigmoidSettings: Sigmoid,
    SubsamplingSettings: Subsampling,
    TanhSettings: Tanh,
}
Kinds = list[tuple[type[Follower], Part]]  # followers to be made, in order
_POOLS = (AveragePoolingSettings, PoolingSettings, SubsamplingSettings)


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """What a plan is for: how many samples, training or not, and what its dropout depends on."""

    samples: int
    training: bool
    seed: tuple[int, ...]
    clock: Clock


class Plan:
    """Computes scores, and with ``training`` gradients, for shards of one size.

    ``params`` and ``grads`` are the flat vectors whose parts ``layouts`` names; the plan reads
    the one and writes the other.
    """

    def __init__(
        self,
        network: Network,
        layouts: Mapping[str, Layout],
        params: Array,
        grads: Array,
        place: PlanPlace,
    ) -> None:
        self._input_dim = network.input_dim
        self._samples = place.samples
        self._x = np.empty((*batch_last(network.input_dim), place.samples), network.dtype)
        self._stages = _stages(_parts(network, layouts, params, grads, place))

    def forward(self, images: NDArray[Any]) -> Array:
        """Return the scores (K, N) of images (N, C, H, W); pixels are scaled as a network does."""
        turned = images.reshape(self._samples, *self._input_dim).transpose(2, 1, 3, 0)
        self._x[...] = turned
        if images.dtype == np.uint8:
            np.divide(self._x, 255, out=self._x)
        x = self._x
        for stage in self._stages:
            x = stage.forward(x)
        return x.reshape(-1, self._samples)

    def backward(self, dscores: Array) -> None:
        """Write the gradients for dL/dscores (K, N); it is used up."""
        dy = dscores.reshape(1, -1, 1, self._samples)
        for stage in reversed(self._stages):
            stage.backward(dy)
            if stage is not self._stages[0]:
                dy = stage.input_gradient()


def _parts(
    network: Network,
    layouts: Mapping[str, Layout],
    params: Array,
    grads: Array,
    place: PlanPlace,
) -> list[Part]:
    parts = []
    shape: tuple[int, ...] = network.input_dim
    number = 0
    layers = zip(network.layer_settings, network.layer_shapes, strict=True)
    for index, ((_, settings), layer) in enumerate(layers):
        number += bool(settings.parameters)
        own = {key: layouts[f"{key}{number}"] for key in settings.parameters}
        parts.append(
            Part(
                settings=settings,
                input_shape=shape,
                output_shape=layer.output_shape,
                params={key: layout.view(params) for key, layout in own.items()},
                grads={key: layout.view(grads) for key, layout in own.items()},
                samples=place.samples,
                training=place.training,
                needs_dx=index > 0,
                dtype=network.dtype,
                seed=(*place.seed, index),
                clock=place.clock,
            )
        )
        shape = layer.output_shape
    return parts


def _stages(parts: Sequence[Part]) -> list[Stage]:
    """Group the layers: whatever a head can take along becomes its follower."""
    stages: list[Stage] = []
    position = 0
    while position < len(parts):
        part = parts[position]
        headed = has_fast_head(part.settings)
        following = _following(parts[position + headed :])
        if headed or following:
            stages.append(_block_stage(part, following, headed=headed))
            position += headed + len(following)
        else:
            pools = type(part.settings) is PoolingSettings
            stages.append(OverlappingPoolingStage(part) if pools else PlainStage(part))
            position += 1
    return stages


def _following(parts: Sequence[Part]) -> list[Part]:
    """Return the first layers of ``parts`` that can share a stage: at most one of them pools."""
    following: list[Part] = []
    for part in parts:
        pools = _pool_size(part) > 0
        fast = type(part.settings) in _FOLLOWERS and (pools or not _is_pool(part))
        if not fast or (pools and any(_is_pool(f) for f in following)):
            break
        following.append(part)
    return following


def _is_pool(part: Part) -> bool:
    return isinstance(part.settings, _POOLS)


def _pool_size(part: Part) -> int:
    """Return the edge of the windows of a pool whose windows touch; 0 for anything else."""
    match part.settings:
        case PoolingSettings(pool_size=size, stride=stride):
            return size if size == stride else 0
        case SubsamplingSettings(pool_size=size):
            return size
    return 0


def _block_stage(part: Part, following: Sequence[Part], *, headed: bool) -> BlockStage:
    ratio = max((_pool_size(f) for f in following), default=0) or 1
    kinds = [(_FOLLOWERS[type(f.settings)], f) for f in following]
    head: Head
    if not headed:
        head = PassOnHead(part, ratio)
    elif isinstance(part.settings, ConvolutionSettings):
        fits = winograd.suits(part, ratio)
        head = WinogradHead(part, ratio) if fits else ConvolutionHead(part, ratio)
    else:
        head = AffineHead(part)
    if headed:
        kinds = _with_bias(part, kinds)
    residues, height, channels, width = head.shape
    row_bytes = residues * channels * width * part.samples * part.dtype.itemsize
    rows = block_rows(height, row_bytes, ratio)
    followers: list[Follower] = []
    unpooled = ratio
    for kind, f in kinds:
        if _is_pool(f):
            unpooled = 1
        followers.append(kind(replace(f, residues=unpooled), rows * unpooled))
    y = part.buffer(*batch_last(kinds[-1][1].output_shape))
    return BlockStage(head, followers, y, rows)


def _with_bias(part: Part, kinds: Kinds) -> Kinds:
    """Return the followers with the head's own bias among them.

    Max pooling goes before ReLU and the bias: the largest value stays the largest when the same
    bias is added to all and what is negative is cut, so function and gradient are the same, for
    a fraction of the work.
    """
    names = [kind for kind, _ in kinds]
    if names[:1] != [MaxPooling] and names[:2] != [Relu, MaxPooling]:
        return [(Bias, part), *kinds]
    place = names.index(MaxPooling)
    pool = kinds[place][1]
    others: Kinds = [(Bias, part), *kinds[:place], *kinds[place + 1 :]]
    return [
        (MaxPooling, pool),
        *((kind, replace(f, output_shape=pool.output_shape)) for kind, f in others),
    ]
