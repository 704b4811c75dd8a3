"""CIFAR-10: small color photographs of ten kinds of things."""

import tarfile
import zlib
from pathlib import PurePosixPath
from typing import ClassVar

import numpy as np

from convlab.data.dataset import ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.errors import DataError

_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST = "test_batch.bin"
_IMAGE = 3 * 32 * 32  # bytes, after one byte of label
_LARGEST_BATCH = 10_000 * (1 + _IMAGE)  # bytes


@DATASETS.register("cifar-10")
class Cifar10(FetchedSource):
    """50,000 and 10,000 images (3, 32, 32) in its binary version: a label, then the three planes.

    Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """

    name: ClassVar[str] = "cifar-10"
    title: ClassVar[str] = "CIFAR-10"
    class_names: ClassVar[tuple[str, ...]] = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )
    image_shape: ClassVar[tuple[int, int, int]] = (3, 32, 32)
    train_images: ClassVar[int] = 50_000
    test_images: ClassVar[int] = 10_000
    license: ClassVar[str] = (
        "No license is stated; made by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, who ask to "
        "cite Learning Multiple Layers of Features from Tiny Images (2009)."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://www.cs.toronto.edu/~kriz",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10",
    )
    # Published, not checked: the list of checksums of TensorFlow Datasets.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    )

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the six batches from the archive, or raise :class:`DataError`."""
        path = self.folder / self.files[0].kept_as
        batches: dict[str, ImageSet] = {}
        try:
            with tarfile.open(path, "r:gz") as archive:
                for member in archive:
                    name = PurePosixPath(member.name).name
                    if name in (*_TRAIN, _TEST) and (file := archive.extractfile(member)):
                        batches[name] = _batch(name, file.read(_LARGEST_BATCH + 1))
        except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
            raise DataError(f"{path.name} cannot be read ({error}).") from error
        if missing := [name for name in (*_TRAIN, _TEST) if name not in batches]:
            raise DataError(f"{path.name} holds no {missing[0]}.")
        train = [batches[name] for name in _TRAIN]
        return (
            ImageSet(
                np.concatenate([part.images for part in train]),
                np.concatenate([part.labels for part in train]),
            ),
            batches[_TEST],
        )


def _batch(name: str, content: bytes) -> ImageSet:
    if not content or len(content) % (1 + _IMAGE) or len(content) > _LARGEST_BATCH:
        raise DataError(
            f"{name} has {len(content):,} bytes, and at most 10,000 images of {1 + _IMAGE:,} were "
            "expected."
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, 1 + _IMAGE)
    images = np.ascontiguousarray(records[:, 1:]).reshape(-1, 3, 32, 32)
    return ImageSet(images, records[:, 0].astype(np.intp))
