"""The one file of half a gigabyte in which all of EMNIST comes, and what the lab keeps of it.

Source: Cohen, Afshar, Tapson and van Schaik, "EMNIST: an extension of MNIST to handwritten
letters", arXiv:1702.05373.
"""

import zipfile
import zlib
from pathlib import Path
from typing import ClassVar

import numpy as np

from convlab.data.dataset import ImageSet
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile
from convlab.data.idx_folder import read_idx_folder
from convlab.data.progress import Cancel, CanceledError
from convlab.errors import DataError

PARTS = ("digits", "letters")
_ENDINGS = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
_LARGEST_MEMBER = 128 << 20  # bytes; twice the largest of those that are kept
_BLOCK = 1 << 20  # bytes


class EmnistSource(FetchedSource):
    """One part of EMNIST. Whichever is fetched first fetches both, since the archive has both.

    Images come with rows and columns exchanged, and are read the right way round. The labels of
    the first class are ``first_label``.
    """

    part: ClassVar[str]
    first_label: ClassVar[int]
    shelf: ClassVar[str] = "emnist"
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    license: ClassVar[str] = (
        "No license is stated; made by Gregory Cohen, Saeed Afshar, Jonathan Tapson and André van "
        "Schaik from Special Database 19 of NIST, a work of the US government."
    )
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://biometrics.nist.gov/cs_links/EMNIST",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST",
    )
    # Published, not checked: the list of checksums of TensorFlow Datasets.
    files: ClassVar[tuple[RemoteFile, ...]] = (
        RemoteFile(
            "gzip.zip",
            561_753_746,
            "sha256:fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
        ),
    )

    def prepare(self, folder: Path, cancel: Cancel) -> None:
        """Keep the digits and the letters, each in a folder with MNIST's four names."""
        archive_path = folder / self.files[0].kept_as
        try:
            with zipfile.ZipFile(archive_path) as archive:
                members = {Path(info.filename).name: info for info in archive.infolist()}
                for part in PARTS:
                    (folder / part).mkdir()
                    for usual, theirs in (("train", "train"), ("t10k", "test")):
                        for ending in _ENDINGS:
                            member = members[f"emnist-{part}-{theirs}-{ending}"]
                            _unpack(archive, member, folder / part / f"{usual}-{ending}", cancel)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise DataError(
                f"{archive_path.name} does not hold EMNIST's files as it should ({error}); choose "
                "another mirror."
            ) from error
        archive_path.unlink()

    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the four files of the part, or raise :class:`DataError`."""
        dataset = read_idx_folder(self.folder / self.part, self.name, self.title)
        return self._upright(dataset.train), self._upright(dataset.test)

    def _upright(self, part: ImageSet) -> ImageSet:
        images = np.ascontiguousarray(part.images.swapaxes(2, 3))
        return ImageSet(images, part.labels - self.first_label)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, cancel: Cancel) -> None:
    if member.file_size > _LARGEST_MEMBER:
        raise ValueError(f"{member.filename} is too large")
    with archive.open(member) as source, path.open("wb") as target:
        while block := source.read(_BLOCK):
            if cancel():
                raise CanceledError("The fetching was canceled; nothing of it was kept.")
            target.write(block)
