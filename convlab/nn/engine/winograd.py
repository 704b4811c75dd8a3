"""The 3x3 convolution as the head of a stage, with a third fewer multiplications.

Two neighboring outputs of a filter of width 3 need six products. Winograd's F(2, 3) makes do with
four, of sums of inputs and sums of weights:

    m0 = (d0 - d2)·g0                     y0 = m0 + m1 + m2
    m1 = (d1 + d2)·(g0 + g1 + g2) / 2     y1 = m1 - m2 - m3
    m2 = (d2 - d1)·(g0 - g1 + g2) / 2
    m3 = (d1 - d3)·g2

It is applied along the width; along the height and the channels, rows lie and are seen together
as in :mod:`convlab.nn.engine.convolution`. The gradients are the same sums, transposed.
Source: S. Winograd (1980), Arithmetic Complexity of Computations; Lavin and Gray (2015), section 4.
"""

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convlab.nn.engine.convolution import (
    SMALL_PRODUCT,
    in_blocks,
    piece_length,
    turned_filters,
)
from convlab.nn.engine.parts import Part, add_gradient, batch_last
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.types import Array

WIDTH = 3  # of a filter
FEWEST_CHANNELS = 8  # with fewer, the sums cost more than the products that they save
LONGEST_PIECE = 200  # of a product's long side
CHUNK_BYTES = 800_000  # of what is computed at a time, so that it stays in the cache


def suits(part: Part, residues: int) -> bool:
    """Return whether a convolution, with a pool of that width behind it, can be computed here."""
    settings = cast(ConvolutionSettings, part.settings)
    return (
        (settings.filter_size, settings.stride) == (WIDTH, 1)
        and residues in (1, 2)
        and part.input_shape[0] >= FEWEST_CHANNELS
    )


