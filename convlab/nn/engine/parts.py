"""What a plan is made of: stages, the head of a stage, and the followers that share its blocks.

Stages hand on arrays (H, C, W, N), batch last. Within a stage they are (R, H, C, W / R, N): where
a pool of width R follows, columns are sorted by their place in the window, so that those which
compete lie in arrays of their own; otherwise R is 1. Buffers are allocated once, with the part,
and used again at every step; whoever receives an array from a part may change it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from convlab.nn.layer import LayerSettings
from convlab.nn.types import Array, Shape


@dataclass(slots=True)
class Clock:
    """Tells the parts that draw at random which iteration it is."""

    iteration: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One layer's place in a plan: its settings and sizes, and its views into the flat weights.

    ``input_shape`` and ``output_shape`` are (C, H, W) or (D,), as the layers have them.
    ``params`` and ``grads`` are in the layout that :mod:`convlab.nn.engine.layout` gives. A part
    with no ``training`` runs forward only; the first layer needs no gradient of its input, dx.
    """

    settings: LayerSettings
    input_shape: Shape
    output_shape: Shape
    params: Mapping[str, Array]
    grads: Mapping[str, Array]
    samples: int
    training: bool
    needs_dx: bool
    dtype: np.dtype[Any]
    seed: tuple[int, ...]
    clock: Clock
    residues: int = 1  # R, while the columns are sorted for a pool behind this layer

    @property
    def inner_shape(self) -> tuple[int, int, int, int]:
        """The shape of the output within a stage, (R, H, C, W / R)."""
        h, c, w = batch_last(self.output_shape)
        return self.residues, h, c, w // self.residues

    def buffer(self, *shape: int, zero: bool = False) -> Array:
        """Return a new array of ``shape`` with the samples as one more axis at its end."""
        make = np.zeros if zero else np.empty
        return make((*shape, self.samples), self.dtype)


def batch_last(shape: Shape) -> tuple[int, int, int]:
    """Return (H, C, W) for a sample of (C, H, W), and (1, D, 1) for one of (D,)."""
    if len(shape) == 3:
        c, h, w = shape
        return h, c, w
    return 1, int(np.prod(shape)), 1


def add_gradient(gradient: Array, rows: slice, share: Array) -> None:
    """Add the share of a block's rows to a parameter's gradient; the first block starts it."""
    if rows.start == 0:
        gradient[...] = share
    else:
        gradient += share


class Stage(Protocol):
    """A step over whole arrays of one shard."""

    def forward(self, x: Array) -> Array:
        """Return the output; it is overwritten by the next call."""

    def backward(self, dy: Array) -> None:
        """Compute the gradients of the parameters from dL/dy, which is used up."""

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""


class Head(Protocol):
    """The matrix products that a stage starts with, a few output rows at a time."""

    shape: tuple[int, int, int, int]  # of the output, (R, H, C, W / R)

    def load(self, x: Array) -> None:
        """Take the input of all rows."""

    def forward(self, rows: slice, out: Array) -> None:
        """Compute output rows."""

    def backward(self, dy: Array, rows: slice) -> None:
        """Take the gradient of output rows; add to the gradients of the parameters."""

    def input_gradient(self) -> Array:
        """Return dL/dx of all rows, after all were taken."""


class Follower(ABC):
    """A layer that works on a few rows at a time, while they are in the cache.

    ``rows`` are always rows of its output. ``ratio`` input rows become one output row. A follower
    that is not ``in_place`` writes to another array than it reads.
    """

    ratio: int = 1
    in_place: ClassVar[bool] = True

    @abstractmethod
    def __init__(self, part: Part, rows: int) -> None:
        """Allocate what is needed for blocks of at most ``rows`` output rows."""

    @abstractmethod
    def forward(self, x: Array, rows: slice, out: Array) -> None:
        """Compute output rows; ``out`` is ``x`` where the follower is in place."""

    @abstractmethod
    def backward(self, dy: Array, rows: slice) -> Array:
        """Return the gradient of the input rows; may be ``dy``, changed."""
