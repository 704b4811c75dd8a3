"""EMNIST letters: the alphabet, capital and small letters in one class."""

from typing import ClassVar

from convlab.data.datasets import DATASETS
from convlab.data.emnist_archive import EmnistSource


@DATASETS.register("emnist-letters")
class EmnistLetters(EmnistSource):
    """124,800 and 20,800 images (1, 28, 28), every letter equally often."""

    name: ClassVar[str] = "emnist-letters"
    title: ClassVar[str] = "EMNIST letters"
    class_names: ClassVar[tuple[str, ...]] = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    train_images: ClassVar[int] = 124_800
    test_images: ClassVar[int] = 20_800
    part: ClassVar[str] = "letters"
    first_label: ClassVar[int] = 1
