"""The digits that come with the lab: 5,000 images of the MNIST training set."""

import zipfile
import zlib
from typing import ClassVar

import numpy as np

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.source import DatasetSource
from convlab.errors import DataError
from convlab.resources import resource


@DATASETS.register("bundled")
class BundledDigits(DatasetSource):
    """4,000 images to train and 1,000 to test, (N, 1, 28, 28); each digit equally often.

    Every ten images in a row show all ten digits, so the first n are a fair sample.
    """

    name: ClassVar[str] = "bundled"
    title: ClassVar[str] = "Bundled digits"
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    train_images: ClassVar[int] = 4_000
    test_images: ClassVar[int] = 1_000
    license: ClassVar[str] = (
        "CC BY-SA 3.0; 5,000 images of MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. "
        "Burges."
    )

    @property
    def size(self) -> int:
        """The bytes of resources/digits/digits.npz."""
        return resource("digits/digits.npz").stat().st_size

    def load(self) -> Dataset:
        """Read resources/digits/digits.npz, or raise :class:`DataError`."""
        try:
            with (
                resource("digits/digits.npz").open("rb") as file,
                np.load(file, allow_pickle=False) as arrays,
            ):
                train = ImageSet(arrays["x_train"], arrays["t_train"].astype(np.intp))
                test = ImageSet(arrays["x_test"], arrays["t_test"].astype(np.intp))
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(
                f"The bundled digits cannot be read ({error}); install convlab again."
            ) from error
        return Dataset(self.name, self.title, train, test, self.class_names)
