"""Drawings as JSON: a list of objects with ``strokes`` and, where known, ``label`` and ``writer``.

A stroke is a list of points ``[x, y]`` in any unit, y growing downward::

    [{"label": 7, "writer": "w01", "strokes": [[[0, 0], [40, 0], [15, 70]]]}]

The UCI data set *Pen-Based Recognition of Handwritten Digits* (Alpaydin and Alimoglu, 1998) can
be kept in this form.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.data.digit_image import Drawing, Stroke
from convlab.errors import DataError
from convlab.files import write_atomically

LARGEST_FILE = 32 * 2**20  # bytes; some 70,000 drawings
LARGEST_NUMBER = 1e9  # farther out, nothing is a place on paper

_FORM = 'expected a list of drawings such as {"strokes": [[[x, y], ...], ...]}'


def read_drawings(path: str | Path) -> list[Drawing]:
    """Return the drawings of a JSON file, in its order; labels and writers may be None.

    Raises :class:`DataError` with one sentence, naming the drawing, if the file is not of the form.
    """
    path = Path(path)
    entries = _parsed(path)
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{path.name} holds {_kind(entries)}; {_FORM}.")
    return [
        _drawing(entry, f"Drawing {number} in {path.name}")
        for number, entry in enumerate(entries, start=1)
    ]


def write_drawings(path: str | Path, drawings: Sequence[Drawing]) -> None:
    """Write drawings as JSON. The form knows paths only: widths are left out.

    Raises :class:`DataError` if a drawing was partly erased or the file cannot be written.
    """
    for number, drawing in enumerate(drawings, start=1):
        if any(stroke.erases for stroke in drawing.strokes):
            raise DataError(
                f"Drawing {number} was partly erased, which a file of pen strokes cannot say; "
                "draw it again without the eraser."
            )
    text = json.dumps([_entry(drawing) for drawing in drawings])
    try:
        write_atomically(Path(path), text)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}.") from error


def _entry(drawing: Drawing) -> dict[str, Any]:
    known = {"label": drawing.label, "writer": drawing.writer}
    strokes = [stroke.points.tolist() for stroke in drawing.strokes]
    return {key: value for key, value in known.items() if value is not None} | {"strokes": strokes}


def _parsed(path: Path) -> Any:
    try:
        if not path.is_file():
            what = f"{path} is a folder" if path.is_dir() else f"There is no file {path}"
            raise DataError(f"{what}; give a JSON file of pen strokes.")
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise DataError(
                f"{path.name} has {size / 2**20:,.0f} MB, more than the {LARGEST_FILE // 2**20} MB "
                "that are read at once; split it."
            )
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path.name} is not JSON ({error.msg} in line {error.lineno}); {_FORM}."
        ) from error
    except (ValueError, RecursionError) as error:  # not text, absurd numbers, endless nesting
        raise DataError(f"{path.name} is not JSON of pen strokes; {_FORM}.") from error


def _drawing(entry: Any, name: str) -> Drawing:
    if not isinstance(entry, dict):
        raise DataError(f'{name} is {_kind(entry)}; expected an object with "strokes".')
    strokes = entry.get("strokes")
    if not isinstance(strokes, list) or not strokes:
        received = _kind(strokes) if "strokes" in entry else "nothing"
        raise DataError(f"{name} has {received} as its strokes; expected at least one stroke.")
    label, writer = entry.get("label"), entry.get("writer")
    if label is not None and (type(label) is not int or label < 0):
        raise DataError(f"{name} has a label that is {_kind(label)}; expected a digit such as 7.")
    if label is not None and label > 9:
        shown = label if label <= LARGEST_NUMBER else "of many digits"
        raise DataError(f"{name} has the label {shown}; expected a digit, 0 to 9.")
    if writer is not None and not isinstance(writer, str):
        raise DataError(f"{name} has a writer that is {_kind(writer)}; expected a text.")
    points = (
        _points(stroke, f"Stroke {number} of {name[0].lower()}{name[1:]}")
        for number, stroke in enumerate(strokes, start=1)
    )
    return Drawing(tuple(Stroke(path) for path in points), label, writer)


def _points(stroke: Any, name: str) -> NDArray[np.float64]:
    """Return a stroke's points (n, 2), or raise :class:`DataError`."""
    try:
        points = np.asarray(stroke)
    except ValueError:  # its points differ in length
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise DataError(f"{name} is not a list of points; expected [[x, y], ...].")
    if points.dtype.kind not in "iuf" or not np.isfinite(points).all():
        raise DataError(f"{name} holds something that is no finite number; expected [[x, y], ...].")
    if np.abs(points).max() > LARGEST_NUMBER:
        raise DataError(
            f"{name} reaches {np.abs(points).max():.3g}; expected numbers of at most "
            f"{LARGEST_NUMBER:,.0f}."
        )
    return points.astype(np.float64)


def _kind(value: Any) -> str:
    """What was received, in words that fit after *is* or *has*."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a negative number" if value < 0 else "a number"
        case str():
            return "a text"
        case []:
            return "an empty list"
        case list():
            return "a list"
        case _:
            return "an object"
