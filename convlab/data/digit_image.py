"""From pen strokes to a 28x28 digit, the way MNIST was made.

The makers of MNIST fitted each digit into a box of 20x20 pixels, keeping its aspect ratio, and
then moved its center of mass to the center of 28x28 pixels (LeCun, Cortes, Burges: *The MNIST
database of handwritten digits*). A network that learned MNIST reads a drawing well only if both
steps are done. A third thing matters: strokes about as thick as MNIST's, whatever the pen.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from convlab.errors import DataError

SIDE = 28  # pixels of the image
BOX = 20  # pixels of the box that the digit is fitted into
CENTER = 14  # the pixel on which the center of mass lies in every image of MNIST, rounded
DETAIL = 16  # strokes are drawn this many times finer than the box's pixels, then averaged

# Widths of strokes in pixels of the box. Half of MNIST lies between the two ends, and half of it
# on either side of the usual width. Thicker pens would fill the loops of small digits.
THINNEST = 2.0
USUAL = 2.4  # for strokes that come without a width
THICKEST = 2.7


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """The path of a pen or an eraser from where it touched the paper to where it left it.

    ``points`` is a float array (n, 2) of x and y with y growing downward; one point is a dot.
    ``width`` is the diameter of the round tip in the same unit, or None if nobody knows.
    """

    points: NDArray[np.float64]
    width: float | None = None
    erases: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Strokes in the order they were made, in any unit; an eraser removes what was there before.

    ``label`` is the digit that was meant and ``writer`` who drew it, where that is known.
    """

    strokes: tuple[Stroke, ...] = ()
    label: int | None = None
    writer: str | None = None


Strokes = tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the paper: its top left corner and its size, (2,) each as x, y."""

    corner: NDArray[np.float64]
    size: NDArray[np.float64]

    @classmethod
    def square(cls, side: float) -> "Frame":
        """Return a square with its corner at (0, 0)."""
        return cls(np.zeros(2), np.full(2, side))

    @property
    def length(self) -> float:
        """The longer side."""
        return float(self.size.max())

    @property
    def dot(self) -> float:
        """The side of one pixel if the longer side becomes the box's, drawn in detail."""
        return self.length / (BOX * DETAIL)

    def grown(self, margin: float) -> "Frame":
        """Return the frame with a margin around it."""
        return Frame(self.corner - margin, np.maximum(self.size + 2 * margin, 0.0))


def digit_image(drawing: Drawing) -> NDArray[np.uint8]:
    """Return a drawing as a (28, 28) image, white on black, that looks like one of MNIST.

    Raises :class:`DataError` if there is no ink, because nothing was drawn or all was erased.
    """
    path = path_frame(drawing.strokes)
    strokes = with_readable_widths(drawing.strokes, path.length)
    return image_from_ink(rasterized(strokes, ink_frame(strokes, path)))


def image_from_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fit ink into the 20x20 box and move its center of mass to the center of (28, 28).

    ``ink`` is an image (H, W) of any size, 0 where there is none and 255 where it is full.
    Raises :class:`DataError` if there is no ink.
    """
    top, bottom, left, right = bounds(ink)
    return placed(fitted(ink[top:bottom, left:right], BOX))


def fitted(ink: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return ink (H, W) scaled so that its longer side is ``side`` pixels."""
    height, width = (max(1, round(length * side / max(ink.shape))) for length in ink.shape)
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BOX))


def placed(digit: NDArray[np.uint8], *, by_mass: bool = True) -> NDArray[np.uint8]:
    """Return a digit of at most 28x28 pixels on (28, 28), its center of mass in the center.

    MNIST moved by whole pixels, and so does this. Without ``by_mass``, the middle of the picture
    comes into the middle. Raises :class:`DataError` if there is no ink.
    """
    if by_mass:
        top, bottom, left, right = bounds(digit)
        digit = digit[top:bottom, left:right]
    slices = []
    for axis, length in enumerate(digit.shape):
        start = (SIDE - length) // 2
        if by_mass:
            mass = digit.sum(axis=1 - axis, dtype=np.float64)
            center = mass @ np.arange(length) / mass.sum()
            start = int(np.clip(np.rint(CENTER - center), 0, SIDE - length))
        slices.append(slice(start, start + length))
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[tuple(slices)] = digit
    return image


