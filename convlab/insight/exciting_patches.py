"""The patches of many images that excite each filter of a convolution most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConvlabError
from convlab.nn.layer import Layer
from convlab.nn.network import Network
from convlab.nn.types import Array

MOST_NUMBERS = 1 << 22  # of the windows of a chunk, so that these stay near the cores
LARGEST_CHUNK = 200  # images

Report = Callable[[int, int, object], None]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ExcitingPatches:
    """For each of F filters the best units, best first; all arrays (F, N) or with fewer columns.

    ``values`` is what the convolution puts out there, its bias included; ``images`` counts the
    image from 0, and ``rows`` and ``columns`` tell the unit in the filter's map.
    """

    values: Array
    images: Ints
    rows: Ints
    columns: Ints

    @property
    def count(self) -> int:
        """How many patches each filter has."""
        return len(self.values[0])

    def merged(self, others: "ExcitingPatches", count: int) -> "ExcitingPatches":
        """Return the best ``count`` of both; of equal ones those that are here come first."""
        values = np.concatenate([self.values, others.values], axis=1)
        order = np.argsort(-values, axis=1, kind="stable")[:, :count]

        def best(mine: Ints, theirs: Ints) -> Ints:
            both = np.concatenate([mine, theirs], axis=1)
            return np.asarray(np.take_along_axis(both, order, axis=1))

        return ExcitingPatches(
            np.asarray(np.take_along_axis(values, order, axis=1)),
            best(self.images, others.images),
            best(self.rows, others.rows),
            best(self.columns, others.columns),
        )


def exciting_patches(
    network: Network,
    layer: str,
    images: NDArray[np.uint8],
    count: int = 9,
    report: Report | None = None,
) -> ExcitingPatches:
    """Look through ``images`` (N, C, H, W) for the ``count`` patches that excite each filter most.

    Of each image only its best patch counts; otherwise one image would often fill the row with
    patches a pixel apart. ``report`` is told the images done, those in all and the best so far;
    what it raises ends the search. ``network`` computes, so it should be a copy. Raises
    :class:`ConvlabError` where the weights give no numbers. Source: Zeiler and Fergus (2014).
    """
    layers = _layers_up_to(network, layer)
    shape = next(s for s in network.layer_shapes if s.name == layer).output_shape
    best = _none(shape[0], network)
    size = chunk_size(network, layer)
    for start in range(0, len(images), size):
        x = images[start : start + size].astype(network.dtype)
        x /= network.dtype.type(255)
        with np.errstate(all="ignore"):  # weights that are not finite are told, not warned about
            for each, flag in layers:
                x = each.forward(x, **flag)
        best = best.merged(_best_of_chunk(x, start, best, count), count)
        if report is not None:
            report(min(start + size, len(images)), len(images), best)
    if not np.isfinite(best.values).all():
        raise ConvlabError("The weights give no finite numbers; train again at a lower rate.")
    return best


def multiply_adds(network: Network, layer: str) -> float:
    """Count the multiplications of the convolutions up to ``layer``, for one image."""
    total = 0.0
    for shape in network.layer_shapes:
        if len(shape.parameter_shapes.get("W", ())) > 1:
            total += shape.fan_in * np.prod(shape.output_shape, dtype=float)
        if shape.name == layer:
            break
    return total


def chunk_size(network: Network, layer: str) -> int:
    """Return how many images go through the layers together."""
    most = 1
    for shape in network.layer_shapes:
        positions = int(np.prod(shape.output_shape[1:]))
        most = max(most, shape.fan_in * positions, int(np.prod(shape.output_shape)))
        if shape.name == layer:
            break
    return max(1, min(LARGEST_CHUNK, MOST_NUMBERS // most))


def _layers_up_to(network: Network, layer: str) -> Sequence[tuple[Layer, dict[str, bool]]]:
    names = list(network.layers)
    return [
        (network.layers[name], {"train_flg": False} if settings.has_train_flg else {})
        for name, settings in network.layer_settings[: names.index(layer) + 1]
    ]


def _none(filters: int, network: Network) -> ExcitingPatches:
    numbers = np.empty((filters, 0), np.intp)
    return ExcitingPatches(np.empty((filters, 0), network.dtype), numbers, numbers, numbers)


def _best_of_chunk(x: Array, start: int, best: ExcitingPatches, count: int) -> ExcitingPatches:
    """Return the best of some outputs (N, F, OH, OW); ``start`` is the number of the first image.

    Where the patches are is looked up only for those that may still enter.
    """
    filters, width = x.shape[1], x.shape[3]
    highest = x.max(axis=(2, 3)).T  # (F, N)
    order = np.argsort(-highest, axis=1, kind="stable")[:, :count]
    values = np.take_along_axis(highest, order, axis=1)
    positions = np.zeros(order.shape, np.intp)
    worst = best.values[:, -1] if best.count == count else np.full(filters, -np.inf)
    for number, rank in zip(*np.nonzero(values > worst[:, np.newaxis]), strict=True):
        positions[number, rank] = x[order[number, rank], number].argmax()
    return ExcitingPatches(values, order + start, positions // width, positions % width)
