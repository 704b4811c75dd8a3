"""MNIST: 60,000 handwritten digits to train on and 10,000 to test."""

import os
from pathlib import Path
from typing import ClassVar

from convlab.data.dataset import Dataset
from convlab.data.datasets import DATASETS
from convlab.data.idx_folder import read_idx_folder
from convlab.data.source import DatasetSource
from convlab.errors import DataError
from convlab.paths import cache_dir

FOLDER_VARIABLE = "CONVLAB_MNIST"


@DATASETS.register("mnist")
class Mnist(DatasetSource):
    """The four official files, in the folder that CONVLAB_MNIST names or in the lab's cache.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST"

    @staticmethod
    def folder() -> Path | None:
        """Return where the files lie, or None if they are not on this computer."""
        if named := os.environ.get(FOLDER_VARIABLE):
            return Path(named)
        fetched = cache_dir() / "mnist"
        return fetched if fetched.is_dir() else None

    def load(self) -> Dataset:
        """Read the four files, or raise :class:`DataError`."""
        folder = self.folder()
        if folder is None:
            raise DataError(
                "MNIST is not on this computer; put its four files into a folder and open that, "
                f"or name it in the environment variable {FOLDER_VARIABLE}."
            )
        return read_idx_folder(folder, self.name, self.title)
