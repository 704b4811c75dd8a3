"""How much memory a run will take, told before it is started."""

import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from convlab.nn.network import LayerShape
from convlab.nn.optimizer import Optimizer
from convlab.training.config import TrainingConfig
from convlab.training.trainer import EVALUATION_BATCH

# Arrays as large as the weights that exist whatever the optimizer: the weights, their gradient
# and the next gradient, which is made before the last one is let go.
LEARNING_COPIES = 3
# The weights at the start, the last ones known to be good, and those of the latest snapshot.
KEPT_COPIES = 3


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes that a run takes at its height.

    ``weights`` is one copy of the parameters; ``learning`` is all copies with the gradients and
    what the optimizer remembers; ``activations`` what the layers keep of one mini-batch;
    ``images`` the dataset.
    """

    weights: int
    learning: int
    activations: int
    images: int

    @property
    def total(self) -> int:
        """Bytes of everything together."""
        return self.learning + self.activations + self.images


def training_memory(
    config: TrainingConfig, layers: Sequence[LayerShape], image_bytes: int
) -> TrainingMemory:
    """Return an estimate for a run of ``config`` whose network has ``layers``.

    ``image_bytes`` is the size of the dataset. The estimate is within a factor of two of what
    Python's own accounting (tracemalloc) finds; Qt and Python themselves are not in it.
    """
    number = np.dtype(config.dtype).itemsize
    weights = number * sum(layer.parameter_count for layer in layers)
    copies = LEARNING_COPIES + KEPT_COPIES + arrays_remembered(config.make_optimizer())
    samples = max(config.mini_batch_size, EVALUATION_BATCH)
    per_sample = sum(_numbers_per_sample(layer) for layer in layers)
    return TrainingMemory(
        weights, copies * weights, number * samples * per_sample, images=image_bytes
    )


def arrays_remembered(optimizer: Optimizer) -> int:
    """Return how many numbers an optimizer keeps for each parameter; it is tried out on one."""
    trial = deepcopy(optimizer)
    trial.update({"W": np.zeros(1)}, {"W": np.zeros(1)})
    return sum(len(arrays) for arrays in trial.state.values())


def machine_memory() -> int | None:
    """Return how many bytes of memory this computer has; None where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None


def size_text(size: float) -> str:
    """Return a number of bytes as people write it, such as ``1.7 MB`` or ``12 GB``."""
    units = ["TB", "GB", "MB", "kB", "bytes"]
    unit = units.pop()
    while size >= 999.5 and units:
        size /= 1000
        unit = units.pop()
    return f"{size:.1f} {unit}" if unit != "bytes" and size < 9.95 else f"{size:,.0f} {unit}"


def _numbers_per_sample(layer: LayerShape) -> int:
    """Count what a layer holds for one sample: its output, and its input if it has parameters.

    A convolution lays every window of its input out as a row (im2col), and makes the next rows
    while the last ones are still there; an affine layer is the case of a single window.
    """
    output = int(np.prod(layer.output_shape))
    if not layer.parameter_shapes:
        return output
    windows = int(np.prod(layer.output_shape[1:]))
    return output + 2 * layer.fan_in * windows
