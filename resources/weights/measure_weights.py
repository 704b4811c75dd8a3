"""Measure the weights that come with convlab.

    python resources/weights/measure_weights.py --mnist FOLDER --strokes drawings.json

Prints the accuracy on MNIST's test set, on the bundled test set and on drawings as pen strokes,
these also digit by digit. Each option may be left out.
"""

import argparse
from pathlib import Path

import numpy as np

from convlab.data.digit_image import digit_image
from convlab.data.loading import load_dataset
from convlab.data.strokes import read_drawings
from convlab.nn.engine import Engine
from convlab.nn.network_settings import open_network


def measure_drawings(engine: Engine, path: Path) -> None:
    """Print how many drawings of a file are read right, and which digits are taken for which."""
    drawings = [drawing for drawing in read_drawings(path) if drawing.label is not None]
    labels = np.array([drawing.label for drawing in drawings])
    images = np.stack([digit_image(drawing) for drawing in drawings])[:, np.newaxis]
    digits = engine.predict(images).argmax(axis=1)
    is_right = digits == labels
    print(f"  drawings: {is_right.mean():.2%} ({is_right.sum()} of {len(labels)} right)")
    for label in np.unique(labels):
        wrong = digits[(labels == label) & ~is_right]
        taken = ", ".join(f"{n} as {digit}" for digit, n in enumerate(np.bincount(wrong)) if n)
        print(f"    {label}: {is_right[labels == label].mean():.1%}  {taken}")


def main() -> None:
    """Measure all files of weights beside this script, or those that are named."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description="Measure the weights that come with convlab.")
    parser.add_argument("weights", nargs="*", type=Path, default=sorted(here.glob("*.safetensors")))
    parser.add_argument("--mnist", help="a folder with the four files of MNIST")
    parser.add_argument("--strokes", type=Path, help="a JSON file of pen strokes with labels")
    given = parser.parse_args()
    for path in given.weights:
        engine = Engine(open_network(path))
        print(f"{path.name}: {path.stat().st_size:,} bytes")
        for name in ("bundled", given.mnist):
            if name:
                test = load_dataset(name).test
                accuracy = engine.accuracy(test.images, test.labels)
                print(f"  test images of {name}: {accuracy:.2%}")
        if given.strokes:
            measure_drawings(engine, given.strokes)


if __name__ == "__main__":
    main()
