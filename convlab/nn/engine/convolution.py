"""The convolution as the head of a stage.

The input is copied once for each column of the filter, shifted by that column, into an array
(H + 2P, C, FW, OW, N): a row of it, seen together with the FH - 1 rows below, is the im2col of
one output row. An overlapping strided view supplies the rows below without copying, so that one
batched matrix product convolves. The gradient of the input is the same machine run on dy, with
the filters turned by 180 degrees (and dy spread out by the stride).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convlab.nn.engine.parts import Part, add_gradient, batch_last
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.types import Array

# OpenBLAS copies its operands into packed panels unless m·n·k is at most a million; for the lab's
# products the copy costs more than it gains.
SMALL_PRODUCT = 1_000_000
SHORTEST_PIECE = 48
WIDE_WINDOW = 100  # numbers in a window from which on a copy of dy for dW pays


class ConvolutionHead:
    """y = W * x without the bias, which is a follower.

    ``residues`` is the width of a pooling window behind it, see :mod:`convlab.nn.engine.parts`.
    """

    def __init__(self, part: Part, residues: int = 1) -> None:
        settings = cast(ConvolutionSettings, part.settings)
        self._part = part
        self._stride = settings.stride
        self._pad = settings.pad
        size = settings.filter_size
        out_h, filters, out_w = batch_last(part.output_shape)
        self.shape = (residues, out_h, filters, out_w // residues)
        self._height, channels, width = batch_last(part.input_shape)
        self._matrix = part.params["W"].reshape(filters, -1)
        padded_h, padded_w = self._height + 2 * self._pad, width + 2 * self._pad
        self._padded = part.buffer(padded_h if self._pad else 0, channels, padded_w, zero=True)
        self._columns = part.buffer(padded_h, channels, size, residues, out_w // residues)
        self._source, self._seen = self._padded[:0], self._columns
        piece = out_w // residues * part.samples
        self._block = piece_length(self._matrix.size, piece)
        columns = self._columns.reshape(padded_h, channels, size, out_w, -1)
        self._windows = _windows(columns, out_h, self._stride, size, residues, self._block)
        if part.training:
            self._dw = part.grads["W"].reshape(self._matrix.shape)
        if part.training and part.needs_dx:
            self._above = size - 1 - self._pad  # zeros above and left of dy
            self._spread = part.buffer(self._height + size - 1, filters, size, width, zero=True)
            reached = [self._above - column for column in range(size)]
            self._spreads = _matches(width, out_w, self._stride, residues, reached)
            self._dx = part.buffer(self._height, channels, width)
            block = piece_length(channels * filters * size * size, width * part.samples)
            self._dx_blocks = in_blocks(self._dx[np.newaxis], block)
            self._dwindows = _windows(self._spread, self._height, 1, size, 1, block)

    def load(self, x: Array) -> None:
        """Copy the input, shifted for each column of the filter."""
        if self._pad:
            inside = slice(self._pad, -self._pad)
            self._padded[inside, :, inside] = x
            x = self._padded
        if x is not self._source:  # it is the same one again where buffers are used again
            self._source, self._seen = x, self._shifted(x)
        np.copyto(self._columns, self._seen)

    def _shifted(self, x: Array) -> Array:
        """View the padded input as what the columns are to hold."""
        row, channel, column, sample = x.strides
        residues, step = self.shape[0], self._stride * column
        strides = (row, channel, column, step, residues * step, sample)
        return np.ndarray(self._columns.shape, x.dtype, x, strides=strides)

    def forward(self, rows: slice, out: Array) -> None:
        """Compute output rows."""
        np.matmul(self._matrix, self._windows[:, rows], out=in_blocks(out, self._block))

    def backward(self, dy: Array, rows: slice) -> None:
        """Add to dW; spread dy out for the gradient of the input."""
        add_gradient(self._dw, rows, self._weight_gradient(dy, self._windows[:, rows]))
        if self._part.needs_dx:
            top = self._above + rows.start * self._stride
            bottom = self._above + (rows.stop - 1) * self._stride + 1
            spread = self._spread[top : bottom : self._stride]
            for m in self._spreads:
                spread[:, :, m.column, m.inputs] = dy[m.residue, :, :, m.outputs]

    def _weight_gradient(self, dy: Array, windows: Array) -> Array:
        if windows.shape[-2] < WIDE_WINDOW:
            products = np.matmul(in_blocks(dy, self._block), windows.swapaxes(-1, -2))
            dw: Array = products.sum(axis=(0, 1, 2))
            return dw
        # BLAS is several times faster on a copy of dy with the filters last.
        r, h, filters, w, n = dy.shape
        turned = np.ascontiguousarray(dy.reshape(r, h, filters, w * n).swapaxes(2, 3))
        pieces = turned.reshape(r, h, -1, self._block, filters)
        dw = np.matmul(windows, pieces).sum(axis=(0, 1, 2)).T
        return dw

    def input_gradient(self) -> Array:
        """Return dx: dy convolved with the filters turned by 180 degrees."""
        turned = turned_filters(self._part)
        np.matmul(turned.reshape(turned.shape[0], -1), self._dwindows, out=self._dx_blocks)
        return self._dx


def turned_filters(part: Part) -> Array:
    """Return the filters (F, FH, C, FW) turned by 180 degrees, as (C, FH, F, FW)."""
    return part.params["W"][:, ::-1, :, ::-1].transpose(2, 1, 0, 3)


def piece_length(others: int, length: int) -> int:
    """Return into how long pieces to cut the one long side of a matrix product.

    ``others`` is the product of the other two sides. The pieces are all of one length, the longest
    that keeps each product small; where they would be too short to pay, the side stays whole.
    """
    if others * length <= SMALL_PRODUCT:
        return length
    longest = SMALL_PRODUCT // others
    return next((p for p in range(longest, SHORTEST_PIECE, -1) if length % p == 0), length)


def in_blocks(y: Array, block: int) -> Array:
    """View (R, H, C, W, N) as (R, H, blocks, C, block)."""
    r, h, c, w, n = y.shape
    return y.reshape(r, h, c, w * n // block, block).swapaxes(2, 3)


def _windows(
    columns: Array, out_h: int, stride: int, size: int, residues: int, block: int
) -> Array:
    """View the shifted columns as (R, OH, blocks, FH·C·FW, block), rows overlapping."""
    _, channels, _, out_w, n = columns.shape
    row, _, column, _, item = columns.strides
    piece = out_w // residues * n
    return as_strided(
        columns,
        (residues, out_h, piece // block, size * channels * size, block),
        (piece * item, stride * row, block * item, column, item),
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """Output columns and the columns of the image that a column of the filter pairs them with.

    ``outputs`` counts within the columns of one ``residue``.
    """

    column: int
    residue: int
    outputs: slice
    inputs: slice


def _matches(
    width: int, out_w: int, stride: int, residues: int, offsets: Sequence[int]
) -> list[_Match]:
    """Pair output column o with image column o·stride + offset, inside the image only.

    There is one offset for each column of the filter.
    """
    found: list[_Match] = []
    for column, offset in enumerate(offsets):
        for residue in range(residues):
            paired = [o * stride + offset for o in range(residue, out_w, residues)]
            inside = [j for j, x in enumerate(paired) if 0 <= x < width]
            if inside:
                first, last = inside[0], inside[-1]
                inputs = slice(paired[first], paired[last] + 1, residues * stride)
                found.append(_Match(column, residue, slice(first, last + 1), inputs))
    return found
