"""What is paper in a picture, and how far the ink on it stands out, whatever the light."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Gray = NDArray[np.uint8]  # (H, W)
Levels = NDArray[np.float64]  # (H, W), from 0 to 255

WIDEST_STROKE = 0.3  # of the picture's longer side
LARGEST_REST = 0.025  # of a picture's variance that two tones leave
BORDER_COUNTS = 1.18  # by how much more the rest must speak against a border of that lightness


def without_table(gray: Gray) -> Gray:
    """Cut off what lies around the paper, where two sides of the picture show nothing else."""
    light = gray > threshold(gray)
    paper = light if light.mean() > 0.5 else ~light
    sides = (paper[0], paper[-1], paper[:, 0], paper[:, -1])
    rows, columns = (np.flatnonzero(paper.mean(axis=axis) >= 0.5) for axis in (1, 0))
    if sum(side.mean() < 0.03 for side in sides) < 2 or not rows.size or not columns.size:
        return gray
    return gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def standing_out(gray: Gray) -> Levels:
    """Return how much darker the ink is than the paper around it, or lighter if it is light.

    What is wider than any stroke, such as shadows and the table below the paper, is paper here:
    the paper is what is left when all that is narrower is filled up, by closing (Serra, 1982).
    """
    if _has_two_tones(gray):  # so it may fill the picture, and be as wide as it likes
        return (255 - gray if _is_border_light(gray) else gray).astype(float)
    width = max(1, round(WIDEST_STROKE * max(gray.shape)))
    calm = np.asarray(Image.fromarray(gray).filter(ImageFilter.BoxBlur(max(gray.shape) / 400)))
    paper: Levels = _closed(calm, width).astype(np.float64)
    ground: Levels = 255 - _closed(255 - calm, width).astype(np.float64)
    if not _is_ink_dark(gray, paper - calm, calm - ground):
        return (gray - ground).clip(0)
    # Light is reflected by shares, so that ink in the shadow is darker by less.
    usual = max(1.0, float(np.median(paper)))
    return ((paper - gray) * (usual / np.maximum(paper, usual / 3))).clip(0, 255)


def _is_ink_dark(gray: Gray, dark: Levels, light: Levels) -> bool:
    """Whether strokes are dark on light, by the border and by what spreads farther.

    What lies between dark strokes stands out as light, and the other way round; but the strokes
    are around it. The border alone is misled by light that falls off toward the edges.
    """
    strong = max(dark.max(), light.max()) / 2
    favor = BORDER_COUNTS if _is_border_light(gray) else 1 / BORDER_COUNTS
    return favor * _spread(dark > strong) > _spread(light > strong)


def _is_border_light(gray: Gray) -> bool:
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return bool(np.median(border) > threshold(gray))


def _has_two_tones(gray: Gray) -> bool:
    """Whether light and dark are all there is, under even light."""
    is_light = gray > threshold(gray)
    if is_light.all() or not is_light.any():
        return False
    rest = gray - np.where(is_light, gray[is_light].mean(), gray[~is_light].mean())
    return bool(rest.var() < LARGEST_REST * gray.var())


def _spread(mask: NDArray[np.bool_]) -> float:
    """Return the area over which all but a few of the marked pixels are spread."""
    places = np.nonzero(mask)
    if places[0].size == 0:
        return 0.0
    return float(np.prod([np.ptp(np.percentile(axis, (1, 99))) + 1 for axis in places]))


def _closed(gray: Gray, width: int) -> Gray:
    """Fill up all that is dark and narrower than ``width`` pixels; the edges go on for ever."""
    reach = width // 2
    gray = np.pad(gray, 2 * reach, mode="edge")
    for best in (np.maximum, np.minimum):
        for _ in range(2):
            gray = _best_around(gray, 2 * reach + 1, best).T
    return gray


def _best_around(gray: Gray, size: int, best: Callable[..., Gray]) -> Gray:
    """Return the best of every ``size`` rows in a row, in a few steps of doubled length."""
    done = 1
    while done < size:
        step = min(done, size - done)
        gray = best(gray[:-step], gray[step:])
        done += step
    return gray


def threshold(gray: Gray | Levels) -> float:
    """Return the gray level that separates light from dark best (Otsu, 1979)."""
    counts = np.bincount(gray.astype(np.uint8).ravel(), minlength=256)
    levels = np.arange(256)
    below, total = np.cumsum(counts), gray.size
    sum_below = np.cumsum(counts * levels)
    above = total - below
    apart = sum_below / np.maximum(below, 1) - (sum_below[-1] - sum_below) / np.maximum(above, 1)
    return float(np.argmax(below * above * apart**2))
