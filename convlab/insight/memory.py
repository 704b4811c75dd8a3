"""How much memory a run will take, told before it is started."""

import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from convlab.data.dataset import Dataset
from convlab.errors import SettingsError
from convlab.nn.engine import PREDICTED_SHARD, training_shards
from convlab.nn.network import LayerShape
from convlab.nn.optimizer import Optimizer
from convlab.training.config import TrainingConfig

# Copies of the weights whatever the optimizer: the network's own, the engine's, those at the
# start, the last ones known to be good, and those of the latest snapshot.
COPIES = 5


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
    size = np.dtype(config.dtype).itemsize
    weights = size * sum(layer.stored_count for layer in layers)
    shards = len(training_shards(config.mini_batch_size))  # each has a gradient of its own
    copies = COPIES + shards + arrays_remembered(config.make_optimizer())
    samples = config.mini_batch_size + PREDICTED_SHARD
    per_sample = sum(
        _numbers_per_sample(layer, needs_dx=number > 0) for number, layer in enumerate(layers)
    )
    return TrainingMemory(
        weights, copies * weights, size * samples * per_sample, images=image_bytes
    )


def arrays_remembered(optimizer: Optimizer) -> int:
    """Return how many numbers an optimizer keeps for each parameter; it is tried out on one."""
    trial = deepcopy(optimizer)
    trial.update({"W": np.zeros(1)}, {"W": np.zeros(1)})
    return sum(len(arrays) for arrays in trial.state.values())


def memory_problems(memory: TrainingMemory, machine_bytes: int | None) -> dict[str, str]:
    """Return a sentence about a run that does not fit, at the setting that takes most of it.

    ``machine_bytes`` is what the computer has, None where it does not tell. Empty if it fits.
    """
    if machine_bytes is None or memory.total <= machine_bytes:
        return {}
    batch_matters_most = memory.activations > memory.learning
    culprit = "mini_batch_size" if batch_matters_most else "network"
    smaller = "a smaller mini-batch" if batch_matters_most else "a smaller network"
    return {
        culprit: f"Training would take about {size_text(memory.total)} of memory, but this "
        f"computer has {size_text(machine_bytes)}; use {smaller}."
    }


def machine_memory() -> int | None:
    """Return how many bytes of memory this computer has; None where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None


def refuse_too_large(config: TrainingConfig, dataset: Dataset) -> None:
    """Raise :class:`SettingsError` for a run that takes more memory than there is.

    So it does for settings of which no network for these images can be built.
    """
    shape, classes = dataset.image_shape, len(dataset.class_names)
    layers = config.layer_shapes(shape, classes, config.learned_images(len(dataset.train)))
    memory = training_memory(config, layers, dataset.image_bytes)
    problems = memory_problems(memory, machine_memory())
    if problems:
        raise SettingsError(problems)


def size_text(size: float) -> str:
    """Return a number of bytes as people write it, such as ``1.7 MB`` or ``12 GB``."""
    units = ["TB", "GB", "MB", "kB", "bytes"]
    unit = units.pop()
    while size >= 999.5 and units:
        size /= 1000
        unit = units.pop()
    return f"{size:.1f} {unit}" if unit != "bytes" and size < 9.95 else f"{size:,.0f} {unit}"


def _numbers_per_sample(layer: LayerShape, *, needs_dx: bool) -> int:
    """Count what the engine holds of a layer for one sample.

    That is its output and the gradient of its input; of a convolution also the input once more
    for each column of the filter, and so the gradient of the output on the way back.
    """
    output, inputs = int(np.prod(layer.output_shape)), int(np.prod(layer.input_shape))
    weights = layer.parameter_shapes.get("W", ())
    if len(weights) != 4:
        return output + inputs // 2
    filters, channels, _, filter_size = weights
    _, height, width = layer.input_shape
    columns = channels * height * filter_size * layer.output_shape[-1]
    back = inputs + filters * height * filter_size * width if needs_dx else 0
    return output + columns + back
