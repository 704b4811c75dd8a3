"""What every source of images is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from convlab.data.dataset import Dataset


class DatasetSource(ABC):
    """A dataset that the lab knows by name.

    ``name`` is what settings and the command line call it, and what it is registered under;
    ``title`` is what the window shows.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def load(self) -> Dataset:
        """Read the images and labels, or raise :class:`DataError`."""