def bounds(ink: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the ink, the latter of each just outside.

    Raises :class:`DataError` if there is no ink.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        raise DataError("There is no ink to read; draw a digit first.")
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def path_frame(strokes: Strokes) -> Frame:
    """Return the frame of the way that the pen's middle went, without what was erased.

    Raises :class:`DataError` if there is no ink.
    """
    paths = [stroke.points for stroke in strokes if not stroke.erases and len(stroke.points)]
    if not paths:
        raise DataError("There is no ink to read; draw a digit first.")
    points = np.concatenate(paths)
    path = Frame(points.min(axis=0), np.ptp(points, axis=0))
    if not any(stroke.erases for stroke in strokes):
        return path
    whole = ink_frame(strokes, path)
    top, bottom, left, right = bounds(rasterized(strokes, whole))
    remaining = Frame(
        whole.corner + np.array([left, top]) * whole.dot,
        np.array([right - left, bottom - top]) * whole.dot,
    )
    return remaining.grown(-_widest(strokes) / 2)


def ink_frame(strokes: Strokes, path: Frame) -> Frame:
    """Return the frame of the ink around a path, which pens as wide as these leave."""
    return path.grown(_widest(strokes) / 2)


def _widest(strokes: Strokes) -> float:
    return max(stroke.width or 0.0 for stroke in strokes if not stroke.erases)


def with_known_widths(strokes: Strokes, length: float) -> Strokes:
    """Give pens that nobody knows the usual width for a path of ``length``."""
    usual = _pen_width(USUAL, length) or 1.0
    return tuple(
        stroke if stroke.width is not None else replace(stroke, width=usual) for stroke in strokes
    )


def with_readable_widths(strokes: Strokes, length: float) -> Strokes:
    """Keep every pen between the thinnest and the thickest that a path of ``length`` can bear.

    Where pens grow, erasers grow as much, lest the rims of erased strokes come back.
    """
    thinnest, thickest = _pen_width(THINNEST, length), _pen_width(THICKEST, length)
    strokes = with_known_widths(strokes, length)

    def readable(stroke: Stroke) -> float:
        width = stroke.width or 0.0
        # What is hardly longer than it is wide is a blot, and stays one.
        return min(max(width, thinnest), max(thickest, width - 2 * length))

    pens = [stroke for stroke in strokes if not stroke.erases]
    growth = max(0.0, *(readable(pen) - (pen.width or 0.0) for pen in pens))
    return tuple(
        replace(stroke, width=(stroke.width or 0.0) + growth)
        if stroke.erases
        else replace(stroke, width=readable(stroke))
        for stroke in strokes
    )


def _pen_width(pixels: float, length: float) -> float:
    """Return the width that becomes ``pixels`` when path and pen together fill the box."""
    return length * pixels / (BOX - pixels)


def rasterized(strokes: Strokes, frame: Frame) -> NDArray[np.uint8]:
    """Draw strokes with round ends and joins as an image (H, W) that shows just the frame.

    Every stroke needs a width.
    """
    dot = frame.dot or 1.0
    width, height = (max(1, math.ceil(side / dot)) for side in frame.size)
    paper = Image.new("L", (width, height))
    pen = ImageDraw.Draw(paper)
    for stroke in strokes:
        color = 0 if stroke.erases else 255
        tip = max(1.0, (stroke.width or 0.0) / dot)
        path = [(x, y) for x, y in ((stroke.points - frame.corner) / dot).tolist()]
        pen.line(path, fill=color, width=round(tip))
        reach = (tip - 1) / 2  # from the middle of a pixel to those of the outermost ones
        for x, y in ((x - 0.5, y - 0.5) for x, y in path):
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)
    return np.asarray(paper)
