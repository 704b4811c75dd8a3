"""Adam."""

from dataclasses import dataclass
from math import sqrt
from typing import Annotated

import numpy as np
from annotated_types import Ge, Lt

from convlab.nn.optimizer import OPTIMIZERS, LearningRate, Optimizer
from convlab.nn.types import Array
from convlab.settings import About


@OPTIMIZERS.register("Adam")
@dataclass
class Adam(Optimizer):
    """m ← β1·m + (1 - β1)·g; v ← β2·v + (1 - β2)·g²; W ← W - lr_t·m / (√v + 1e-7).

    g is dL/dW and lr_t = lr·√(1 - β2ᵗ) / (1 - β1ᵗ) at the t-th step (the book, section 6.1.6).
    Source: Kingma and Ba (2015).
    """

    lr: LearningRate = 0.001
    beta1: Annotated[
        float, Ge(0), Lt(1), About("Beta 1", "How long past gradients count in the step.")
    ] = 0.9
    beta2: Annotated[
        float, Ge(0), Lt(1), About("Beta 2", "How long past squared gradients count.")
    ] = 0.999

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        m = self.memory("m", name, param)
        v = self.memory("v", name, param)
        m += (1 - self.beta1) * (grad - m)
        v += (1 - self.beta2) * (grad * grad - v)
        t = self.iterations
        step = self.lr * sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        param -= step * m / (np.sqrt(v) + 1e-7)
