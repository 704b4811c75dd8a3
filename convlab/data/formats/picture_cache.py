"""Pictures that were read once, so that tens of thousands of files need not be opened again."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.files import write_atomically
from convlab.paths import cache_dir

FEWEST = 2_000  # pictures; fewer are read in no time


def worth_keeping(count: int) -> bool:
    """Whether so many pictures are worth a place in the cache."""
    return count >= FEWEST


def cached(folder: Path, stamp: Iterable[str]) -> NDArray[np.uint8] | None:
    """Return the pictures (N, C, H, W) that were kept, or None if there are none or they changed.

    ``stamp`` has a line for each picture that says its place, its size and when it changed.
    """
    try:
        with np.load(_place(folder) / f"{_digest(stamp)}.npz", allow_pickle=False) as file:
            images = file["images"]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return images if images.dtype == np.uint8 and images.ndim == 4 else None


def keep(folder: Path, stamp: Iterable[str], images: NDArray[np.uint8]) -> None:
    """Keep the pictures of a folder in place of older ones; do without if that is impossible."""
    content = io.BytesIO()
    np.savez(content, images=images)
    place = _place(folder)
    new = place / f"{_digest(stamp)}.npz"
    with suppress(OSError):
        write_atomically(new, content.getvalue())
        for old in place.glob("*.npz"):
            if old != new:
                old.unlink()


def _place(folder: Path) -> Path:
    return cache_dir() / "pictures" / _digest([str(folder.resolve())])[:16]


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()[:32]
