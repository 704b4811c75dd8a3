"""Batch normalization."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Lt

from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.types import Array, Shape
from convlab.settings import About

_EPSILON = 1e-7


class BatchNormalization:
    """y = gamma·(x - mean) / deviation + beta (the book, section 6.3).

    Mean and deviation are those of the batch, for each channel of x (N, C, H, W) or each unit of
    x (N, D). Running averages of them, changed in place, stand in for them when the network
    predicts. ``drunning_mean`` and ``drunning_var`` are always zero: nothing is learned there.
    Source: Ioffe and Szegedy (2015).
    """

    def __init__(
        self,
        gamma: Array,
        beta: Array,
        momentum: float = 0.9,
        running_mean: Array | None = None,
        running_var: Array | None = None,
    ) -> None:
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.running_mean = np.zeros_like(gamma) if running_mean is None else running_mean
        self.running_var = np.ones_like(gamma) if running_var is None else running_var
        self.dgamma = np.zeros_like(gamma)
        self.dbeta = np.zeros_like(beta)
        self.drunning_mean = np.zeros_like(gamma)
        self.drunning_var = np.zeros_like(gamma)
        self._normal: Array = np.zeros(0)
        self._deviation: Array = np.zeros(0)

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        """Return y in the shape of x."""
        axes = (0, *range(2, x.ndim))
        if train_flg:
            mean, variance = x.mean(axis=axes), x.var(axis=axes)
            self.running_mean *= self.momentum
            self.running_mean += (1 - self.momentum) * mean
            self.running_var *= self.momentum
            self.running_var += (1 - self.momentum) * variance
        else:
            mean, variance = self.running_mean, self.running_var
        self._deviation = np.sqrt(variance + _EPSILON)
        self._normal = (x - _on(mean, x)) / _on(self._deviation, x)
        return _on(self.gamma, x) * self._normal + _on(self.beta, x)

    def backward(self, dout: Array) -> Array:
        """Keep dgamma and dbeta; return dx in the shape of x."""
        axes = (0, *range(2, dout.ndim))
        self.dbeta = dout.sum(axis=axes)
        self.dgamma = (dout * self._normal).sum(axis=axes)
        m = dout.size // len(self.gamma)
        inner = dout - _on(self.dbeta / m, dout) - self._normal * _on(self.dgamma / m, dout)
        return _on(self.gamma / self._deviation, dout) * inner


def _on(values: Array, x: Array) -> Array:
    """Shape one value a channel so that it broadcasts over x (N, C, ...)."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))


@LAYERS.register("BatchNormalization")
@dataclass(frozen=True)
class BatchNormalizationSettings(LayerSettings):
    """The settings of a :class:`BatchNormalization` layer."""

    momentum: Annotated[
        float, Ge(0), Lt(1), About("Momentum", "How much of the running averages a batch keeps.")
    ] = 0.9

    parameters: ClassVar[tuple[str, ...]] = ("gamma", "beta", "running_mean", "running_var")
    has_train_flg: ClassVar[bool] = True
    needs_whole_batch: ClassVar[bool] = True

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """All (C,) or (D,)."""
        return dict.fromkeys(self.parameters, input_shape[:1])

    def start(self, parameter: str) -> float | None:
        """The layer starts by passing on what it has normalized."""
        return 1.0 if parameter in ("gamma", "running_var") else 0.0

    def make(self, params: Mapping[str, Array]) -> BatchNormalization:
        """Return the layer; it keeps its running averages in ``params``, too."""
        return BatchNormalization(
            params["gamma"],
            params["beta"],
            self.momentum,
            params["running_mean"],
            params["running_var"],
        )
