"""KMNIST: cursive Japanese characters in the form of MNIST."""

from typing import ClassVar

from convlab.data.dataset import ImageSet
from convlab.data.datasets import DATASETS
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.data.idx_folder import read_idx_folder


@DATASETS.register("kmnist")
class Kmnist(FetchedSource):
    """60,000 and 10,000 images (1, 28, 28) of ten hiragana, from books some centuries old.

    Source: Clanuwat and others, "Deep Learning for Classical Japanese Literature",
    arXiv:1812.01718.
    """

    name: ClassVar[str] = "kmnist"
    title: ClassVar[str] = "KMNIST"
    class_names: ClassVar[tuple[str, ...]] = (
        "o",
        "ki",
        "su",
        "tsu",
        "na",
        "ha",
        "ma",
        "ya",
        "re",
        "wo",
    )
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    train_images: ClassVar[int] = 60_000
    test_images: ClassVar[int] = 10_000
    license: ClassVar[str] = (
        "CC BY-SA 4.0; KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created "
        "by NIJL and others), doi:10.20676/00000341."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/KMNIST",
    )
    # Published, not checked: the list of checksums of TensorFlow Datasets, of the packed files.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            18_165_135,
            "sha256:51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            29_497,
            "sha256:e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            3_041_136,
            "sha256:edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            5_120,
            "sha256:20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
    )

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the four files, or raise :class:`DataError`."""
        dataset = read_idx_folder(self.folder, self.name, self.title)
        return dataset.train, dataset.test
