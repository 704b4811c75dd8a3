"""What every source of images is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from convlab.data.dataset import Dataset
from convlab.data.progress import Cancel, FetchProgress, never, say_nothing


class DatasetSource(ABC):
    """A dataset that the lab knows by name.

    ``name`` is what settings and the command line call it, and what it is registered under;
    ``title`` is what the window shows. ``image_shape`` is (C, H, W). ``license`` is a sentence
    that says who made the images and under which terms they are.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    class_names: ClassVar[tuple[str, ...]]
    image_shape: ClassVar[tuple[int, int, int]]
    train_images: ClassVar[int]
    test_images: ClassVar[int]
    license: ClassVar[str]

    @property
    @abstractmethod
    def size(self) -> int:
        """The bytes to be fetched, or those on the disk of what comes with the lab."""

    @property
    def is_here(self) -> bool:
        """Whether it can be loaded without fetching it."""
        return True

    @abstractmethod
    def load(self) -> Dataset:
        """Read the images and labels, or raise :class:`DataError`."""

    # A plain method on purpose: what comes with the lab has nothing to fetch.
    def fetch(  # noqa: B027
        self,
        progress: FetchProgress = say_nothing,
        cancel: Cancel = never,
        mirror: str | None = None,
    ) -> None:
        """Fetch it if it is not here.

        ``mirror`` is the address of a server to ask in place of the usual ones. ``cancel`` may say
        True at any moment. Raises :class:`DataError`, or :class:`CanceledError`; then nothing is
        kept.
        """
