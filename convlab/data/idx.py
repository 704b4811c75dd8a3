"""The IDX format of MNIST's files, gzipped or not.

Four bytes of magic (two zeros, a type, the number of axes), a big-endian 32-bit length for each
axis, then the numbers. Source: LeCun, Cortes and Burges, "The MNIST database".
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError

_UNSIGNED_BYTE = 0x08
_LARGEST = 2 << 30  # bytes; forty times MNIST
_GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes with that many axes.

    The file's header says how much will be read: a gzip that holds more than it announces is
    refused and not unpacked. Raises :class:`DataError`.
    """
    try:
        with path.open("rb") as raw:
            gzipped = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if gzipped else raw
            return _read(file, path.name, axes)
    except (OSError, EOFError, zlib.error) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{path.name} cannot be read: {what}. Fetch or copy it again.") from error


def _read(file: BinaryIO, name: str, axes: int) -> NDArray[np.uint8]:
    header = file.read(4 + 4 * axes)
    if len(header) < 4 + 4 * axes or header[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        raise DataError(
            f"{name} is not an IDX file of bytes: it starts with {header[:4].hex(' ') or 'nothing'}"
            f", and 00 00 08 0{axes} was expected; choose the original MNIST files."
        )
    if header[3] != axes:
        raise DataError(
            f"{name} holds an array of {header[3]} axes, and {axes} were expected; are the images "
            "and the labels swapped?"
        )
    shape = struct.unpack(f">{axes}I", header[4:])
    size = math.prod(shape)
    if size > _LARGEST:
        raise DataError(
            f"{name} announces {size:,} bytes, more than the lab opens ({_LARGEST:,}); "
            "it is damaged or too large."
        )
    content = file.read(size)
    if len(content) < size:
        raise DataError(
            f"{name} is cut off: it announces {size:,} bytes and holds {len(content):,}; "
            "copy it again."
        )
    if file.read(1):
        raise DataError(
            f"{name} holds more than the {size:,} bytes it announces, so it is damaged; "
            "copy it again."
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
