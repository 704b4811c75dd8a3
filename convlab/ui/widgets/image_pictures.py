"""Images of datasets as pictures that Qt can paint."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

Images = NDArray[np.uint8]


def picture_of(image: Images) -> QImage:
    """Return an image (C, H, W) or (H, W) as a picture of its own: one channel is gray."""
    return mosaic_of(image.reshape(1, -1, *image.shape[-2:]), columns=1, gap=0)


def mosaic_of(images: Images, columns: int, gap: int) -> QImage:
    """Return images (N, C, H, W) in rows, ``gap`` transparent pixels apart.

    Three channels are colors; of any other number the mean is shown in gray.
    """
    count, _, height, width = images.shape
    rows = -(-count // columns)
    tiles = np.zeros((rows * columns, height + gap, width + gap, 4), np.uint8)
    tiles[:count, :height, :width, :3] = _colors(images)
    tiles[:count, :height, :width, 3] = 255
    by_row = tiles.reshape(rows, columns, height + gap, width + gap, 4).transpose(0, 2, 1, 3, 4)
    whole = by_row.reshape(rows * (height + gap), columns * (width + gap), 4)
    pixels = np.ascontiguousarray(whole[: whole.shape[0] - gap, : whole.shape[1] - gap])
    return _owned(pixels, QImage.Format.Format_RGBA8888)


def ink_of(image: Images, color: tuple[int, int, int]) -> QImage:
    """Return a gray image (1, H, W) as ink of a color: what is black in it is transparent."""
    pixels = np.empty((*image.shape[1:], 4), np.uint8)
    pixels[..., :3] = color
    pixels[..., 3] = image[0]
    return _owned(pixels, QImage.Format.Format_RGBA8888)


def _colors(images: Images) -> Images:
    if images.shape[1] not in (1, 3):
        images = images.mean(axis=1, keepdims=True).astype(np.uint8)
    return images.transpose(0, 2, 3, 1)


def _owned(pixels: NDArray[np.uint8], kind: QImage.Format) -> QImage:
    height, width = pixels.shape[:2]
    # The copy owns its pixels; the array may go.
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()
