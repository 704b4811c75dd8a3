"""Whether an image is like any that a network has learned from."""

import numpy as np
from numpy.typing import NDArray

REFERENCES = 4_000  # images at most, which are compared with each new one
JUDGED = 400  # of them tell how much alike images of this kind are
STRANGE = 0.01  # share of the training images that would be called strange themselves


class Familiarity:
    """Compares images with those of a training set, after taking away their fine detail.

    An image is familiar if it is as much like its nearest training image as nearly all training
    images are like theirs: but for one in a hundred. Likeness is the cosine of the angle between
    the two images, blurred and halved in size. So scrawls, letters and signs of other proportions
    are found out. A mark that looks much like a digit by chance is not, and what is familiar need
    not be read right.
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        """Learn what training images (N, C, H, W) look like; N is at least 2."""
        step = -(-len(images) // REFERENCES)
        self.shape: tuple[int, ...] = images.shape[1:]
        self._references = _directions(images[::step])
        step = -(-len(self._references) // JUDGED)
        likeness = self._references[::step] @ self._references.T
        rows = np.arange(len(likeness))
        likeness[rows, rows * step] = -1  # each is most like itself
        self._least = float(np.quantile(likeness.max(axis=1), STRANGE))

    def knows(self, image: NDArray[np.uint8]) -> bool:
        """Return whether an image (C, H, W) is like one of the training images."""
        return float((self._references @ _directions(image[np.newaxis])[0]).max()) >= self._least


def _directions(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images as vectors of length 1, blurred by a small kernel and halved in size."""
    x = images.astype(np.float32)
    x = np.pad(x, ((0, 0), (0, 0), (2, 2 + x.shape[2] % 2), (2, 2 + x.shape[3] % 2)))
    for _ in range(2):
        x[:, :, 1:-1] = (x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]) / 4
        x[..., 1:-1] = (x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]) / 4
    n, c, height, width = x.shape
    x = x.reshape(n, c, height // 2, 2, width // 2, 2).mean(axis=(3, 5)).reshape(n, -1)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    directions: NDArray[np.float32] = x / np.maximum(lengths, np.float32(1e-9))
    return directions
