"""The subsampling layer of LeNet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Le

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.layers.pooling import PoolingSettings, window_cells
from convlab.nn.types import Array, Shape
from convlab.settings import About


class Subsampling:
    """y = W·(the sum of a window) + b, with one W and one b a channel.

    x (N, C, H, W), W (C,), b (C,), y (N, C, H / S, W / S) for windows of S x S that touch.
    Source: LeCun, Bottou, Bengio and Haffner (1998), section II.B, layers S2 and S4.
    """

    def __init__(self, W: Array, b: Array, pool_size: int = 2) -> None:
        self.W = W
        self.b = b
        self.pool_size = pool_size
        self.dW = np.zeros_like(W)
        self.db = np.zeros_like(b)
        self._sums: Array = np.zeros(0)
        self._input_shape: Shape = ()

    def forward(self, x: Array) -> Array:
        """Return y (N, C, H / S, W / S)."""
        self._input_shape = x.shape
        first, *others = window_cells(x, self.pool_size, self.pool_size, self.pool_size)
        self._sums = first.copy()
        for cell in others:
            self._sums += cell
        return self._sums * self.W[:, np.newaxis, np.newaxis] + self.b[:, np.newaxis, np.newaxis]

    def backward(self, dout: Array) -> Array:
        """Keep dW and db; return dx (N, C, H, W)."""
        self.dW = (dout * self._sums).sum(axis=(0, 2, 3))
        self.db = dout.sum(axis=(0, 2, 3))
        dx = np.zeros(self._input_shape, dtype=dout.dtype)
        share = dout * self.W[:, np.newaxis, np.newaxis]
        for cell in window_cells(dx, self.pool_size, self.pool_size, self.pool_size):
            cell += share
        return dx


@LAYERS.register("Subsampling")
@dataclass(frozen=True)
class SubsamplingSettings(LayerSettings):
    """The settings of a :class:`Subsampling` with square windows."""

    pool_size: Annotated[int, Ge(1), Le(64), About("Window", "Edge of the window.", "px")] = 2

    parameters: ClassVar[tuple[str, ...]] = ("W", "b")

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H / S, W / S); an image that the windows do not cover exactly is refused."""
        return PoolingSettings(self.pool_size, self.pool_size).output_shape(input_shape)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (C,) and b (C,)."""
        return {"W": input_shape[:1], "b": input_shape[:1]}

    def start(self, parameter: str) -> float | None:
        """W starts so that the layer takes the mean."""
        return 1 / self.pool_size**2 if parameter == "W" else 0.0

    def make(self, params: Mapping[str, Array]) -> Subsampling:
        """Return the layer on ``params["W"]`` and ``params["b"]``."""
        return Subsampling(params["W"], params["b"], self.pool_size)
