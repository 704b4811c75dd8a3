"""What augmentation costs: ``python tests/benchmarks/augmentation.py``.

Prints medians of alternating rounds, in one run: a training step of batch 100 with Adam in
float32 on one thread, the distortion of its images, and the ratio of the two.
"""

import argparse
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from convlab.data import load_dataset
from convlab.data.augmentation import Augmentation
from convlab.nn import Adam
from convlab.nn.engine import Engine
from convlab.nn.network_settings import NETWORKS

BATCH = 100
KINDS = {
    "shift": Augmentation(shift=2),
    "shift, rotation, scale": Augmentation(shift=2, rotation=10, scale=10),
    "all": Augmentation(shift=2, rotation=10, scale=10, elastic=0.8),
}


def main() -> None:
    """Print a line for each network and each kind of augmentation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--networks", nargs="*", default=["SimpleConvNet", "LeNet", "DeepConvNet"])
    arguments = parser.parse_args()
    threadpool_limits(1, user_api="blas")
    train = load_dataset("bundled").train
    images, labels = train.images[:BATCH], train.labels[:BATCH]
    rng = np.random.default_rng(0)
    for name in arguments.networks:
        engine = Engine(NETWORKS.get(name)().build((1, 28, 28), 10, rng))
        optimizer = Adam()
        for kind, augmentation in KINDS.items():
            steps, distortions = [], []
            for _ in range(arguments.rounds):
                start = perf_counter()
                distorted = augmentation.augmented(images, rng)
                between = perf_counter()
                engine.step(distorted, labels, optimizer)
                distortions.append(between - start)
                steps.append(perf_counter() - between)
            step, distortion = np.median(steps) * 1e3, np.median(distortions) * 1e3
            print(
                f"{name}: step {step:.2f} ms, {kind}: {distortion:.2f} ms, "
                f"{distortion / step:.0%} of the step"
            )


if __name__ == "__main__":
    main()
