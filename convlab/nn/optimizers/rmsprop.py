"""RMSprop."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Lt

from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.nn.types import Array
from convlab.settings import About


@OPTIMIZERS.register("RMSprop")
@dataclass
class RMSprop(Optimizer):
    """h ← d·h + (1 - d)·(dL/dW)²; W ← W - lr·dL/dW / (√h + 1e-7), with decay rate d.

    Source: Tieleman and Hinton (2012), lecture 6.5.
    """

    decay_rate: Annotated[
        float, Ge(0), Lt(1), About("Decay rate", "How long past squared gradients count.")
    ] = 0.99

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        h = self.memory("h", name, param)
        h *= self.decay_rate
        h += (1 - self.decay_rate) * grad * grad
        param -= self.lr * grad / (np.sqrt(h) + 1e-7)
