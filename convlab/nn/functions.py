"""The functions of the book's chapters 3 to 7 that layers and networks share."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from convlab.errors import ConvlabError
from convlab.nn.types import Array, Labels


def softmax(x: Array) -> Array:
    """Turn scores (N, K) or (K,) into probabilities; the largest score is subtracted first."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def log_softmax(x: Array) -> Array:
    """Return the logarithm of :func:`softmax`, exact where a probability is nearly 0."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def class_indices(t: NDArray[Any], classes: int) -> Labels:
    """Return labels as indices (N,); ``t`` holds indices (N,) or (N, 1), or is one-hot (N, K).

    Raises :class:`ConvlabError` for other shapes and for classes that do not exist.
    """
    t = np.atleast_1d(t)
    if t.ndim == 2 and t.shape[1] == classes and classes > 1:
        return np.asarray(t.argmax(axis=1))
    if t.ndim > 2 or t.size != len(t):
        raise ConvlabError(
            f"Labels must be class indices (N,) or one-hot (N, {classes}); received {t.shape}."
        )
    indices = t.reshape(-1).astype(np.intp, copy=False)
    if indices.size and not 0 <= indices.min() <= indices.max() < classes:
        raise ConvlabError(
            f"Labels must be from 0 to {classes - 1}; received {indices.min()} to {indices.max()}."
        )
    return indices


def output_size(size: int, window: int, stride: int, pad: int) -> int:
    """Return how many windows fit along an edge: OH = (H + 2P - FH) / S + 1, rounded down."""
    return (size + 2 * pad - window) // stride + 1


def im2col(x: Array, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0) -> Array:
    """Lay out every window of x (N, C, H, W) as one row: (N·OH·OW, C·FH·FW).

    A convolution is then one matrix product (the book, section 7.4.3).
    """
    if pad:
        x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(x, (filter_h, filter_w), axis=(2, 3))[:, :, ::stride, ::stride]
    n, c, out_h, out_w = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, c * filter_h * filter_w)


def col2im(
    col: Array,
    input_shape: tuple[int, int, int, int],
    filter_h: int,
    filter_w: int,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Add every row of ``col`` back to where :func:`im2col` read it: (N, C, H, W)."""
    n, c, h, w = input_shape
    out_h = output_size(h, filter_h, stride, pad)
    out_w = output_size(w, filter_w, stride, pad)
    windows = col.reshape(n, out_h, out_w, c, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((n, c, h + 2 * pad, w + 2 * pad), dtype=col.dtype)
    for y in range(filter_h):
        for x in range(filter_w):
            rows = slice(y, y + stride * out_h, stride)
            columns = slice(x, x + stride * out_w, stride)
            image[:, :, rows, columns] += windows[:, :, y, x]
    return image[:, :, pad : pad + h, pad : pad + w]
