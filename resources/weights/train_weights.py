"""Train the weights that come with convlab, on the whole of MNIST and some drawn digits.

    python resources/weights/train_weights.py FOLDER [SimpleConvNet] [DeepConvNet]

FOLDER holds the four files of MNIST, gzipped or not. Without a name, all networks are trained, one
after the other; each writes its weights beside this script. The same command gives the same
weights, to the bit, on the same machine: what is drawn, which images come when, and how each is
distorted follows from the seed.
"""

import argparse
from dataclasses import replace
from math import cos, pi
from pathlib import Path
from typing import Any

import numpy as np
from drawn_digits import drawn_digits

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.loading import load_dataset
from convlab.nn import weights
from convlab.training.config import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, RunEnded, StepDone
from convlab.training.trainer import Trainer

SEED = 0
DRAWN = 600  # of each digit, beside MNIST's 6,000
LOWEST = 0.01  # of the learning rate at the start, in the last epoch

RUNS: dict[str, dict[str, Any]] = {
    "SimpleConvNet": {
        "epochs": 30,
        "optimizer": {"name": "Adam", "lr": 0.001},
        "augmentation": {"shift": 1, "rotation": 10, "scale": 10, "elastic": 0.8},
    },
    "DeepConvNet": {
        "epochs": 16,
        "optimizer": {"name": "Adam", "lr": 0.001},
        "augmentation": {"shift": 1, "rotation": 10, "scale": 10, "elastic": 0.8},
    },
}


def with_drawn_digits(dataset: Dataset) -> Dataset:
    """Return the dataset with drawn digits added to its training images."""
    parts = (dataset.train, drawn_digits(DRAWN, np.random.default_rng(SEED)))
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    return replace(dataset, train=ImageSet(images, labels))


def learning_rate(highest: float, epoch: int, epochs: int) -> float:
    """Return the rate of an epoch, which sinks along half a cosine from the first to the last."""
    share = (1 + cos(pi * (epoch - 1) / max(1, epochs - 1))) / 2
    return highest * (LOWEST + (1 - LOWEST) * share)


def train(network: str, dataset: Dataset, target: Path, threads: int) -> None:
    """Train one network as its entry in ``RUNS`` says, and write its weights to ``target``."""
    config = TrainingConfig.from_dict({"network": network, "seed": SEED, **RUNS[network]})
    trainer = Trainer.from_config(config, dataset, threads=threads)
    highest = trainer.optimizer.lr
    control = Control()
    for event in trainer.run(control, snapshot_seconds=float("inf")):
        match event:
            case StepDone() if event.iteration % trainer.batches.per_epoch == 0:
                control.set_learning_rate(learning_rate(highest, event.epoch + 1, config.epochs))
            case EpochEvaluated():
                print(
                    f"{network}, epoch {event.epoch}: learning rate {trainer.optimizer.lr:.6f}, "
                    f"accuracy {event.train_accuracy:.2%} (train) {event.test_accuracy:.2%} (test)",
                    flush=True,
                )
            case RunEnded():
                weights.save(target, event.params, trainer.network.description)
                print(
                    f"{network}: {event.test_accuracy:.2%} on {len(dataset.test):,} test images "
                    f"after {event.seconds:.0f} s; {target.stat().st_size:,} bytes in {target.name}"
                )


def main() -> None:
    """Read the command line and train what it names."""
    parser = argparse.ArgumentParser(description="Train the weights that come with convlab.")
    parser.add_argument("folder", help="a folder with the four files of MNIST")
    parser.add_argument("networks", nargs="*", metavar="network", help=f"of {', '.join(RUNS)}")
    parser.add_argument("--threads", type=int, default=1, help="cores; they change no number")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to write")
    given = parser.parse_args()
    dataset = with_drawn_digits(load_dataset(given.folder))
    for network in given.networks or RUNS:
        if network not in RUNS:
            parser.error(f"{network} is none of {', '.join(RUNS)}")
        target = given.out / f"{network.lower()}.safetensors"
        train(network, dataset, target, given.threads)


if __name__ == "__main__":
    main()
