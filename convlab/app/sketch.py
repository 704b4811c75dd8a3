"""What is being drawn, with the way back."""

import numpy as np

from convlab.app.shown_picture import ShownPicture
from convlab.data.digit_image import Drawing, Stroke

Strokes = tuple[Stroke, ...]
Sheet = tuple[Strokes, ShownPicture | None]


class Sketch:
    """A drawing that grows by strokes; every stroke, clearing and replacing can be undone.

    A picture may lie below the strokes; it comes and goes with them.
    Points are in units of the paper's side, from 0 at the left or top to 1.
    """

    def __init__(self) -> None:
        self._strokes: Strokes = ()
        self._picture: ShownPicture | None = None
        self._past: list[Sheet] = []
        self._future: list[Sheet] = []
        self._path: list[tuple[float, float]] = []
        self._width = 0.0
        self._erases = False

    @property
    def strokes(self) -> Strokes:
        """All strokes, the one that is being made included."""
        if not self._path:
            return self._strokes
        return (*self._strokes, Stroke(np.array(self._path), self._width, self._erases))

    @property
    def drawing(self) -> Drawing:
        """The drawing as it is now."""
        return Drawing(self.strokes)

    @property
    def picture(self) -> ShownPicture | None:
        """The picture below the strokes, without them."""
        return self._picture

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a stroke nor a picture."""
        return not self._strokes and not self._path and self._picture is None

    @property
    def is_under_way(self) -> bool:
        """Whether a stroke is being made."""
        return bool(self._path)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone last."""
        return bool(self._future)

    def begin(self, x: float, y: float, width: float, *, erases: bool = False) -> None:
        """Put a pen or an eraser on the paper."""
        self.end()
        self._path = [(x, y)]
        self._width = width
        self._erases = erases

    def extend(self, x: float, y: float) -> tuple[float, float]:
        """Move on to a point; return the point that it is reached from."""
        last = self._path[-1]
        if (x, y) != last:
            self._path.append((x, y))
        return last

    def end(self) -> None:
        """Take the pen or eraser off the paper."""
        if self._path:
            strokes = self.strokes
            self._path = []
            self._change(strokes, self._picture)

    def clear(self) -> None:
        """Take a new sheet."""
        self.replace(Drawing())

    def replace(self, drawing: Drawing, picture: ShownPicture | None = None) -> None:
        """Show another drawing, in units of the paper's side, perhaps on a picture."""
        self.end()
        if drawing.strokes or picture is not None or not self.is_empty:
            self._change(drawing.strokes, picture)

    def undo(self) -> None:
        """Go back by one stroke, clearing or replacing."""
        self.end()
        if self._past:
            self._future.append((self._strokes, self._picture))
            self._strokes, self._picture = self._past.pop()

    def redo(self) -> None:
        """Take back an undo."""
        self.end()
        if self._future:
            self._past.append((self._strokes, self._picture))
            self._strokes, self._picture = self._future.pop()

    def _change(self, strokes: Strokes, picture: ShownPicture | None) -> None:
        self._past.append((self._strokes, self._picture))
        self._future.clear()
        self._strokes, self._picture = strokes, picture
