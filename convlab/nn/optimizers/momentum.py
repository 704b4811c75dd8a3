"""Gradient descent with momentum."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Lt

from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.types import Array
from convlab.settings import About

MomentumFactor = Annotated[
    float, Ge(0), Lt(1), About("Momentum", "How much of its speed a step keeps for the next.")
]


@OPTIMIZERS.register("Momentum")
@dataclass
class Momentum(Optimizer):
    """v ← momentum·v - lr·dL/dW; W ← W + v (the book, section 6.1.4)."""

    momentum: MomentumFactor = 0.9

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        v = self.memory("v", name, param)
        v *= self.momentum
        v -= self.lr * grad
        param += v
