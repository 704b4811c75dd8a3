"""What every kind of layer computes, in a few lines of NumPy.

The lines are for reading; the arrays that stand beside them come from the layers themselves. Both
are the same up to rounding, which a test makes sure of by running the lines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convlab.nn import layers
from convlab.nn.layers.local_response_normalization import LocalResponseNormalization
from convlab.nn.types import Array

Values = dict[str, Any]
"""Arrays and numbers by the names that they have in the lines."""


@dataclass(frozen=True, slots=True)
class LayerLines:
    """The lines of one kind of layer, and where the values in them come from.

    ``forward`` takes x and leaves out. ``backward`` takes dout and leaves the gradients of the
    parameters, ``backward_x`` then dx. ``settings`` are the numbers that a layer was made with;
    ``kept`` what forward leaves between x and out, ``passed`` what backward leaves before dx.
    """

    forward: str
    backward: str = ""
    backward_x: str = ""
    settings: tuple[str, ...] = ()
    kept: Callable[[Any, Array], Values] = lambda layer, x: {}
    passed: Callable[[Any, Array], Values] = lambda layer, dout: {}


_WINDOWS = """\
windows = sliding_window_view(x, (pool_h, pool_w), axis=(2, 3))[:, :, ::stride, ::stride]
"""
_POOL = ("pool_h", "pool_w", "stride")

CONVOLUTION = LayerLines(
    """\
N, C, H, W_ = x.shape
FN, C, FH, FW = W.shape
OH = (H + 2 * pad - FH) // stride + 1
OW = (W_ + 2 * pad - FW) // stride + 1
col = im2col(x, FH, FW, stride, pad)
out = col @ W.reshape(FN, -1).T + b
out = out.reshape(N, OH, OW, FN).transpose(0, 3, 1, 2)""",
    """\
FN, C, FH, FW = W.shape
rows = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
dW = (rows.T @ col).reshape(W.shape)
db = rows.sum(axis=0)""",
    """\
dcol = rows @ W.reshape(FN, -1)
dx = col2im(dcol, x.shape, FH, FW, stride, pad)""",
    ("stride", "pad"),
    lambda layer, x: {"col": layer._col},
    lambda layer, dout: {"rows": dout.transpose(0, 2, 3, 1).reshape(-1, len(layer.W))},
)
AFFINE = LayerLines(
    "out = x.reshape(len(x), -1) @ W + b",
    """\
dW = x.reshape(len(x), -1).T @ dout
db = dout.sum(axis=0)""",
    "dx = (dout @ W.T).reshape(x.shape)",
)
POOLING = LayerLines(
    f"""\
{_WINDOWS}cells = windows.reshape(*windows.shape[:4], -1)
winner = cells.argmax(axis=-1)
out = cells.max(axis=-1)""",
    backward_x="""\
n, c, i, j = np.indices(dout.shape)
row, column = i * stride + winner // pool_w, j * stride + winner % pool_w
dx = np.zeros_like(x)
np.add.at(dx, (n, c, row, column), dout)""",
    settings=_POOL,
    kept=lambda layer, x: {"winner": layer._winner},
)
AVERAGE_POOLING = LayerLines(
    f"{_WINDOWS}out = windows.mean(axis=(4, 5))",
    backward_x="""\
OH, OW = dout.shape[2:]
dx = np.zeros_like(x)
for i in range(pool_h):
    for j in range(pool_w):
        cells = dx[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride]
        cells += dout / (pool_h * pool_w)""",
    settings=_POOL,
)
SUBSAMPLING = LayerLines(
    """\
