"""Filters on a picture and what edits of them cost, as the content of files."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.insight.apply_filter import Applied
from convlab.insight.filter_edit import Change


def csv_of(change: Change, class_names: Sequence[str]) -> str:
    """Return how many images of each class are read right, before and after, as a CSV table."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("class", "images", "right_before", "right_after"))
    counts = (change.before.count, change.before.right, change.after.right)
    for number, row in enumerate(zip(*counts, strict=True)):
        name = class_names[number] if number < len(class_names) else str(number)
        writer.writerow((name, *row))
    return text.getvalue()


def npz_of(applied: Applied) -> bytes:
    """Return picture, kernel and responses as an NPZ file's content."""
    arrays: dict[str, NDArray[Any]] = {
        "picture": applied.picture,
        "kernel": applied.kernel,
        "response": applied.response,
        f"after_{applied.activation.lower()}": applied.after,
    }
    content = BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()
