"""The layout of weights in the engine, and the flat vectors that hold them all.

A layout is a permutation of axes, so weights go back and forth between the book's shapes and the
engine's without any arithmetic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.network import Network
from convlab.nn.types import Array, Shape


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one parameter lies: from ``start`` on, with the axes of ``split`` permuted."""

    start: int
    book: Shape  # the shape in the book
    split: Shape  # the same numbers with more axes
    axes: tuple[int, ...]  # split.transpose(axes) is the engine's order

    @property
    def stop(self) -> int:
        """The end of the parameter in the flat vector."""
        return self.start + int(np.prod(self.book))

    @property
    def shape(self) -> Shape:
        """The shape in the engine's order."""
        return tuple(self.split[axis] for axis in self.axes)

    def view(self, flat: Array) -> Array:
        """Return the parameter in the engine's order, a view into ``flat``."""
        return flat[self.start : self.stop].reshape(self.shape)

    def write(self, flat: Array, param: NDArray[Any]) -> None:
        """Copy a parameter in the book's order into ``flat``."""
        self.view(flat)[...] = param.reshape(self.split).transpose(self.axes)

    def read(self, flat: Array) -> Array:
        """Return a copy of the parameter in the book's order."""
        back = np.argsort(self.axes)
        return self.view(flat).transpose(back).copy().reshape(self.book)


def layouts(network: Network) -> dict[str, Layout]:
    """Return the layout of every parameter, by its name in ``params``.

    A convolution's W (F, C, FH, FW) is kept as (F, FH, C, FW), the order of its rows of windows;
    an affine layer's W (C·H·W, M) behind images as (H, C, W, M).
    """
    found: dict[str, Layout] = {}
    start = number = 0
    input_shape: Shape = network.input_dim
    for (_, settings), layer in zip(network.layer_settings, network.layer_shapes, strict=True):
        number += bool(layer.parameter_shapes)
        for key, book in layer.parameter_shapes.items():
            split, axes = book, tuple(range(len(book)))
            if key == "W" and has_fast_head(settings):
                if isinstance(settings, ConvolutionSettings):
                    axes = (0, 2, 1, 3)
                elif len(input_shape) == 3:
                    split, axes = (*input_shape, book[-1]), (1, 0, 2, 3)
            found[f"{key}{number}"] = layout = Layout(start, book, split, axes)
            start = layout.stop
        input_shape = layer.output_shape
    return found


def has_fast_head(settings: LayerSettings) -> bool:
    """Return whether the layer is a convolution or affine layer that a stage can start with."""
    if isinstance(settings, ConvolutionSettings):
        return settings.pad < settings.filter_size
    return isinstance(settings, AffineSettings)


def total(places: Mapping[str, Layout]) -> int:
    """Return how many numbers all parameters have together."""
    return max((layout.stop for layout in places.values()), default=0)
