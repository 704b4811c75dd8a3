"""USPS: digits from envelopes of the United States Postal Service."""

import bz2
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.errors import DataError

_SIDE = 16
_LARGEST = 64 << 20  # bytes of text, unpacked


@DATASETS.register("usps")
class Usps(FetchedSource):
    """7,291 and 2,007 images (1, 16, 16), as the collection of LIBSVM has them.

    Source: Hull, "A database for handwritten text recognition research", 1994. A line is a label
    from 1 to 10 and 256 pairs of the pixel's number and its value, from -1 to 1.
    """

    name: ClassVar[str] = "usps"
    title: ClassVar[str] = "USPS"
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    image_shape: ClassVar[tuple[int, int, int]] = (1, _SIDE, _SIDE)
    train_images: ClassVar[int] = 7_291
    test_images: ClassVar[int] = 2_007
    license: ClassVar[str] = (
        "No license is stated; collected by the US Postal Service and described by Jonathan J. "
        "Hull (1994), from the LIBSVM data collection of Chih-Jen Lin."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass",
        "http://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass",
    )
    # Published, not checked, and as MD5 only: torchvision's list. The sizes are about right.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile("usps.bz2", 6_600_000, "md5:ec16c51db3855ca6c91edd34d0e9b197"),
        RemoteFile("usps.t.bz2", 1_800_000, "md5:8ea070ee2aca1ac39742fdd1ef5ed118"),
    )

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the two files, or raise :class:`DataError`."""
        train, test = (_images(self.folder / file.kept_as) for file in self.files)
        return train, test


def _images(path: Path) -> ImageSet:
    try:
        with bz2.open(path) as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ValueError("it is too large")
        labels, pixels = _numbers(text)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read ({error}).") from error
    gray = np.rint((np.clip(pixels, -1, 1) + 1) * 127.5).astype(np.uint8)
    return ImageSet(gray.reshape(-1, 1, _SIDE, _SIDE), labels.astype(np.intp) - 1)


def _numbers(text: bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return labels (N,) and pixels (N, 256); raises ValueError."""
    rows = [line.replace(b":", b" ").split() for line in text.splitlines()]
    table = np.array(rows, np.float32)
    if table.ndim != 2 or table.shape[1] != 1 + 2 * _SIDE**2:
        raise ValueError(f"its lines are not a label and {_SIDE**2} pixels")
    if not (table[:, 1::2] == np.arange(1, _SIDE**2 + 1)).all():
        raise ValueError("its pixels are out of order")
    return table[:, 0], table[:, 2::2]
