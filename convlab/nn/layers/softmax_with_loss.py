"""Softmax and cross-entropy in one, the last layer of every classifier."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConvlabError
from convlab.nn.functions import class_indices, log_softmax
from convlab.nn.types import Array, Labels


class SoftmaxWithLoss:
    """The mean over the batch of -log softmax(x)[t] (the book, section 5.6.3).

    x (N, K) are scores, t are class indices (N,) or one-hot (N, K). Where the book adds 1e-7
    inside the logarithm, this takes the exact logarithm of the softmax.
    dL/dx = (softmax(x) - one_hot(t)) / N.
    """

    def __init__(self) -> None:
        self.y: Array = np.zeros((0, 0))
        self.t: Labels = np.zeros(0, dtype=np.intp)

    def forward(self, x: Array, t: NDArray[Any]) -> float:
        """Return the loss; keep the probabilities as ``y`` and the class indices as ``t``."""
        self.t = class_indices(t, x.shape[1])
        if len(self.t) != len(x):
            raise ConvlabError(f"There are {len(x)} images but {len(self.t)} labels.")
        log_y = log_softmax(x)
        self.y = np.exp(log_y)
        return float(-log_y[np.arange(len(x)), self.t].mean())

    def backward(self, dout: float = 1.0) -> Array:
        """Return dx (N, K)."""
        dx = self.y.copy()
        dx[np.arange(len(dx)), self.t] -= 1
        dx *= dout / len(dx)
        return dx
