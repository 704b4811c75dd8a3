"""Strokes on top of an image, for what is changed by hand."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convlab.data.digit_image import Frame, Strokes, rasterized


def picture_frame(height: int, width: int) -> Frame:
    """Return where an image lies on a square paper of side 1: in its middle, as large as can be."""
    size = np.array([width, height]) / max(height, width)
    return Frame((1.0 - size) / 2, size)


def drawn_over(image: NDArray[np.uint8], strokes: Strokes) -> NDArray[np.uint8]:
    """Return an image (C, H, W) with strokes on it, in units of the paper's side.

    Pens leave 255 in every channel and erasers 0, a pixel that is partly covered a mixture; what
    no stroke touches stays as it was. Every stroke needs a width.
    """
    if not strokes:
        return image
    _, height, width = image.shape
    frame = picture_frame(height, width)
    touched = tuple(replace(stroke, erases=False) for stroke in strokes)
    size = (width, height)
    ink, cover = (
        np.asarray(
            Image.fromarray(rasterized(some, frame)).resize(size, Image.Resampling.BOX), np.float64
        )
        for some in (strokes, touched)
    )
    mixed = image * (1.0 - cover / 255.0) + ink
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
