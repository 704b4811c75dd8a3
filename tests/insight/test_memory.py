import tracemalloc
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet
from convlab.insight.memory import (
    TrainingMemory,
    arrays_remembered,
    machine_memory,
    memory_problems,
    size_text,
    training_memory,
)
from convlab.nn.optimizers import SGD, Adam, Momentum
from convlab.training.config import TrainingConfig
from convlab.training.events import RunStarted, SnapshotTaken
from convlab.training.trainer import Trainer


def dataset_of(images: int) -> Dataset:
    rng = np.random.default_rng(0)
    parts = [
        ImageSet(rng.integers(0, 256, (n, 1, 28, 28), np.uint8), rng.integers(0, 10, n))
        for n in (images, 200)
    ]
    return Dataset("noise", "Noise", *parts, tuple("0123456789"))


def measured(config: TrainingConfig, dataset: Dataset) -> int:
    """The height of a run's memory, with what the lab keeps of its events."""
    kept: dict[type, Any] = {}
    tracemalloc.start()
    try:
        for event in Trainer.from_config(config, dataset).run(snapshot_seconds=0):
            if isinstance(event, RunStarted | SnapshotTaken):
                kept[type(event)] = event
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"mini_batch_size": 300},
        {"dtype": "float64"},
        {"mini_batch_size": 20, "optimizer": "SGD"},
        {"network": "LeNet"},
        {"network": "AlexNet", "mini_batch_size": 30},
        {"network": "DeepConvNet", "mini_batch_size": 30},
        {"network": {"name": "SimpleConvNet", "filter_size": 15, "filter_num": 10}},
        {"network": {"name": "SimpleConvNet", "filter_num": 64, "filter_size": 3, "pad": 1}},
        {"network": {"name": "SimpleConvNet", "hidden_size": 1000}},
        {"network": {"name": "SimpleConvNet", "hidden_size": 800}, "optimizer": "Momentum"},
    ],
)
def test_the_estimate_is_within_a_factor_of_two_of_what_a_run_takes(
    values: dict[str, Any],
) -> None:
    config = TrainingConfig.from_dict({"epochs": 1, **values})
    dataset = dataset_of(300)
    layers = config.layer_shapes(dataset.image_shape, 10, len(dataset.train))
    estimate = training_memory(config, layers, image_bytes=0).total
    taken = measured(config, dataset)
    assert taken / 2 < estimate < taken * 2


def test_the_weights_are_counted_in_the_precision_of_the_run() -> None:
    def weights(dtype: str) -> int:
        config = TrainingConfig.from_dict({"dtype": dtype})
        return training_memory(config, config.layer_shapes((1, 28, 28), 10, 1000), 0).weights

    assert weights("float32") == 433_890 * 4
    assert weights("float64") == 433_890 * 8


def test_the_images_are_part_of_the_total() -> None:
    config = TrainingConfig()
    layers = config.layer_shapes((1, 28, 28), 10, 1000)
    without, with_images = (training_memory(config, layers, size).total for size in (0, 10**9))
    assert with_images - without == 10**9


@pytest.mark.parametrize(("optimizer", "arrays"), [(SGD(), 0), (Momentum(), 1), (Adam(), 2)])
def test_an_optimizer_is_asked_what_it_remembers_without_being_touched(
    optimizer: SGD | Momentum | Adam, arrays: int
) -> None:
    assert arrays_remembered(optimizer) == arrays
    assert optimizer.iterations == 0
    assert not optimizer.state


def test_a_run_that_does_not_fit_is_put_down_to_what_takes_most() -> None:
    batch = TrainingMemory(weights=1, learning=10, activations=90_000_000_000, images=0)
    network = TrainingMemory(weights=1, learning=90_000_000_000, activations=10, images=0)
    assert memory_problems(batch, 16_000_000_000) == {
        "mini_batch_size": "Training would take about 90 GB of memory, but this computer has "
        "16 GB; use a smaller mini-batch."
    }
    assert memory_problems(network, 16_000_000_000)["network"].endswith("use a smaller network.")
    assert memory_problems(network, 100_000_000_000) == {}
    assert memory_problems(network, None) == {}


def test_this_computer_has_some_memory() -> None:
    memory = machine_memory()
    assert memory is None or memory > 2**26


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (1_735_560, "1.7 MB"),
        (9_960_000, "10 MB"),
        (999_600, "1.0 MB"),
        (64_000_000_000, "64 GB"),
        (2_000_000_000_000_000, "2,000 TB"),
    ],
)
def test_sizes_are_written_as_people_do(size: int, text: str) -> None:
    assert size_text(size) == text
