"""What every optimizer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Le

from convlab.nn.types import Array
from convlab.registry import Registry
from convlab.settings import About

LearningRate = Annotated[float, Gt(0), Le(100), About("Learning rate", "How far one step goes.")]


@dataclass
class Optimizer:
    """Changes parameters in place, from their gradients.

    Subclasses are dataclasses of their settings; what they remember of earlier steps lies in
    ``state``, one dict of arrays for each kind of memory (``{"v": {"W1": ...}}``), and in
    ``iterations``, the number of updates made.
    """

    lr: LearningRate = 0.01

    def __post_init__(self) -> None:
        self.iterations = 0
        self.state: dict[str, dict[str, Array]] = {}

    def update(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """Make one step: change every array of ``params`` by the gradient of the same name."""
        self.iterations += 1
        for name, param in params.items():
            self.update_one(name, param, grads[name])

    def update_one(self, name: str, param: Array, grad: Array) -> None:
        """Change one array in place."""
        raise NotImplementedError

    def memory(self, kind: str, name: str, like: Array) -> Array:
        """Return the array that this optimizer keeps for a parameter; zeros at first."""
        kept = self.state.setdefault(kind, {})
        if name not in kept:
            kept[name] = np.zeros_like(like)
        return kept[name]


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", "convlab.nn.optimizers")
