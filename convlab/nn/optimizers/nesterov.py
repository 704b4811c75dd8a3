"""Nesterov's accelerated gradient."""

from dataclasses import dataclass

from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.optimizers.momentum import MomentumFactor
from convlab.nn.types import Array


@OPTIMIZERS.register("Nesterov")
@dataclass
class Nesterov(Optimizer):
    """Momentum that looks ahead: v ← momentum·v - lr·dL/dW; W ← W + momentum·v - lr·dL/dW.

    In the form of Bengio, Boulanger-Lewandowski and Pascanu (2012), whose parameters already
    stand at the place looked ahead to, so that the gradient is taken where the network is.
    """

    momentum: MomentumFactor = 0.9

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        step = self.lr * grad
        v = self.memory("v", name, param)
        v *= self.momentum
        v -= step
        param += self.momentum * v
        param -= step
