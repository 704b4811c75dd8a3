"""Stochastic gradient descent."""

from dataclasses import dataclass

from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.types import Array


@OPTIMIZERS.register("SGD")
@dataclass
class SGD(Optimizer):
    """W ← W - lr·dL/dW (the book, section 6.1.2)."""

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        param -= self.lr * grad
