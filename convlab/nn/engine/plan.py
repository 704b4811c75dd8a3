"""A plan: the stages through which a shard of a fixed size goes, with their buffers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convlab.nn.engine.affine import AffineHead
from convlab.nn.engine.blocks import BlockStage, block_rows
from convlab.nn.engine.convolution import ConvolutionHead
from convlab.nn.engine.elementwise import Bias, Relu, Sigmoid
from convlab.nn.engine.layout import Layout
from convlab.nn.engine.max_pooling import MaxPooling
from convlab.nn.engine.parts import Follower, Head, Part, batch_last
from convlab.nn.engine.plain import PlainStage
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

_ELEMENTWISE = {ReluSettings: Relu, SigmoidSettings: Sigmoid}


class Stage(Protocol):
    """A step over whole arrays (H, C, W, N) of one shard."""

    def forward(self, x: Array) -> Array:
        """Return the output; it is overwritten by the next call."""

    def backward(self, dy: Array) -> None:
        """Compute the gradients of the parameters from dL/dy, which is used up."""

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""


class Plan:
    """Computes scores, and with ``training`` gradients, for shards of ``samples`` images.

    ``params`` and ``grads`` are the flat vectors whose parts ``places`` names; the plan reads the
    one and writes the other. Stages are made once.
    """

    def __init__(
        self,
        network: Network,
        places: dict[str, Layout],
        params: Array,
        grads: Array,
        samples: int,
        training: bool,
        seed: int = 0,
    ) -> None:
        self._network = network
        self._samples = samples
        h, c, w = batch_last(network.input_dim)
        self._x = np.empty((h, c, w, samples), network.dtype)
        self._stages = _stages(_parts(network, places, params, grads, samples, training, seed))

    def forward(self, images: NDArray[Any]) -> Array:
        """Return the scores (K, N) of images (N, C, H, W); pixels are scaled as a network does."""
        turned = images.reshape(self._samples, *self._network.input_dim).transpose(2, 1, 3, 0)
        if images.dtype == np.uint8:
            np.multiply(turned, self._x.dtype.type(1 / 255), out=self._x)
        else:
            self._x[...] = turned
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
    places: dict[str, Layout],
    params: Array,
    grads: Array,
    samples: int,
    training: bool,
    seed: int,
) -> list[Part]:
    parts = []
    shape: tuple[int, ...] = network.input_dim
    number = 0
    for index, ((_, settings), layer) in enumerate(
        zip(network.layer_settings, network.layer_shapes, strict=True)
    ):
        number += bool(settings.parameters)
        own = {key: places[f"{key}{number}"] for key in settings.parameters}
        parts.append(
            Part(
                settings=settings,
                input_shape=shape,
                output_shape=layer.output_shape,
                params={key: layout.view(params) for key, layout in own.items()},
                grads={key: layout.view(grads) for key, layout in own.items()},
                samples=samples,
                training=training,
                needs_dx=index > 0,
                dtype=network.dtype,
                seed=(seed, index),
            )
        )
        shape = layer.output_shape
    return parts


def _stages(parts: Sequence[Part]) -> list[Stage]:
    """Group the layers: whatever a head can take along becomes its follower."""
    stages: list[Stage] = []
    position = 0
    while position < len(parts):
        head = parts[position]
        if not _is_head(head):
            stages.append(PlainStage(head))
            position += 1
            continue
        following = _following(parts[position + 1 :])
        stages.append(_block_stage(head, following))
        position += 1 + len(following)
    return stages


def _is_head(part: Part) -> bool:
    if isinstance(part.settings, ConvolutionSettings):
        return part.settings.pad < part.settings.filter_size
    return isinstance(part.settings, AffineSettings)


def _following(parts: Sequence[Part]) -> list[Part]:
    """Return the layers that can share a head's blocks: at most one of them pools."""
    following: list[Part] = []
    pooled = False
    for part in parts:
        pools = _pools_locally(part)
        if not pools and type(part.settings) not in _ELEMENTWISE:
            break
        if pools and pooled:
            break
        pooled |= pools
        following.append(part)
    return following


def _pools_locally(part: Part) -> bool:
    settings = part.settings
    return isinstance(settings, PoolingSettings) and settings.stride == settings.pool_size


def _block_stage(part: Part, following: Sequence[Part]) -> BlockStage:
    pool = next((f for f in following if _pools_locally(f)), None)
    ratio = pool.settings.pool_size if pool and isinstance(pool.settings, PoolingSettings) else 1
    head: Head = (
        ConvolutionHead(part, ratio)
        if isinstance(part.settings, ConvolutionSettings)
        else AffineHead(part)
    )
    _, c, w = head.shape
    rows = block_rows(head.shape, c * w * part.samples * part.dtype.itemsize, ratio)
    followers = _followers(part, list(following), rows, ratio)
    y = part.buffer(*batch_last((following or [part])[-1].output_shape))
    return BlockStage(head, followers, y, rows)


def _followers(part: Part, following: list[Part], rows: int, ratio: int) -> list[Follower]:
    """Make the followers, the head's bias among them.

    Max pooling goes before ReLU and the bias: the largest value stays the largest when the same
    bias is added to all and what is negative is cut, so function and gradient are the same, for
    a fraction of the work.
    """
    bias = replace(part, input_shape=part.output_shape)
    kinds = [type(f.settings) for f in following]
    if _pools_first(kinds) and _pools_locally(following[kinds.index(PoolingSettings)]):
        pool = following.pop(kinds.index(PoolingSettings))
        order = [pool, replace(bias, output_shape=pool.output_shape)]
        order += [replace(f, output_shape=pool.output_shape) for f in following]
    else:
        order = [bias, *following]
    followers: list[Follower] = []
    for f in order:
        if f.settings is part.settings:
            followers.append(Bias(f, rows * ratio))
        elif isinstance(f.settings, PoolingSettings):
            followers.append(MaxPooling(f, rows))
            ratio = 1
        else:
            followers.append(_ELEMENTWISE[type(f.settings)](f, rows * ratio))
    return followers


def _pools_first(kinds: list[type]) -> bool:
    return kinds[:1] == [PoolingSettings] or kinds[:2] == [ReluSettings, PoolingSettings]
