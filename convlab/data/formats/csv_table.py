"""A CSV file with one image a line: its label, then its pixels."""

import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from convlab.data.dataset import Dataset
from convlab.data.formats import LARGEST
from convlab.data.formats.arrays import as_images, as_labels, dataset_from_arrays
from convlab.data.progress import Cancel, CanceledError, ReadProgress, never, say_nothing
from convlab.errors import DataError

LONGEST_LINE = 1 << 21  # characters; a color image of 400x400
_LINES_AT_ONCE = 500
_SEPARATORS = ",;\t"
_LABEL_NAMES = ("label", "labels", "class", "target", "y", "t", "digit", "letter")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.IGNORECASE)


def read_csv(
    path: Path,
    name: str | None = None,
    progress: ReadProgress = say_nothing,
    cancel: Cancel = never,
) -> Dataset:
    """Return the images in a CSV file, of which a fifth of every class becomes the test part.

    A line is a label, a number or a text, and the pixels of a gray square, 0 to 255 or 0 to 1; or
    of a color square as three planes. Commas, semicolons or tabs separate them. A first line with
    names may come before; the label then may be in any column. Raises :class:`DataError`.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise DataError(
                f"{path.name} has {size:,} bytes, more than the lab opens ({LARGEST:,}); split it."
            )
        with path.open(encoding="utf-8-sig", newline=None) as file:
            labels, pixels = _read(file, path.name, size, progress, cancel)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is not a text; save the table as CSV in UTF-8 and open that."
        ) from error
    images = as_images(_squares(pixels, path.name), f"The pixels in {path.name}")
    train = (images, as_labels(labels, f"The label column of {path.name}"))
    return dataset_from_arrays(name or str(path), path.stem, train, None)


def _read(
    file: TextIO, file_name: str, size: int, progress: ReadProgress, cancel: Cancel
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return labels (N,) and pixels (N, P)."""
    lines = _lines(file, file_name)
    first = next(lines, "")
    separator = max(_SEPARATORS, key=first.count)
    cells = first.split(separator)
    has_names = sum(_NUMBER.fullmatch(cell) is None for cell in cells) > len(cells) // 2
    column = _label_column(cells) if has_names else 0
    number, done = 1 + has_names, 0
    labels: list[str] = []
    blocks: list[NDArray[Any]] = []
    rows = lines if has_names else itertools.chain([first], lines)
    while len(cells) > 1 and (block := list(itertools.islice(rows, _LINES_AT_ONCE))):
        if cancel():
            raise CanceledError(f"The reading of {file_name} was canceled.")
        own, pixels = _parsed(block, separator, column, len(cells), file_name, number)
        labels += own
        blocks.append(pixels)
        number += len(block)
        done += sum(map(len, block)) + len(block)
        progress(min(done, size), size)
    if not blocks:
        raise DataError(
            f"{file_name} holds no images; a line is expected to be a label and then its pixels, "
            "separated by commas."
        )
    progress(size, size)
    whole = all(_NUMBER.fullmatch(label) for label in labels)
    texts = [label.strip().strip('"') for label in labels]
    return np.array(texts, np.float64 if whole else np.str_), np.concatenate(blocks)


def _lines(file: TextIO, file_name: str) -> Iterator[str]:
    """Yield the lines that are not empty, none of which may be absurdly long."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataError(
                f"{file_name} has a line of more than {LONGEST_LINE:,} characters; one image a "
                "line is expected."
            )
        if line := line.strip("\r\n"):
            yield line


def _label_column(names: list[str]) -> int:
    plain = [name.strip().strip('"').lower() for name in names]
    return next((plain.index(label) for label in _LABEL_NAMES if label in plain), 0)


def _parsed(
    lines: list[str], separator: str, column: int, width: int, file_name: str, number: int
) -> tuple[list[str], NDArray[Any]]:
    """Return the labels and the pixels, as bytes where they are, else float32."""
    labels: list[str] = []
    texts: list[str] = []
    for offset, line in enumerate(lines):
        if line.count(separator) != width - 1:
            raise DataError(
                f"Line {number + offset} of {file_name} has {line.count(separator) + 1:,} values, "
                f"and the first has {width:,}; every line needs as many."
            )
        if column == 0:
            label, _, rest = line.partition(separator)
        else:
            cells = line.split(separator)
            label, rest = cells.pop(column), separator.join(cells)
        labels.append(label)
        texts.append(rest)
    try:
        pixels = np.loadtxt(texts, np.float32, delimiter=separator, ndmin=2, comments=None)
    except ValueError as error:
        raise DataError(
            f"{file_name} holds something that is no number among the pixels of lines {number} to "
            f"{number + len(lines) - 1}; after the label, numbers from 0 to 255 are expected."
        ) from error
    as_bytes = np.rint(np.clip(np.nan_to_num(pixels), 0, 255)).astype(np.uint8)
    return labels, as_bytes if np.array_equal(as_bytes, pixels) else pixels


def _squares(pixels: NDArray[Any], file_name: str) -> NDArray[Any]:
    """Return pixels (N, P) as (N, C, side, side)."""
    count = pixels.shape[1]
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if channels * side * side == count:
            return pixels.reshape(-1, channels, side, side)
    raise DataError(
        f"A line of {file_name} has {count:,} pixels, which is no square such as 784 (28×28); "
        "one label and the pixels of a square are expected."
    )
