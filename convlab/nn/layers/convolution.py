"""The convolution layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Le

from convlab.nn.functions import col2im, im2col, output_size
from convlab.nn.layer import LAYERS, LayerSettings, ShapeError
from convlab.nn.types import Array, Shape
from convlab.settings import About


class Convolution:
    """Slides FN filters over x and adds up the products (the book, section 7.4).

    x (N, C, H, W), W (FN, C, FH, FW), b (FN,), y (N, FN, OH, OW) with
    OH = (H + 2P - FH) / S + 1 for stride S and pad P, and OW likewise. As everywhere in deep
    learning it is a cross-correlation: the filter is not flipped.
    """

    def __init__(self, W: Array, b: Array, stride: int = 1, pad: int = 0) -> None:
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad
        self.dW = np.zeros(W.shape, W.dtype)  # unlike zeros_like, takes no time before it is used
        self.db = np.zeros_like(b)
        self._input_shape: tuple[int, int, int, int] = (0, 0, 0, 0)
        self._col = W[:0, 0, 0]

    def forward(self, x: Array) -> Array:
        """Return y (N, FN, OH, OW)."""
        n, c, h, w = x.shape
        filter_num, _, filter_h, filter_w = self.W.shape
        out_h = output_size(h, filter_h, self.stride, self.pad)
        out_w = output_size(w, filter_w, self.stride, self.pad)
        self._input_shape = (n, c, h, w)
        self._col = im2col(x, filter_h, filter_w, self.stride, self.pad)
        out = self._col @ self.W.reshape(filter_num, -1).T + self.b
        return out.reshape(n, out_h, out_w, filter_num).transpose(0, 3, 1, 2)

    def backward(self, dout: Array) -> Array:
        """Keep dW and db; return dx (N, C, H, W)."""
        rows = self.backward_params(dout)
        _, _, filter_h, filter_w = self.W.shape
        dcol = rows @ self.W.reshape(len(self.W), -1)
        return col2im(dcol, self._input_shape, filter_h, filter_w, self.stride, self.pad)

    def backward_params(self, dout: Array) -> Array:
        """Keep dW and db only; return dout as rows (N·OH·OW, FN).

        The first layer of a network needs no gradient of its input.
        """
        rows = dout.transpose(0, 2, 3, 1).reshape(-1, len(self.W))
        self.dW = (rows.T @ self._col).reshape(self.W.shape)
        self.db = rows.sum(axis=0)
        return rows


@LAYERS.register("Convolution")
@dataclass(frozen=True)
class ConvolutionSettings(LayerSettings):
    """The settings of a :class:`Convolution` with square filters."""

    filter_num: Annotated[int, Ge(1), Le(512), About("Filters", "How many filters.")] = 30
    filter_size: Annotated[int, Ge(1), Le(64), About("Filter size", "Edge.", "px")] = 5
    stride: Annotated[int, Ge(1), Le(64), About("Stride", "Step of the window.", "px")] = 1
    pad: Annotated[int, Ge(0), Le(64), About("Pad", "Zeros added around the image.", "px")] = 0

    parameters: ClassVar[tuple[str, ...]] = ("W", "b")

    def output_shape(self, input_shape: Shape) -> Shape:
        """(FN, OH, OW); an image smaller than the filter is refused."""
        if len(input_shape) != 3:
            raise ShapeError("", f"A convolution needs images, but gets {input_shape}.")
        _, h, w = input_shape
        if self.filter_size > min(h, w) + 2 * self.pad:
            padded = f" even with a pad of {self.pad}" if self.pad else ""
            raise ShapeError(
                "filter_size",
                f"A {self.filter_size}×{self.filter_size} filter is larger than its "
                f"{h}×{w} input{padded}; "
                f"use at most {min(h, w) + 2 * self.pad} or a larger pad.",
            )
        return (
            self.filter_num,
            output_size(h, self.filter_size, self.stride, self.pad),
            output_size(w, self.filter_size, self.stride, self.pad),
        )

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """W (FN, C, FH, FW) and b (FN,)."""
        size = self.filter_size
        return {"W": (self.filter_num, input_shape[0], size, size), "b": (self.filter_num,)}

    def fan_in(self, input_shape: Shape) -> int:
        """The numbers under one filter."""
        return input_shape[0] * self.filter_size**2

    def make(self, params: Mapping[str, Array]) -> Convolution:
        """Return the layer on ``params["W"]`` and ``params["b"]``."""
        return Convolution(params["W"], params["b"], self.stride, self.pad)
