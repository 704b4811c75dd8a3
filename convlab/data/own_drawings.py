"""The drawings that the user has labeled, in a file of their own."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.digit_image import SIDE, Drawing, Stroke, digit_image
from convlab.data.strokes import read_drawings, write_drawings
from convlab.errors import DataError, SettingsError
from convlab.paths import data_dir

SETTING = "own_drawings"  # of a run; what is wrong with it is told at that name
MOST = 5_000  # drawings; so many are read and written in an instant
PLACES = 4  # decimal places of coordinates; a ten-thousandth of the paper is finer than any hand


class OwnDrawings:
    """A set of labeled drawings, kept as JSON strokes that ``convlab predict --strokes`` reads.

    The file is read again whenever it is changed, so that several windows can add to it.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Keep the drawings in ``path``, or where the user's data lie."""
        self.path = path or data_dir() / "drawings.json"

    def read(self) -> list[Drawing]:
        """Return all drawings, the oldest first; raises :class:`DataError`."""
        if not self.path.exists():
            return []
        try:
            return read_drawings(self.path)
        except DataError as error:
            raise DataError(
                f"Your own drawings cannot be read: {error} Mend {self.path} or move it away."
            ) from error

    def add(self, drawing: Drawing, label: int) -> None:
        """File a drawing under the digit that was meant; raises :class:`DataError`."""
        if any(stroke.erases for stroke in drawing.strokes):
            raise DataError(
                "The drawing was partly erased, which a file of pen strokes cannot say; draw it "
                "again without the eraser."
            )
        drawings = self.read()
        if len(drawings) >= MOST:
            raise DataError(
                f"There are {MOST:,} drawings already, as many as are kept together; export them "
                "and delete some."
            )
        strokes = tuple(Stroke(np.round(stroke.points, PLACES)) for stroke in drawing.strokes)
        write_drawings(self.path, [*drawings, replace(drawing, strokes=strokes, label=label)])

    def delete(self, numbers: Collection[int]) -> None:
        """Delete drawings by their numbers, counted from 0; raises :class:`DataError`."""
        kept = [d for number, d in enumerate(self.read()) if number not in numbers]
        if kept:
            write_drawings(self.path, kept)
            return
        try:
            self.path.unlink(missing_ok=True)  # the form knows no list without drawings
        except OSError as error:
            raise DataError(f"{self.path} cannot be deleted: {error.strerror or error}.") from error

    def export(self, path: Path) -> None:
        """Write all drawings to another file of the same form; raises :class:`DataError`."""
        write_drawings(path, self.read())


def with_own_drawings(dataset: Dataset, times: int, kept: Sequence[Drawing]) -> Dataset:
    """Return a dataset to whose training images the user's own drawings, ``kept``, are added.

    Each of them comes ``times`` times, under the class that is named as its digit; drawings
    without a label, or of a digit that is no class, are left out. The test images stay as they
    are. Raises :class:`SettingsError` if there are no drawings to add.
    """
    if not times:
        return dataset
    if problem := refusal(dataset):
        raise SettingsError({SETTING: problem})
    names = dataset.class_names
    drawings = [d for d in kept if str(d.label) in names]
    if not drawings:
        raise SettingsError(
            {
                SETTING: "There are no drawings of your own to learn from; draw digits and say "
                "which they are, or set this to 0."
            }
        )
    images = np.stack([digit_image(drawing) for drawing in drawings])[:, np.newaxis]
    labels = np.array([names.index(str(drawing.label)) for drawing in drawings])
    train = ImageSet(
        np.concatenate([dataset.train.images, np.tile(images, (times, 1, 1, 1))]),
        np.concatenate([dataset.train.labels, np.tile(labels, times)]),
    )
    return replace(dataset, train=train)


def refusal(dataset: Dataset) -> str:
    """Return a sentence that says why drawings cannot join a dataset; empty if they can."""
    if dataset.image_shape != (1, SIDE, SIDE):
        size = "×".join(map(str, dataset.image_shape))
        return (
            f"Your drawings are images of 1×{SIDE}×{SIDE}, but {dataset.title} has images of "
            f"{size}; set this to 0."
        )
    if not any(str(digit) in dataset.class_names for digit in range(10)):
        return (
            f"Your drawings are of digits, and no class of {dataset.title} is a digit; set this "
            "to 0."
        )
    return ""
