"""The steps from a drawing to the image that the network sees, each of which can be left out.

With all of them an image is what :func:`convlab.data.digit_image.digit_image` returns; without
one, it shows why that step matters.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from convlab.data.digit_image import (
    BOX,
    SIDE,
    Drawing,
    Frame,
    bounds,
    fitted,
    ink_frame,
    path_frame,
    placed,
    rasterized,
    with_known_widths,
    with_readable_widths,
)
from convlab.settings import About

Picture = NDArray[np.uint8]  # (H, W), white on black

MARGIN = 0.25  # of the ink's length, around it on a paper that nobody knows


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What each step leaves, as pictures white on black; ``image`` (28, 28) is the last."""

    drawing: Picture
    cropped: Picture
    fitted: Picture
    image: Picture


@dataclass(frozen=True)
class Preparation:
    """Which steps are taken; all, to begin with."""

    even_pen: Annotated[
        bool, About("Even pen", "Make strokes about as thick as MNIST's, whatever the pen.")
    ] = True
    crop: Annotated[bool, About("Crop", "Cut off the empty paper around the digit.")] = True
    fit: Annotated[
        bool, About("Fit", "Scale to a box of 20×20 pixels; without it, to all of 28×28.")
    ] = True
    center: Annotated[
        bool,
        About("Center", "Move the center of mass, instead of the box, to the middle of 28×28."),
    ] = True

    def stages(self, drawing: Drawing, paper_side: float | None = None) -> Stages:
        """Return what the steps make of a drawing.

        The paper is a square that reaches from (0, 0) to ``paper_side`` in the drawing's unit;
        None lays one around the ink. Raises :class:`DataError` if there is no ink on it.
        """
        path = path_frame(drawing.strokes)
        drawn = with_known_widths(drawing.strokes, path.length)
        around = ink_frame(drawn, path)
        paper = _square_around(around) if paper_side is None else Frame.square(paper_side)
        strokes = with_readable_widths(drawing.strokes, path.length) if self.even_pen else drawn
        frame = ink_frame(strokes, path) if self.crop else paper
        return self._stages(rasterized(drawn, paper), rasterized(strokes, frame))

    def stages_of_ink(self, ink: Picture) -> Stages:
        """Return what the steps make of a picture (H, W), 0 where there is no ink.

        Its strokes stay as they are. Raises :class:`DataError` if there is no ink.
        """
        return self._stages(ink, ink)

    def _stages(self, drawing: Picture, ink: Picture) -> Stages:
        top, bottom, left, right = bounds(ink)
        cropped = ink[top:bottom, left:right] if self.crop else ink
        small = fitted(cropped, BOX if self.fit else SIDE)
        return Stages(drawing, cropped, small, placed(small, by_mass=self.center))


def _square_around(ink: Frame) -> Frame:
    """Return a square paper with the ink in its middle and some margin."""
    side = ink.length * (1 + 2 * MARGIN)
    return Frame(ink.corner - (side - ink.size) / 2, np.full(2, side))
