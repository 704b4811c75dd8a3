"""From arrays as people keep them to images and labels as the lab wants them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.formats.split import stratified_fifth
from convlab.errors import DataError

MOST_CLASSES = 1_000
_CHANNELS = (1, 3)


def as_images(x: NDArray[Any], what: str) -> NDArray[np.uint8]:
    """Return images as uint8 (N, C, H, W), 0 to 255.

    ``x`` is (N, H, W), (N, C, H, W), (N, H, W, C) or, for gray squares, (N, pixels). If its
    largest value is 1, the values are shares of 255. Raises :class:`DataError`, which calls the
    array ``what``.
    """
    return _as_bytes(_as_planes(x, what), what)


def _as_planes(x: NDArray[Any], what: str) -> NDArray[Any]:
    if x.ndim == 2:
        side = math.isqrt(x.shape[1])
        if side and side * side == x.shape[1]:
            return x.reshape(-1, 1, side, side)
    elif x.ndim == 3:
        return x[:, np.newaxis]
    elif x.ndim == 4 and x.shape[1] in _CHANNELS:
        return x
    elif x.ndim == 4 and x.shape[3] in _CHANNELS:
        return x.transpose(0, 3, 1, 2)
    raise DataError(
        f"{what} has the shape {x.shape}; images are expected as (N, H, W), (N, C, H, W) or "
        "(N, H, W, C) with 1 or 3 channels, or as (N, pixels) of squares."
    )


def _as_bytes(x: NDArray[Any], what: str) -> NDArray[np.uint8]:
    if x.dtype.kind not in "buif":
        raise DataError(f"{what} holds {x.dtype}; numbers are expected.")
    if x.size == 0:
        raise DataError(f"{what} is empty; it needs at least one image.")
    low, high = float(x.min()), float(x.max())
    if not (low >= 0 and high <= 255):  # so written, NaN is refused as well
        raise DataError(
            f"{what} holds values from {low:g} to {high:g}; 0 to 255 or 0 to 1 were expected."
        )
    if high <= 1:
        x = np.multiply(x, 255, dtype=np.float32)
    if x.dtype.kind == "f":
        x = np.rint(x)
    return np.ascontiguousarray(x, dtype=np.uint8)


def as_labels(t: NDArray[Any], what: str) -> NDArray[Any]:
    """Return labels (N,), whole numbers or texts; one-hot rows (N, K) become numbers.

    Raises :class:`DataError`, which calls the array ``what``.
    """
    if t.ndim == 2 and t.shape[1] == 1:
        t = t[:, 0]
    elif t.ndim == 2 and t.dtype.kind in "buif" and _is_one_hot(t):
        t = t.argmax(axis=1)
    if t.ndim != 1:
        raise DataError(
            f"{what} has the shape {t.shape}; one label for each image is expected, (N,), or "
            "one-hot rows, (N, classes)."
        )
    if t.dtype.kind == "f":
        if not np.isfinite(t).all() or (t != np.rint(t)).any() or np.abs(t).max(initial=0) > 1e9:
            raise DataError(f"{what} holds numbers that are not whole; a label names a class.")
        t = t.astype(np.int64)
    if t.dtype.kind == "S":
        t = np.char.decode(t, "utf-8", "replace")
    if t.dtype.kind not in "buiU":
        raise DataError(f"{what} holds {t.dtype}; whole numbers or texts are expected as labels.")
    return t.astype(np.int64) if t.dtype.kind == "b" else t


def _is_one_hot(t: NDArray[Any]) -> bool:
    return bool(((t == 0) | (t == 1)).all() and (t.sum(axis=1) == 1).all())


def dataset_from_arrays(
    name: str,
    title: str,
    train: tuple[NDArray[np.uint8], NDArray[Any]],
    test: tuple[NDArray[np.uint8], NDArray[Any]] | None,
) -> Dataset:
    """Return the dataset of images and labels as the functions above give them.

    Classes are the labels that occur, in their order. Without ``test`` a fixed fifth of every
    class is set apart. Raises :class:`DataError`.
    """
    parts = [train] if test is None else [train, test]
    for x, t in parts:
        if len(x) != len(t):
            raise DataError(
                f"{title} has {len(x):,} images but {len(t):,} labels; they must be as many."
            )
    if len({t.dtype.kind == "U" for _, t in parts}) > 1:
        raise DataError(
            f"The training labels of {title} are texts and the test labels numbers, or the other "
            "way round; they must be alike."
        )
    kinds = np.unique(np.concatenate([t for _, t in parts]))
    if len(kinds) > MOST_CLASSES:
        raise DataError(
            f"{title} has {len(kinds):,} different labels, more than the {MOST_CLASSES:,} classes "
            "that a network here tells apart; are they labels?"
        )
    sets = [ImageSet(x, np.searchsorted(kinds, t).astype(np.intp)) for x, t in parts]
    names = tuple(map(str, kinds.tolist()))
    return dataset_from_parts(name, title, sets[0], sets[1] if test else None, names)


def dataset_from_parts(
    name: str, title: str, train: ImageSet, test: ImageSet | None, class_names: tuple[str, ...]
) -> Dataset:
    """Return the dataset; without ``test`` a fixed fifth of every class is set apart."""
    if test is None:
        to_train, to_test = stratified_fifth(train.labels, title)
        images, labels = train.images, train.labels
        train = ImageSet(images[to_train], labels[to_train])
        test = ImageSet(images[to_test], labels[to_test])
    return Dataset(name, title, train, test, class_names)
