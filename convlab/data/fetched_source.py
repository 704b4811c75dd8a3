"""A dataset that is fetched once and then lies in the user's cache."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.fetching.fetch import fetch_files, mirrors_of
from convlab.data.fetching.remote_file import RemoteFile
from convlab.data.progress import Cancel, FetchProgress, never, say_nothing
from convlab.data.source import DatasetSource
from convlab.errors import DataError
from convlab.paths import cache_dir


class FetchedSource(DatasetSource):
    """Files at mirrors, kept in a folder of the cache: all of them, or none.

    Two datasets that come in one file have the same ``shelf``, the name of that folder; it is
    the dataset's name if not given.
    """

    files: ClassVar[tuple[RemoteFile, ...]]
    mirrors: ClassVar[tuple[str, ...]]
    shelf: ClassVar[str] = ""

    @property
    def folder(self) -> Path:
        """Where the files lie once they are fetched."""
        return cache_dir() / "datasets" / (self.shelf or self.name)

    @property
    def size(self) -> int:
        """The bytes to be fetched."""
        return sum(file.size for file in self.files)

    @property
    def is_here(self) -> bool:
        """Whether it was fetched."""
        return self.folder.is_dir()

    def fetch(
        self,
        progress: FetchProgress = say_nothing,
        cancel: Cancel = never,
        mirror: str | None = None,
    ) -> None:
        """Fetch it if it is not here; see :meth:`DatasetSource.fetch`."""
        if self.is_here:
            return
        fetch_files(
            self.title,
            self.files,
            mirrors_of(mirror, self.shelf or self.name, self.mirrors),
            self.folder,
            progress,
            cancel,
            self.prepare,
        )

    def prepare(self, folder: Path, cancel: Cancel) -> None:
        """Change the checked files in ``folder`` before they are kept, if that is wanted."""

    def load(self) -> Dataset:
        """Read the images and labels, or raise :class:`DataError`."""
        if not self.is_here:
            raise DataError(self._absent())
        try:
            train, test = self.read()
            return Dataset(self.name, self.title, train, test, self.class_names)
        except DataError as error:
            raise DataError(f"{error} {self._damaged()}".rstrip()) from error

    @abstractmethod
    def read(self) -> tuple[ImageSet, ImageSet]:
        """Read the train and the test part from the folder, or raise :class:`DataError`."""

    def _absent(self) -> str:
        return (
            f"{self.title} is not on this computer; fetch it with: convlab data fetch {self.name}, "
            "or in the Datasets panel of the lab."
        )

    def _damaged(self) -> str:
        return (
            f"What was fetched is damaged: delete the folder {self.folder} and fetch it again "
            f"with: convlab data fetch {self.name}"
        )
