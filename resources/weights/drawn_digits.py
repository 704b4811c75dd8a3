"""Digits in shapes that MNIST hardly has, drawn by the pen of the canvas.

MNIST was written in the United States. Elsewhere people write a 1 with a long upstroke or a foot, a
7 with a bar across, a 9 with a curled tail, a 4 without lifting the pen. ``SHAPES`` are such digits
and the usual ones, some for every digit, written down for this purpose; no drawing of any data set
was used. Every image is one of them with all its points, its slant, its proportions and its pen
changed at random.
"""

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import ImageSet
from convlab.data.digit_image import BOX, Drawing, Stroke
from convlab.data.preparation import Preparation

PENS = (1.8, 3.2)  # pixels of the box; four fifths of MNIST lie between them

# The corners of each stroke as x,y on a paper of 100 x 100 with y growing downward; strokes are
# separated by a slash. A corner that is named twice stays sharp.
SHAPES: dict[int, tuple[str, ...]] = {
    0: (
        "55,0 10,10 5,55 25,100 65,95 85,50 75,8 50,0",
        "50,2 80,15 85,60 60,98 25,95 8,55 20,12 60,5",
        "70,10 45,0 15,25 10,75 40,100 75,80 80,35 60,8 35,8",
    ),
    1: (
        "10,45 55,5 60,0 60,0 58,50 55,100",
        "0,55 40,15 60,0 60,0 55,50 50,100",
        "20,25 55,0 55,0 55,50 55,100",
        "15,40 55,2 55,2 55,50 52,98 / 15,100 50,98 90,100",
        "30,20 55,0 55,0 55,50 55,97 55,97 20,98 90,98",
        "5,60 30,40 65,0 65,0 60,50 45,100",
        "52,0 51,50 50,100",
        "65,0 50,50 38,100",
        "50,0 48,50 50,98 / 22,100 80,98",
    ),
    2: (
        "10,25 25,5 60,0 78,25 60,60 10,98 10,98 45,96 90,98",
        "12,20 45,0 80,20 65,55 25,85 5,95 20,78 40,88 90,98",
        "15,15 50,0 75,25 55,65 20,98 10,90 30,80 60,96 95,88",
        "8,10 70,5 72,30 40,65 5,98 5,98 50,97 88,97",
    ),
    3: (
        "10,10 45,0 75,15 65,40 35,48 35,48 75,58 80,85 45,100 5,90",
        "8,2 40,3 75,2 75,2 35,42 35,42 75,55 78,85 45,100 8,92",
        "15,15 45,0 70,15 60,40 30,46 65,52 75,80 40,100 5,85",
        "10,20 40,0 78,10 70,42 40,45 25,50 50,48 85,65 75,95 30,100 5,85",
    ),
    4: (
        "35,0 20,30 5,62 5,62 45,62 90,60 / 65,30 62,60 60,100",
        "60,0 30,35 2,68 2,68 50,68 92,66 / 62,5 60,50 60,100",
        "20,0 12,30 15,52 40,55 70,50 / 72,0 70,50 68,100",
        "30,0 15,35 8,62 20,68 45,62 65,40 75,18 75,18 68,60 60,100",
        "25,5 10,45 15,55 50,50 80,10 82,5 82,5 70,50 60,98",
        "40,0 8,58 8,58 50,55 85,52 / 60,25 55,60 45,100",
        "70,0 45,25 10,60 10,60 55,62 85,60 75,55 68,20 70,0 70,0 66,60 62,100",
    ),
    5: (
        "75,2 25,2 25,2 18,42 18,42 55,38 80,62 60,95 10,95",
        "25,2 18,45 50,38 80,60 65,95 8,92 / 25,3 50,2 82,0",
        "80,5 50,5 25,8 22,25 25,45 60,48 75,72 50,98 8,90",
        "30,5 22,25 18,48 18,48 50,40 78,58 70,90 40,100 12,90 / 30,6 60,4 88,2",
    ),
    6: (
        "65,0 30,25 10,65 30,98 70,92 75,65 45,52 15,72",
        "75,5 40,10 12,50 20,92 55,100 78,78 60,58 30,62 18,80",
        "45,0 25,40 18,80 45,100 70,85 65,65 40,62 22,80",
    ),
    7: (
        "5,2 40,2 80,2 80,2 55,45 35,100",
        "5,5 40,3 80,0 80,0 55,50 40,100 / 20,50 50,48 85,45",
        "2,18 5,2 5,2 40,6 82,2 82,2 55,50 30,100",
        "2,20 5,4 5,4 40,8 80,3 80,3 55,45 38,100 / 15,52 45,50 80,45",
        "5,15 15,2 35,8 60,8 82,2 60,40 40,100 / 18,55 75,48",
        "5,15 20,0 45,8 78,3 78,3 60,45 55,100 / 28,55 90,50",
        "8,10 25,2 55,2 75,12 65,50 40,98 / 20,60 50,55 90,58",
    ),
    8: (
        "75,12 45,0 18,18 35,42 65,58 75,85 45,100 15,85 30,58 65,40 78,12",
        "50,48 22,30 35,3 65,3 75,28 50,48 18,68 25,96 65,98 80,72 50,48",
        "80,5 50,2 20,15 40,45 70,75 50,100 20,85 40,55 80,5",
    ),
    9: (
        "75,20 50,0 18,12 15,42 45,52 72,25 75,15 72,60 60,100",
        "72,15 40,0 15,22 30,48 62,38 75,12 75,60 60,95 30,100 8,85",
        "72,10 40,2 28,22 45,38 68,28 72,10 80,50 75,85 45,98 5,95",
        "70,12 45,0 32,18 50,32 70,18 78,45 70,80 40,92 0,98",
        "60,8 35,2 18,22 35,42 62,30 65,8 75,45 78,80 50,100 15,95",
        "70,15 40,5 20,25 35,45 65,40 72,10 72,10 70,55 68,100",
        "72,18 45,0 22,22 45,45 70,25 85,5 65,50 45,80 20,100",
    ),
}


