"""EMNIST digits: four times as many digits as MNIST, by more writers."""

from typing import ClassVar

from convlab.data.datasets import DATASETS
from convlab.data.emnist_archive import EmnistSource


@DATASETS.register("emnist-digits")
class EmnistDigits(EmnistSource):
    """240,000 and 40,000 images (1, 28, 28), every digit equally often."""

    name: ClassVar[str] = "emnist-digits"
    title: ClassVar[str] = "EMNIST digits"
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    train_images: ClassVar[int] = 240_000
    test_images: ClassVar[int] = 40_000
    part: ClassVar[str] = "digits"
    first_label: ClassVar[int] = 0
