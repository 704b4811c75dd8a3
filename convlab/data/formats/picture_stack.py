"""Many small pictures of one size as one array."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from convlab.data.formats import LARGEST
from convlab.data.picture import FORMATS
from convlab.data.progress import Cancel, CanceledError, ReadProgress
from convlab.errors import DataError

LARGEST_SIDE = 1_024  # pixels
_SAY_EVERY = 100  # pictures


def read_stack(paths: Sequence[str], progress: ReadProgress, cancel: Cancel) -> NDArray[np.uint8]:
    """Return the pictures as (N, C, H, W), with three channels if any is in color.

    Raises :class:`DataError`, or :class:`CanceledError`.
    """
    images: NDArray[np.uint8] | None = None
    for number, path in enumerate(paths):
        if cancel():
            raise CanceledError("The reading of the pictures was canceled.")
        pixels = _pixels(path)
        if images is None:
            _check_room(len(paths), pixels, path)
            images = np.empty((len(paths), *pixels.shape), np.uint8)
        if pixels.shape[1:] != images.shape[2:]:
            raise DataError(
                f"{_short(path)} has {_in_words(pixels)} pixels and {_short(paths[0])} "
                f"{_in_words(images[0])}; all pictures must have one size."
            )
        if len(pixels) > images.shape[1]:  # the first in color after gray ones
            _check_room(len(paths), pixels, path)
            images = np.repeat(images, 3, axis=1)
        images[number] = pixels
        if number % _SAY_EVERY == 0:
            progress(number, len(paths))
    assert images is not None
    return images


def _check_room(count: int, pixels: NDArray[np.uint8], path: str) -> None:
    if count * pixels.size > LARGEST:
        raise DataError(
            f"{count:,} pictures like {_short(path)} ({_in_words(pixels)}) are more than the lab "
            f"opens ({LARGEST:,} bytes); make them smaller or take fewer."
        )


def _pixels(path: str) -> NDArray[np.uint8]:
    """Return a picture as (1, H, W) if it is gray, else (3, H, W)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                if max(picture.size) > LARGEST_SIDE:
                    raise DataError(
                        f"{_short(path)} has {picture.width}×{picture.height} pixels; at most "
                        f"{LARGEST_SIDE} a side are read, and 28 are usual."
                    )
                return _planes(ImageOps.exif_transpose(picture))
    except DataError:
        raise
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise DataError(
            f"{_short(path)} is damaged or no picture; save it anew as {FORMATS[0]} or take it "
            "away."
        ) from error


def _planes(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith("I"):  # 16 bits a pixel
        return (np.clip(np.asarray(picture, np.int64), 0, 65_535) >> 8).astype(np.uint8)[np.newaxis]
    if picture.mode in ("1", "L"):
        return np.asarray(picture.convert("L"))[np.newaxis]
    if picture.mode != "RGB":
        gray = picture.mode in ("LA", "La")
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
        picture = opaque.convert("L" if gray else "RGB")
        if gray:
            return np.asarray(picture)[np.newaxis]
    return np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1))


def _short(path: str) -> str:
    """Return the name with its folder, which is its class."""
    return "/".join(Path(path).parts[-2:])


def _in_words(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[-1]}×{pixels.shape[-2]}"
