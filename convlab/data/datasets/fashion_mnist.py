"""Fashion-MNIST: clothes and shoes in the form of MNIST."""

from typing import ClassVar

from convlab.data.dataset import ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.data.idx_folder import read_idx_folder


@DATASETS.register("fashion-mnist")
class FashionMnist(FetchedSource):
    """60,000 and 10,000 images (1, 28, 28) of articles sold by Zalando.

    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms", arXiv:1708.07747.
    """

    name: ClassVar[str] = "fashion-mnist"
    title: ClassVar[str] = "Fashion-MNIST"
    class_names: ClassVar[tuple[str, ...]] = (
        "T-shirt",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    train_images: ClassVar[int] = 60_000
    test_images: ClassVar[int] = 10_000
    license: ClassVar[str] = (
        "MIT; Copyright 2017 Zalando SE, https://github.com/zalandoresearch/fashion-mnist."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    )
    # Checked: computed from the content of the files in Debian's package dataset-fashion-mnist.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            47_040_016,
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            29_515,
            "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            60_008,
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            7_840_016,
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            5_148,
            "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            10_008,
        ),
    )

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the four files, or raise :class:`DataError`."""
        dataset = read_idx_folder(self.folder, self.name, self.title)
        return dataset.train, dataset.test
