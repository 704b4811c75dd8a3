"""AdaGrad."""

from dataclasses import dataclass

import numpy as np

from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.types import Array


@OPTIMIZERS.register("AdaGrad")
@dataclass
class AdaGrad(Optimizer):
    """h ← h + (dL/dW)²; W ← W - lr·dL/dW / (√h + 1e-7) (the book, section 6.1.5).

    Source: Duchi, Hazan and Singer (2011).
    """

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        h = self.memory("h", name, param)
        h += grad * grad
        param -= self.lr * grad / (np.sqrt(h) + 1e-7)
