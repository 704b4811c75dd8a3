"""The search for what the filters of a layer look for, from the patches to the ideal images."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from threading import Event
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from convlab.app.long_work import Report
from convlab.data.dataset import ImageSet
from convlab.insight.activations import INPUT
from convlab.insight.exciting_patches import ExcitingPatches, exciting_patches
from convlab.insight.filter_layers import FilterLayer
from convlab.insight.maximizing_image import MaximizingImages, maximizing_images
from convlab.insight.receptive_field import receptive_fields
from convlab.nn.network import Network

PATCHES = 9  # of each filter
REST = 9.0  # times as long as the work took, while a run is on; so a tenth of a core is used
LOOK_EVERY = 0.05  # seconds between two looks at whether a rest is over
SEED = 0  # of the noise that images are made from: the same network gives the same images

Box = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What was found for the filters of one layer, by one network among some images.

    ``seconds`` is how long the search for patches took.
    ``middle`` is the row and column of the unit in the middle of a map of the layer, and
    ``box_of`` tells the rows and columns of an image that such a unit sees.
    """

    key: str
    layer: FilterLayer
    weights: NDArray[np.floating]
    among: ImageSet
    patches: ExcitingPatches
    images: MaximizingImages | None
    seconds: float
    middle: tuple[int, int]
    box_of: Callable[[int, int], Box]


class Resting:
    """A :data:`Report` that rests after each block of a search until ``is_idle`` is set.

    It rests so many times as long as the block took that a run beside it keeps its speed.
    """

    def __init__(self, report: Report, is_idle: Event) -> None:
        self._report = report
        self._is_idle = is_idle
        self._since = perf_counter()

    def __call__(self, done: int, total: int, seen: object) -> None:
        """Report, which raises if the search is no longer wanted; then rest."""
        self._report(done, total, seen)
        now = perf_counter()
        until = now + REST * (now - self._since)
        while (left := until - perf_counter()) > 0:
            if self._is_idle.wait(min(left, LOOK_EVERY)):
                break
            self._report(done, total, seen)
        self._since = perf_counter()


def find(
    key: str, network: Network, layer: FilterLayer, among: ImageSet, report: Report
) -> Finding:
    """Search the patches and then climb to the images; what there is so far goes to ``report``.

    Raises :class:`ConvlabError` where the weights give no numbers.
    """
    started, count = perf_counter(), len(among)
    shape = next(each for each in network.layer_shapes if each.name == layer.name)
    middle = shape.output_shape[1] // 2, shape.output_shape[2] // 2
    weights, box_of = network.params[layer.key], _boxes(network, layer)

    def say_patches(done: int, _: int, seen: object) -> None:
        if isinstance(seen, ExcitingPatches):
            took = perf_counter() - started
            so_far = Finding(key, layer, weights, among, seen, None, took, middle, box_of)
            report(done, 2 * count, so_far)  # the climb counts as much, though it may take longer

    patches = exciting_patches(network, layer.name, among.images, PATCHES, say_patches)
    took = perf_counter() - started
    found = Finding(key, layer, weights, among, patches, None, took, middle, box_of)

    def say_images(done: int, steps: int, seen: object) -> None:
        if isinstance(seen, MaximizingImages):
            report(count + count * done // steps, 2 * count, replace(found, images=seen))

    rng = np.random.default_rng(SEED)
    return replace(found, images=maximizing_images(network, layer.name, rng, say_images))


def _boxes(network: Network, layer: FilterLayer) -> Callable[[int, int], Box]:
    @cache
    def box_of(row: int, column: int) -> Box:
        region = receptive_fields(network, layer.name, (0, row, column))[INPUT]
        rows, columns = region.rows, region.columns
        return slice(rows.start, rows.stop), slice(columns.start, columns.stop)

    return box_of
