"""The image that a filter answers to most strongly, found by climbing its gradient from noise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convlab.errors import ConvlabError
from convlab.insight.back_at_rest import gradients_at_rest
from convlab.insight.exciting_patches import chunk_size
from convlab.nn.network import Network
from convlab.nn.types import Array

STEPS = 48
RATE = 0.1  # how far a pixel moves in a step whose gradient is as steep as is usual in the image
DECAY = 0.002  # of every pixel in a step; what the filter does not care for turns black
# Where layers lie before, single pixels excite a filter as well as strokes do. There:
DEEP_DECAY = 0.02
BLUR = 0.05  # how much of its neighbors a pixel takes on in a step
GRADIENT_BLUR = 0.5  # the same of the gradient, PASSES times
PASSES = 2
FIRST_NOISE = 0.1  # the brightest pixel of the noise at the start
MOST_AT_ONCE = 8  # filters that climb together

Report = Callable[[int, int, object], None]


@dataclass(frozen=True, slots=True, eq=False)
class MaximizingImages:
    """Images (F, C, H, W) with pixels from 0 to 1, what each filter puts out, and where.

    ``values`` (F,) is the output of the unit at ``row`` and ``column`` of the filter's map, NaN
    of filters whose turn has not come.
    """

    images: Array
    values: Array
    row: int
    column: int


def maximizing_images(
    network: Network,
    layer: str,
    rng: np.random.Generator,
    report: Report | None = None,
    steps: int = STEPS,
) -> MaximizingImages:
    """Climb, for each filter of a convolution, the output of the unit in the middle of its map.

    The pixels stay between 0 and 1 and decay a little in each step. Behind the first convolution
    they decay more, and they and the gradient are blurred, or noise would win: that costs about a
    tenth of the output and shows strokes. ``report`` is told the steps done, those in all and
    the images so far; what it raises ends the climb. ``network`` computes, so it should be a copy.
    Raises :class:`ConvlabError` where the weights give no numbers.
    Source: Erhan and others (2009); decay and blur of the image: Yosinski and others (2015); of
    the gradient, before its noise gets into the image: Olah and others (2017).
    """
    filters, height, width = next(s for s in network.layer_shapes if s.name == layer).output_shape
    row, column = height // 2, width // 2
    shape = (filters, *network.input_dim)
    images = (FIRST_NOISE * rng.random(shape)).astype(network.dtype)
    found = MaximizingImages(images, np.full(filters, np.nan), row, column)
    is_deep = layer != next(iter(network.layers))
    size = min(MOST_AT_ONCE, chunk_size(network, layer))
    chunks = [slice(at, min(at + size, filters)) for at in range(0, filters, size)]
    for number, chunk in enumerate(chunks):
        for step in range(steps + 1):
            values, gradient = _climb(network, layer, images[chunk], chunk.start, (row, column))
            found.values[chunk] = values
            if report is not None:
                done = number * steps + step
                report(
                    done,
                    len(chunks) * steps,
                    MaximizingImages(images.copy(), found.values.copy(), row, column),
                )
            if step < steps:
                images[chunk] = _stepped(images[chunk], gradient, is_deep)
    if not np.isfinite(found.values).all():
        raise ConvlabError("The weights give no finite numbers; train again at a lower rate.")
    return found


def _climb(
    network: Network, layer: str, images: Array, first: int, unit: tuple[int, int]
) -> tuple[Array, Array]:
    """Return the outputs (n,) of filters ``first`` on, each for its image, and the gradients."""
    x = images
    for name, settings in network.layer_settings:
        x = network.layers[name].forward(
            x, **({"train_flg": False} if settings.has_train_flg else {})
        )
        if name == layer:
            break
    own = np.arange(len(images))
    place = (own, own + first, *unit)
    dout = np.zeros_like(x)
    dout[place] = 1
    values = x[place]
    for _, gradient in gradients_at_rest(network, dout, layer):
        dout = gradient
    return values, dout


def _stepped(images: Array, gradient: Array, is_deep: bool) -> Array:
    for _ in range(PASSES if is_deep else 0):
        gradient = _blurred(gradient, GRADIENT_BLUR)
    seen = np.maximum((gradient != 0).sum(axis=(1, 2, 3), keepdims=True), 1)
    usual = np.sqrt((gradient**2).sum(axis=(1, 2, 3), keepdims=True) / seen)
    steps = np.divide(gradient, usual, out=np.zeros_like(gradient), where=usual > 0)
    moved = (1 - (DEEP_DECAY if is_deep else DECAY)) * images + RATE * steps
    if is_deep:
        moved = _blurred(moved, BLUR)
    return np.asarray(np.clip(moved, 0, 1), dtype=images.dtype)


def _blurred(images: Array, share: float) -> Array:
    """Return images (N, C, H, W) whose pixels take on a share of the mean of their neighbors."""
    return (1 - share) * images + share * _neighbors(images)


def _neighbors(images: Array) -> Array:
    """Return the mean of the four pixels next to each one, those at the edge being repeated."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    up, down = padded[:, :, :-2, 1:-1], padded[:, :, 2:, 1:-1]
    left, right = padded[:, :, 1:-1, :-2], padded[:, :, 1:-1, 2:]
    return np.asarray((up + down + left + right) / 4)