class WinogradHead:
    """y = W * x without the bias, which is a follower."""

    def __init__(self, part: Part, residues: int = 1) -> None:
        pad = cast(ConvolutionSettings, part.settings).pad
        height, channels, width = batch_last(part.input_shape)
        out_h, filters, out_w = batch_last(part.output_shape)
        self.shape = (residues, out_h, filters, out_w // residues)
        self._part = part
        self._x = _Tiles(part, (height, channels, width), pad, (out_h, filters, out_w))
        self._needs_dx = part.training and part.needs_dx
        if part.training:
            self._du = np.empty((4, WIDTH * channels, filters), part.dtype)
        if self._needs_dx:
            above = WIDTH - 1 - pad
            inner = (out_h, filters, out_w)
            self._dy = _Tiles(part, inner, above, (height, channels, width))
            self._dx = part.buffer(height, channels, width)

    def load(self, x: Array) -> None:
        """Take the input; transform it and the filters."""
        self._u = _transformed(self._part.params["W"])
        self._x.load(x[np.newaxis], 0)

    def forward(self, rows: slice, out: Array) -> None:
        """Compute output rows."""
        self._x.convolve(self._u, rows, out)

    def backward(self, dy: Array, rows: slice) -> None:
        """Add to dW; transform dy for the gradient of the input."""
        add_gradient(self._du, rows, self._x.products_with(dy, rows))
        if rows.stop == self.shape[1]:
            self._write_dw()
        if self._needs_dx:
            self._dy.load(dy, rows.start)

    def input_gradient(self) -> Array:
        """Return dx: dy convolved with the filters turned by 180 degrees."""
        u = _transformed(turned_filters(self._part))
        self._dy.convolve(u, slice(0, len(self._dx)), self._dx[np.newaxis])
        return self._dx

    def _write_dw(self) -> None:
        """Turn the gradient of the transformed filters into that of the filters."""
        dw = self._part.grads["W"]
        filters, size, channels, _ = dw.shape
        du0, du1, du2, du3 = self._du.reshape(4, size, channels, filters).transpose(0, 3, 1, 2)
        middle = (du1 + du2) / 2
        np.add(du0, middle, out=dw[..., 0])
        np.divide(du1 - du2, 2, out=dw[..., 1])
        np.subtract(middle, du3, out=dw[..., 2])


class _Tiles:
    """The transformed input of a convolution: four sums for each pair of output columns.

    ``source`` and ``target`` are the shapes (H, C, W) of input and output; ``pad`` is the number
    of zeros above and left of the input.
    """

    def __init__(
        self, part: Part, source: tuple[int, int, int], pad: int, target: tuple[int, int, int]
    ) -> None:
        height, channels, _ = source
        out_h, self._filters, out_w = target
        self._pad = pad
        self._tiles = tiles = -(-out_w // 2)
        self._sums = part.buffer(4, out_h + WIDTH - 1, channels, tiles, zero=True)
        others = max(WIDTH * channels * self._filters, SMALL_PRODUCT // LONGEST_PIECE)
        self._block = piece_length(others, tiles * part.samples)
        self._windows = self._view_windows(out_h)
        bytes_of_row = part.samples * part.dtype.itemsize * tiles
        self._loaded = max(1, CHUNK_BYTES // (2 * bytes_of_row * channels))  # rows at a time
        self._convolved = max(1, CHUNK_BYTES // (4 * bytes_of_row * self._filters))
        self._padded = part.buffer(min(self._loaded, height), channels, 2, tiles + 1, zero=True)
        self._products = part.buffer(4, min(self._convolved, out_h), self._filters, tiles)

    def _view_windows(self, out_h: int) -> Array:
        """View the sums as (4, OH, blocks, 3·C, block), rows overlapping."""
        _, _, channels, tiles, n = self._sums.shape
        part, row, channel, _, item = self._sums.strides
        block = self._block
        return as_strided(
            self._sums,
            (4, out_h, tiles * n // block, WIDTH * channels, block),
            (part, row, block * item, channel, item),
        )

    def load(self, x: Array, first: int) -> None:
        """Transform the rows x (R, rows, C, W / R, N) of the input, which begin with ``first``."""
        for start in range(0, x.shape[1], self._loaded):
            rows = x[:, start : start + self._loaded]
            padded = self._padded[: rows.shape[1]]
            for number, half in enumerate(_halves(rows), start=self._pad):
                pair, side = divmod(number, 2)
                padded[:, :, side, pair : pair + half.shape[2]] = half
            d0, d1 = padded[:, :, 0, :-1], padded[:, :, 1, :-1]
            d2, d3 = padded[:, :, 0, 1:], padded[:, :, 1, 1:]
            top = self._pad + first + start
            sums = self._sums[:, top : top + len(padded)]
            np.subtract(d0, d2, out=sums[0])
            np.add(d1, d2, out=sums[1])
            np.subtract(d2, d1, out=sums[2])
            np.subtract(d1, d3, out=sums[3])

    def convolve(self, u: Array, rows: slice, out: Array) -> None:
        """Write output rows, for transformed filters u (4, F, 3·C), into (R, rows, F, W / R, N)."""
        for start in range(rows.start, rows.stop, self._convolved):
            stop = min(start + self._convolved, rows.stop)
            products = self._products[:, : stop - start]
            windows = self._windows[:, start:stop]
            np.matmul(u[:, np.newaxis, np.newaxis], windows, out=in_blocks(products, self._block))
            y0, y1 = _halves(out[:, start - rows.start : stop - rows.start])
            m0, m1, m2, m3 = products
            np.add(m0, m1, out=m0)
            np.subtract(m1, m2, out=m1)
            np.add(m0, m2, out=y0)
            odd = slice(0, y1.shape[2])  # one fewer where the width is odd
            np.subtract(m1[:, :, odd], m3[:, :, odd], out=y1)

    def products_with(self, dy: Array, rows: slice) -> Array:
        """Return the share of output rows dy in the gradient of the filters, (4, 3·C, F)."""
        y0, y1 = (half.transpose(0, 2, 3, 1) for half in _halves(dy))
        sums = np.empty((4, len(y0), self._tiles, *y0.shape[2:]), dy.dtype)
        sums[0] = y0
        sums[3, :, : y1.shape[1]] = y1
        sums[3, :, y1.shape[1] :] = 0
        np.add(sums[0], sums[3], out=sums[1])
        np.subtract(sums[0], sums[3], out=sums[2])
        windows = self._windows[:, rows]
        pieces = sums.reshape(*windows.shape[:3], self._block, -1)
        total: Array = np.matmul(windows, pieces).sum(axis=(1, 2))
        return total


def _transformed(w: Array) -> Array:
    """Return u (4, F, 3·C) of filters w (F, 3, C, 3)."""
    filters = w.reshape(len(w), -1, WIDTH)
    g0, g1, g2 = filters[..., 0], filters[..., 1] / 2, filters[..., 2]
    middle = (g0 + g2) / 2
    return np.stack((g0, middle + g1, middle - g1, g2))


def _halves(y: Array) -> tuple[Array, Array]:
    """Return the even and the odd columns of y (R, H, C, W / R, N), each (H, C, ..., N)."""
    if len(y) == 2:
        return y[0], y[1]
    return y[0][:, :, ::2], y[0][:, :, 1::2]