N, C, H, W_ = x.shape
S = pool_size
sums = x.reshape(N, C, H // S, S, W_ // S, S).sum(axis=(3, 5))
out = W[:, np.newaxis, np.newaxis] * sums + b[:, np.newaxis, np.newaxis]""",
    """\
dW = (dout * sums).sum(axis=(0, 2, 3))
db = dout.sum(axis=(0, 2, 3))""",
    """\
share = W[:, np.newaxis, np.newaxis] * dout
dx = share.repeat(pool_size, axis=2).repeat(pool_size, axis=3)""",
    ("pool_size",),
    lambda layer, x: {"sums": layer._sums},
)
RELU = LayerLines(
    """\
positive = x > 0
out = np.maximum(x, 0)""",
    backward_x="dx = dout * positive",
    kept=lambda layer, x: {"positive": layer._positive},
)
SIGMOID = LayerLines(
    "out = 0.5 * (np.tanh(0.5 * x) + 1)  # which is 1 / (1 + np.exp(-x))",
    backward_x="dx = dout * out * (1 - out)",
)
TANH = LayerLines("out = np.tanh(x)", backward_x="dx = dout * (1 - out**2)")
DROPOUT = LayerLines(
    "out = x * mask  # drawn at random: 0, or 1 / (1 - dropout_ratio)",
    backward_x="dx = dout * mask",
    settings=("dropout_ratio",),
)
BATCH_NORMALIZATION = LayerLines(
    """\
axes = (0, *range(2, x.ndim))
shape = (-1, *(1,) * (x.ndim - 2))
mean, variance = x.mean(axis=axes), x.var(axis=axes)
deviation = np.sqrt(variance + 1e-7)
normal = (x - mean.reshape(shape)) / deviation.reshape(shape)
out = gamma.reshape(shape) * normal + beta.reshape(shape)
new_running_mean = momentum * running_mean + (1 - momentum) * mean
new_running_var = momentum * running_var + (1 - momentum) * variance""",
    """\
axes = (0, *range(2, dout.ndim))
dbeta = dout.sum(axis=axes)
dgamma = (dout * normal).sum(axis=axes)""",
    """\
shape = (-1, *(1,) * (dout.ndim - 2))
m = dout.size // len(gamma)
inner = dout - (dbeta / m).reshape(shape) - normal * (dgamma / m).reshape(shape)
dx = (gamma / deviation).reshape(shape) * inner""",
    ("momentum",),
    lambda layer, x: {
        "mean": x.mean(axis=(0, *range(2, x.ndim))),
        "deviation": layer._deviation,
        "normal": layer._normal,
        "new_running_mean": layer.running_mean.copy(),
        "new_running_var": layer.running_var.copy(),
    },
)
LOCAL_RESPONSE_NORMALIZATION = LayerLines(
    """\
edge = ((0, 0), (n // 2, n // 2), (0, 0), (0, 0))
sums = sliding_window_view(np.pad(x**2, edge), n, axis=1).sum(axis=-1)
scale = k + alpha * sums
out = x * scale**-beta""",
    backward_x="""\
edge = ((0, 0), (n // 2, n // 2), (0, 0), (0, 0))
around = sliding_window_view(np.pad(dout * out / scale, edge), n, axis=1).sum(axis=-1)
dx = dout * scale**-beta - 2 * alpha * beta * x * around""",
    settings=("n", "k", "alpha", "beta"),
    kept=lambda layer, x: {"scale": layer._scale},
)
UNKNOWN = LayerLines("out = layer.forward(x)", backward_x="dx = layer.backward(dout)")

_LINES: dict[type[Any], LayerLines] = {
    layers.Convolution: CONVOLUTION,
    layers.Affine: AFFINE,
    layers.Pooling: POOLING,
    layers.AveragePooling: AVERAGE_POOLING,
    layers.Subsampling: SUBSAMPLING,
    layers.Relu: RELU,
    layers.Sigmoid: SIGMOID,
    layers.Tanh: TANH,
    layers.Dropout: DROPOUT,
    layers.BatchNormalization: BATCH_NORMALIZATION,
    LocalResponseNormalization: LOCAL_RESPONSE_NORMALIZATION,
}


def lines_of(layer: object) -> LayerLines:
    """Return the lines of a layer; of a kind that has none here, its calls."""
    return _LINES.get(type(layer), UNKNOWN)


def given_to(layer: Any, parameters: tuple[str, ...]) -> Values:
    """Return copies of a layer's parameters, and the numbers that it was made with."""
    values: Values = {name: np.copy(getattr(layer, name)) for name in parameters}
    return values | {name: getattr(layer, name) for name in lines_of(layer).settings}
