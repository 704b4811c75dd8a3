"""Convolutions of width 3 and 5 as the head of a stage, with about half of the multiplications.

Four neighboring outputs of a filter of width 3 need twelve products, two of width 5 need ten.
Winograd's way makes do with six, of sums of inputs and sums of weights; see
:mod:`convlab.nn.engine.winograd_matrices`. It is applied along the width; along the height and
the channels, rows lie and are seen together as in :mod:`convlab.nn.engine.convolution`. The
gradients are the same sums, transposed. All sums are matrix products, too.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from convlab.nn.engine.convolution import SMALL_PRODUCT, in_blocks, piece_length
from convlab.nn.engine.parts import Part, add_gradient, batch_last
from convlab.nn.engine.winograd_matrices import PRODUCTS, matrices
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.types import Array

WIDTHS = (3, 5)  # of a filter
FEWEST_CHANNELS = 6  # with fewer, the sums cost more than the products that they save
LONGEST_PIECE = 200  # of a product's long side
CHUNK_BYTES = 600_000  # of what is computed at a time, so that it stays in the cache


def suits(part: Part, residues: int) -> bool:
    """Return whether a convolution, with a pool of that width behind it, can be computed here."""
    settings = cast(ConvolutionSettings, part.settings)
    return (
        settings.filter_size in WIDTHS
        and settings.stride == 1
        and residues in (1, 2)
        and part.input_shape[0] >= FEWEST_CHANNELS
    )


class WinogradHead:
    """y = W * x without the bias, which is a follower."""

    def __init__(self, part: Part, residues: int = 1) -> None:
        settings = cast(ConvolutionSettings, part.settings)
        height, channels, width = batch_last(part.input_shape)
        out_h, filters, out_w = batch_last(part.output_shape)
        self.shape = (residues, out_h, filters, out_w // residues)
        self._part = part
        size, pad = settings.filter_size, settings.pad
        self._matrices = matrices(size, part.dtype)
        outer = (1, height, channels, width)
        self._x = _Tiles(part, size, pad, outer, self.shape)
        self._needs_dx = part.training and part.needs_dx
        if part.training:
            self._du = np.empty((PRODUCTS, size * channels, filters), part.dtype)
        if self._needs_dx:
            self._dy = _Tiles(part, size, size - 1 - pad, self.shape, outer)
            self._dx = part.buffer(height, channels, width)

    def load(self, x: Array) -> None:
        """Take the input; transform it and the filters."""
        w = self._part.params["W"]
        u = np.matmul(self._matrices.weights, w.reshape(-1, w.shape[-1]).T)
        self._u = u.reshape(PRODUCTS, len(w), -1)
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
        w = self._part.params["W"]
        u = np.matmul(self._matrices.weights[:, ::-1], w.reshape(-1, w.shape[-1]).T)
        turned = u.reshape(PRODUCTS, *w.shape[:3])[:, :, ::-1].transpose(0, 3, 2, 1)
        u = np.ascontiguousarray(turned).reshape(PRODUCTS, w.shape[2], -1)
        self._dy.convolve(u, slice(0, len(self._dx)), self._dx[np.newaxis])
        return self._dx

    def _write_dw(self) -> None:
        """Turn the gradient of the transformed filters into that of the filters."""
        dw = self._part.grads["W"]
        du = np.ascontiguousarray(self._du.swapaxes(1, 2)).reshape(PRODUCTS, -1)
        np.matmul(du.T, self._matrices.weights, out=dw.reshape(-1, dw.shape[-1]))


class _Tiles:
    """The transformed input of a convolution: six sums for each tile of m output columns.

    ``source`` and ``target`` are the shapes (R, H, C, W / R) of input and output; ``size`` is the
    edge of the filters and ``pad`` the number of zeros above and left of the input.
    """

    def __init__(
        self,
        part: Part,
        size: int,
        pad: int,
        source: tuple[int, int, int, int],
        target: tuple[int, int, int, int],
    ) -> None:
        _, height, channels, _ = source
        _, out_h, filters, _ = target
        self._size, self._pad = size, pad
        self._matrices = matrices(size, part.dtype)
        m = len(self._matrices.outputs)
        tiles = -(-target[0] * target[3] // m)
        self._seen_runs = _runs(source, -pad, m, PRODUCTS, tiles)
        self._output_runs = _runs(target, 0, m, m, tiles)
        # In all of these, what lies outside an image is never written and stays zero.
        self._sums = part.buffer(PRODUCTS, out_h + size - 1, channels, tiles, zero=True)
        others = max(size * channels * filters, SMALL_PRODUCT // LONGEST_PIECE)
        self._block = piece_length(others, tiles * part.samples)
        self._windows = self._view_windows(out_h, self._block)
        bytes_of_row = PRODUCTS * part.samples * part.dtype.itemsize * tiles
        self._loaded = max(1, min(height, CHUNK_BYTES // (bytes_of_row * channels)))
        self._convolved = max(1, min(out_h, CHUNK_BYTES // (bytes_of_row * filters)))
        self._seen = part.buffer(PRODUCTS, self._loaded, channels, tiles, zero=True)
        self._products = part.buffer(PRODUCTS, self._convolved, filters, tiles)
        self._y = part.buffer(m, self._convolved, filters, tiles)
        self._seen_pixels, self._y_pixels = _pixels(self._seen), _pixels(self._y)
        if part.training:
            long = piece_length(size * channels * filters, tiles * part.samples)
            self._long_windows = self._view_windows(out_h, long)
            turned = (self._convolved, tiles, part.samples, filters)
            self._turned = np.zeros((m, *turned), part.dtype)
            self._dy_sums = np.empty((PRODUCTS, *turned), part.dtype)

    def _view_windows(self, out_h: int, block: int) -> Array:
        """View the sums as (6, OH, blocks, FH·C, block), rows overlapping."""
        _, _, channels, tiles, n = self._sums.shape
        part, row, channel, _, item = self._sums.strides
        return as_strided(
            self._sums,
            (PRODUCTS, out_h, tiles * n // block, self._size * channels, block),
            (part, row, block * item, channel, item),
        )

    def load(self, x: Array, first: int) -> None:
        """Transform the rows x (R, rows, C, W / R, N) of the input, which begin with ``first``."""
        top = self._pad + first
        for start in range(0, x.shape[1], self._loaded):
            rows = slice(start, start + self._loaded)
            sums = self._sums[:, top + start : top + min(rows.stop, x.shape[1])]
            pixels = self._seen_pixels[:, : sums.shape[1]]
            for run in self._seen_runs:
                found = run.pixels(x[run.residue, rows], pixels.dtype)
                pixels[run.numbers, :, :, run.tiles] = found
            _combine(self._matrices.inputs, self._seen[:, : sums.shape[1]], sums)

    def convolve(self, u: Array, rows: slice, out: Array) -> None:
        """Write output rows, for transformed filters u (6, F, FH·C), to (R, rows, F, W / R, N)."""
        for start in range(rows.start, rows.stop, self._convolved):
            stop = min(start + self._convolved, rows.stop)
            products, y = self._products[:, : stop - start], self._y[:, : stop - start]
            blocks = in_blocks(products, self._block)
            np.matmul(u[:, np.newaxis, np.newaxis], self._windows[:, start:stop], out=blocks)
            _combine(self._matrices.outputs, products, y)
            chunk = slice(start - rows.start, stop - rows.start)
            pixels = self._y_pixels[:, : stop - start]
            for run in self._output_runs:
                into = run.pixels(out[run.residue, chunk], pixels.dtype)
                into[...] = pixels[run.numbers, :, :, run.tiles]

    def products_with(self, dy: Array, rows: slice) -> Array:
        """Return the share of output rows dy in the gradient of the filters, (6, FH·C, F)."""
        total = np.zeros((PRODUCTS, self._long_windows.shape[3], dy.shape[2]), dy.dtype)
        for start in range(rows.start, rows.stop, self._convolved):
            stop = min(start + self._convolved, rows.stop)
            turned, sums = self._turned[:, : stop - start], self._dy_sums[:, : stop - start]
            chunk = slice(start - rows.start, stop - rows.start)
            for run in self._output_runs:
                turned[run.numbers, :, run.tiles] = run.samples(dy[run.residue, chunk])
            _combine(self._matrices.outputs.T, turned, sums)
            windows = self._long_windows[:, start:stop]
            pieces = sums.reshape(*windows.shape[:3], windows.shape[-1], -1)
            total += np.matmul(windows, pieces).sum(axis=(1, 2))
        return total


@dataclass(frozen=True, slots=True)
class _Run:
    """Some columns of some tiles, as far as they are in an image, in one view.

    ``numbers`` of the columns of a tile and ``tiles`` say which. They begin with column ``start``
    of a ``residue``; from one tile to the next are ``step`` columns of it. Pixels are those of all
    samples, of which a copy as a whole is faster.
    """

    numbers: slice
    tiles: slice
    size: tuple[int, int]  # how many numbers and tiles these are
    residue: int
    start: int
    step: int

    def pixels(self, image: Array, pixel: np.dtype[np.void]) -> NDArray[np.void]:
        """View rows of its residue (rows, C, W / R, N) as (numbers, rows, C, tiles) pixels."""
        (numbers, tiles), (rows, channels, _, _) = self.size, image.shape
        row, channel, column, _ = image.strides
        strides = (column, row, channel, self.step * column)
        shape = (numbers, rows, channels, tiles)
        return np.ndarray(shape, pixel, image, self.start * column, strides)

    def samples(self, image: Array) -> Array:
        """View rows of its residue (rows, C, W / R, N) as (numbers, rows, tiles, N, C)."""
        (numbers, tiles), (rows, channels, _, samples) = self.size, image.shape
        row, channel, column, item = image.strides
        strides = (column, row, self.step * column, item, channel)
        shape = (numbers, rows, tiles, samples, channels)
        return np.ndarray(shape, image.dtype, image, self.start * column, strides)


def _runs(
    image: tuple[int, int, int, int], first: int, step: int, count: int, tiles: int
) -> list[_Run]:
    """Find the columns ``first`` + t·``step`` + j, for j below ``count``, of the tiles t.

    What lies outside an ``image`` (R, H, C, W / R) is left out.
    """
    residues, _, _, width = image
    runs = []
    for lowest in range(residues):
        inside = [
            [
                j
                for j in range(lowest, count, residues)
                if 0 <= first + t * step + j < width * residues
            ]
            for t in range(tiles)
        ]
        for numbers, group in groupby(range(tiles), inside.__getitem__):
            if not numbers:
                continue
            members = list(group)
            start, residue = divmod(first + members[0] * step + numbers[0], residues)
            runs.append(
                _Run(
                    slice(numbers[0], numbers[-1] + 1, residues),
                    slice(members[0], members[-1] + 1),
                    (len(numbers), len(members)),
                    residue,
                    start,
                    step // residues,
                )
            )
    return runs


def _pixels(x: Array) -> NDArray[np.void]:
    """View (..., N) as pixels of all samples."""
    return x.view(np.dtype((np.void, x.shape[-1] * x.itemsize)))[..., 0]


def _combine(matrix: Array, x: Array, out: Array) -> None:
    """Write ``matrix``·x; of both arrays, the rows are what lies along the first axis."""
    np.matmul(matrix, x.reshape(len(x), -1), out=out.reshape(len(out), -1))
