"""Training images that are moved, turned, scaled and bent at random, anew in every epoch.

A network that sees each digit in ever new places and shapes learns what makes it that digit
(Simard, Steinkraus, Platt: *Best practices for convolutional neural networks applied to visual
document analysis*, 2003, whose elastic distortions these are in spirit).
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from convlab.settings import About

Floats = NDArray[np.float32]

NODES = 5  # along each side, where the elastic distortion is drawn at random
PART = 16_384  # pixels that are worked on at a time, so that they stay in the cache


@dataclass(frozen=True)
class Augmentation:
    """How far training images are distorted at most; nothing is, to begin with.

    Every image gets a shift, an angle and a scale drawn evenly between the settings and their
    opposites, and a smooth field of displacements of its own.
    """

    shift: Annotated[
        int,
        Ge(0),
        Le(20),
        About("Shift", "How far images are moved at random; 0 is off, 2 suits digits.", "px"),
    ] = 0
    rotation: Annotated[
        int,
        Ge(0),
        Le(180),
        About("Rotation", "How far images are turned at random; 0 is off, 10 suits digits.", "°"),
    ] = 0
    scale: Annotated[
        int,
        Ge(0),
        Le(50),
        About("Scale", "How much images grow or shrink at random; 0 is off, 10 suits digits.", "%"),
    ] = 0
    elastic: Annotated[
        float,
        Ge(0),
        Le(5),
        About(
            "Elastic",
            "How far parts of an image stray from their places; 0 is off, 0.8 suits digits.",
            "px",
        ),
    ] = 0.0

    @property
    def is_on(self) -> bool:
        """Whether anything is distorted at all."""
        return any(getattr(self, field.name) > 0 for field in fields(self))

    def augmented(self, images: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """Return distorted copies of images (N, C, H, W), of the same type.

        All channels of an image are distorted alike. What lies beyond an edge looks like the edge.
        """
        n, _, height, width = images.shape
        rows, columns = self._sources(n, height, width, rng)
        distorted = np.empty_like(images)
        at_a_time = max(1, PART // (height * width))
        for start in range(0, n, at_a_time):
            part = slice(start, start + at_a_time)
            distorted[part] = _sampled(images[part], rows[part], columns[part])
        return distorted

    def _sources(
        self, n: int, height: int, width: int, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return for every pixel the row and the column (N, H·W) that it is taken from.

        Each is a sum of the basis' maps: one product of matrices makes them all.
        """
        across, down, turn, growth = rng.uniform(-1, 1, (4, n))
        angle = np.deg2rad(self.rotation) * turn
        size = 1 + self.scale / 100 * growth
        affine = np.empty((2, n, 3))
        affine[0] = np.stack([self.shift * down, np.cos(angle) / size, np.sin(angle) / size], 1)
        affine[1] = np.stack([self.shift * across, -np.sin(angle) / size, np.cos(angle) / size], 1)
        affine[..., 0] += np.array([[(height - 1) / 2], [(width - 1) / 2]])
        amounts = affine.astype(np.float32)
        if self.elastic > 0:
            strays = rng.standard_normal((2, n, NODES * NODES), np.float32)
            amounts = np.concatenate([amounts, np.float32(self.elastic) * strays], axis=2)
        rows, columns = amounts @ _basis(height, width)[: amounts.shape[2]]
        return rows.clip(0, height - 1, out=rows), columns.clip(0, width - 1, out=columns)


@lru_cache(maxsize=8)
def _basis(height: int, width: int) -> Floats:
    """Return maps (3 + NODES², H·W): one, rows and columns from the middle, and a bump a node.

    The bumps add up to one everywhere, and each is one at its own node and zero at all others.
    """
    middle = np.indices((height, width)).reshape(2, -1) - np.array([[height - 1], [width - 1]]) / 2
    bumps = np.einsum("ih,jw->ijhw", _bumps(height), _bumps(width))
    maps = (np.ones((1, height * width)), middle, bumps.reshape(NODES**2, -1))
    return np.concatenate(maps).astype(np.float32)


def _bumps(length: int) -> NDArray[np.float64]:
    """Return smooth bumps (NODES, length) around nodes that lie evenly from end to end."""
    places = np.linspace(0, NODES - 1, length)
    distances = np.abs(places - np.arange(NODES)[:, np.newaxis])
    return np.cos(np.pi / 2 * np.minimum(distances, 1)) ** 2


def _sampled(images: NDArray[Any], rows: Floats, columns: Floats) -> NDArray[Any]:
    """Return images whose pixels come from ``rows`` and ``columns``, between pixels bilinearly."""
    n, channels, height, width = images.shape
    top = np.minimum(rows.astype(np.intp), max(height - 2, 0))
    left = np.minimum(columns.astype(np.intp), max(width - 2, 0))
    starts = np.arange(n * channels).reshape(n, channels, 1) * (height * width)
    corner = starts + (top * width + left)[:, np.newaxis]
    below, beside = width * (height > 1), int(width > 1)
    pixels = images.astype(np.float32).ravel()
    to_bottom = (rows - top).astype(np.float32)[:, np.newaxis]
    to_right = (columns - left).astype(np.float32)[:, np.newaxis]
    upper = _blend(pixels.take(corner), pixels.take(corner + beside), to_right)
    corner += below
    lower = _blend(pixels.take(corner), pixels.take(corner + beside), to_right)
    blended = _blend(upper, lower, to_bottom)
    if images.dtype.kind in "iu":
        np.rint(blended, out=blended)
    return blended.astype(images.dtype).reshape(images.shape)


def _blend(first: Floats, second: Floats, share: Floats) -> Floats:
    """Return what lies between the two, in the first one's place; 0 is the first, 1 the second."""
    second -= first
    second *= share
    first += second
    return first
