"""How much a score falls while a square of the image is covered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.network import Network
from convlab.nn.types import Array

CHUNK = 64  # covered images that go through the network at a time
SIDES = 6  # how many squares are as wide as the image
MOST_WORK = 3e10  # multiply-adds of all covered images; fewer squares for a larger network

Scores = Callable[[NDArray[Any]], Array]


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares of ``side`` pixels, ``step`` apart, which cover all of an image together."""

    side: int
    step: int

    @classmethod
    def for_network(cls, network: Network) -> "Squares":
        """Return squares that overlap by half, or less where that would take long."""
        _, height, width = network.input_dim
        side = max(1, round(min(height, width) / SIDES))
        work = _multiply_adds(network)
        step = max(1, side // 2)
        while step < side and work * (height // step) * (width // step) > MOST_WORK:
            step += 1
        return cls(side, step)

    def starts(self, size: int) -> list[int]:
        """Return where squares begin along an edge; the last one ends with the edge."""
        last = max(0, size - self.side)
        return sorted({*range(0, last, self.step), last})


def occlusion(
    scores: Scores, image: NDArray[np.uint8], class_number: int, squares: Squares
) -> NDArray[np.float64]:
    """Return how far the score falls where it is covered, (H, W): each pixel's mean over squares.

    ``scores`` reads images (N, C, H, W) as (N, K). One channel is covered with black, several with
    the mean of each. Source: Zeiler and Fergus (2014), section 4.2.
    """
    height, width = image.shape[1:]
    places = [(y, x) for y in squares.starts(height) for x in squares.starts(width)]
    whole = float(scores(image[np.newaxis])[0, class_number])
    falls = np.zeros((height, width))
    counts = np.zeros((height, width))
    for at in range(0, len(places), CHUNK):
        some = places[at : at + CHUNK]
        left = scores(_covered(image, some, squares.side))[:, class_number]
        for (y, x), score in zip(some, left.tolist(), strict=True):
            place = slice(y, y + squares.side), slice(x, x + squares.side)
            falls[place] += whole - score
            counts[place] += 1
    return np.asarray(falls / counts)


def _covered(
    image: NDArray[np.uint8], places: list[tuple[int, int]], side: int
) -> NDArray[np.uint8]:
    images = np.repeat(image[np.newaxis], len(places), axis=0)
    cover = image.mean(axis=(1, 2)).astype(np.uint8) if len(image) > 1 else np.zeros(1, np.uint8)
    for covered, (y, x) in zip(images, places, strict=True):
        covered[:, y : y + side, x : x + side] = cover[:, np.newaxis, np.newaxis]
    return images


def _multiply_adds(network: Network) -> float:
    """Count those of the layers with weights, for one image."""
    return float(
        sum(
            layer.fan_in * np.prod(layer.output_shape, dtype=float)
            for layer in network.layer_shapes
            if layer.parameter_shapes
        )
    )
