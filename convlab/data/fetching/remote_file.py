"""A file as the mirrors have it, and the checksum by which it is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that can be fetched.

    ``size`` is its bytes at the mirrors. ``checksum`` is ``sha256:`` or ``md5:`` and the digits.
    If ``unpacked_size`` is given, the file is a gzip that is kept unpacked, and the checksum and
    that size are those of its content: mirrors pack the same content differently.
    """

    name: str
    size: int
    checksum: str
    unpacked_size: int | None = None

    @property
    def kept_as(self) -> str:
        """The name under which it is kept."""
        return self.name.removesuffix(".gz") if self.unpacked_size is not None else self.name

    @property
    def most_bytes(self) -> int:
        """More than this is not kept: it cannot be the file."""
        return self.unpacked_size if self.unpacked_size is not None else 2 * self.size
