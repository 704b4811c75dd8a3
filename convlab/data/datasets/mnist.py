"""MNIST: 60,000 handwritten digits to train on and 10,000 to test."""

import os
from pathlib import Path
from typing import ClassVar

from convlab.data.dataset import ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.data.idx_folder import read_idx_folder

FOLDER_VARIABLE = "CONVLAB_MNIST"


@DATASETS.register("mnist")
class Mnist(FetchedSource):
    """The four official files, in the folder that CONVLAB_MNIST names or in the lab's cache.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST"
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    train_images: ClassVar[int] = 60_000
    test_images: ClassVar[int] = 10_000
    license: ClassVar[str] = (
        "CC BY-SA 3.0; made by Yann LeCun, Corinna Cortes and Christopher J. C. Burges from "
        "NIST's Special Databases 1 and 3."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "http://yann.lecun.com/exdb/mnist",
    )
    # Checked: computed from the content of the four files.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            47_040_016,
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            60_008,
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            7_840_016,
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            10_008,
        ),
    )

    @property
    def folder(self) -> Path:
        """The folder in CONVLAB_MNIST, or that in the cache."""
        named = os.environ.get(FOLDER_VARIABLE)
        return Path(named) if named else super().folder

    @property
    def is_here(self) -> bool:
        """Whether it was fetched, or a folder is named, which may yet turn out to be wrong."""
        return bool(os.environ.get(FOLDER_VARIABLE)) or super().is_here

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the four files, or raise :class:`DataError`."""
        dataset = read_idx_folder(self.folder, self.name, self.title)
        return dataset.train, dataset.test

    def _absent(self) -> str:
        return (
            f"{super()._absent()} Or put its four files into a folder and name that in the "
            f"environment variable {FOLDER_VARIABLE}."
        )

    def _damaged(self) -> str:
        return "" if os.environ.get(FOLDER_VARIABLE) else super()._damaged()