def drawn_digits(per_digit: int, rng: np.random.Generator) -> ImageSet:
    """Return images of all ten digits, as many of each, in an order drawn at random."""
    labels = rng.permutation(np.repeat(np.arange(10), per_digit))
    drawings = (_drawing(str(rng.choice(SHAPES[int(k)])), rng) for k in labels)
    as_drawn = Preparation(even_pen=False)
    images = [as_drawn.stages(drawing).image for drawing in drawings]
    return ImageSet(np.stack(images)[:, np.newaxis], labels)


def _drawing(shape: str, rng: np.random.Generator) -> Drawing:
    """Return a shape as some hand might draw it."""
    slant, turn = rng.normal(0, 0.15), rng.normal(0, 0.08)
    wide, tall = np.exp(rng.normal(0, 0.15, 2))
    change = np.array([[wide, 0], [-slant, tall]]) @ np.array([[1, turn], [-turn, 1]])
    pen = rng.uniform(*PENS) / BOX * 100
    paths = []
    for text in shape.split("/"):
        corners = np.array([pair.split(",") for pair in text.split()], float)
        is_new = np.append(True, (np.diff(corners, axis=0) != 0).any(axis=1))
        strays = rng.normal(0, 3.5, (int(is_new.sum()), 2))
        corners += strays[np.cumsum(is_new) - 1]
        paths.append(_rounded(corners) @ change)
    length = np.ptp(np.concatenate(paths), axis=0).max()
    thinnest, thickest = (length * width / (BOX - width) for width in PENS)
    return Drawing(tuple(Stroke(path, np.clip(pen, thinnest, thickest)) for path in paths))


def _rounded(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut corners three times over (Chaikin, 1974); the ends stay."""
    for _ in range(3):
        here, there = corners[:-1], corners[1:]
        cut = np.stack([0.75 * here + 0.25 * there, 0.25 * here + 0.75 * there], axis=1)
        corners = np.concatenate([corners[:1], cut.reshape(-1, 2), corners[-1:]])
    return corners
