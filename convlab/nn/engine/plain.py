"""A layer without a fast kernel, run as the book writes it."""

import numpy as np

from convlab.nn.engine.parts import Part, batch_last
from convlab.nn.types import Array


class PlainStage:
    """Turns the batch first, calls the plain layer, and turns it last again."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._layer = part.settings.make(part.params)
        self._flag = {"train_flg": part.training} if part.settings.has_train_flg else {}

    def forward(self, x: Array) -> Array:
        """Return y (H, C, W, N)."""
        y = self._layer.forward(_batch_first(x, self._part.input_shape), **self._flag)
        return _batch_last(y, self._part.output_shape)

    def backward(self, dy: Array) -> None:
        """Copy the gradients of the parameters."""
        dx = self._layer.backward(_batch_first(dy, self._part.output_shape))
        for name, grad in self._part.grads.items():
            grad[...] = getattr(self._layer, f"d{name}")
        self._dx = dx

    def input_gradient(self) -> Array:
        """Return dL/dx, after :meth:`backward`."""
        return _batch_last(self._dx, self._part.input_shape)


def _batch_first(x: Array, shape: tuple[int, ...]) -> Array:
    """Turn (H, C, W, N) into (N, C, H, W), or (N, D) where a sample is flat."""
    return np.ascontiguousarray(x.transpose(3, 1, 0, 2)).reshape(-1, *shape)


def _batch_last(x: Array, shape: tuple[int, ...]) -> Array:
    """Turn (N, C, H, W) or (N, D) into (H, C, W, N)."""
    h, c, w = batch_last(shape)
    return np.ascontiguousarray(x.reshape(-1, c, h, w).transpose(2, 1, 3, 0))
