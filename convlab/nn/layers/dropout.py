"""Dropout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Lt

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array
from convlab.settings import About


class Dropout:
    """Sets a random share of the numbers to zero while training (the book, section 6.4.3).

    The rest is divided by 1 - ratio, so that the sum stays the same on average and nothing has to
    be scaled afterwards, where the book multiplies by 1 - ratio when it predicts. Source:
    Srivastava and others (2014). ``rng`` draws what is dropped.
    """

    def __init__(self, dropout_ratio: float = 0.5, rng: np.random.Generator | None = None) -> None:
        self.dropout_ratio = dropout_ratio
        self._rng = rng or np.random.default_rng()
        self.mask: Array = np.ones(1)

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        """Return y in the shape of x; without ``train_flg``, x itself."""
        if not train_flg:
            self.mask = np.ones(1, dtype=x.dtype)
            return x
        kept = self._rng.random(x.shape) >= self.dropout_ratio
        self.mask = kept.astype(x.dtype) / x.dtype.type(1 - self.dropout_ratio)
        return x * self.mask

    def backward(self, dout: Array) -> Array:
        """Return dx in the shape of x."""
        return dout * self.mask


@LAYERS.register("Dropout")
@dataclass(frozen=True)
class DropoutSettings(LayerSettings):
    """The settings of a :class:`Dropout` layer."""

    dropout_ratio: Annotated[
        float, Ge(0), Lt(1), About("Dropout", "Share of the units that each step leaves out.")
    ] = 0.5

    has_train_flg: ClassVar[bool] = True

    def make(self, params: Mapping[str, Array], rng: np.random.Generator | None = None) -> Dropout:
        """Return the layer; it has no parameters."""
        return Dropout(self.dropout_ratio, rng)
