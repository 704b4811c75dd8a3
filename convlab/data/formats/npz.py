"""An ``.npz`` file with images and labels under one of the usual names."""

import zipfile
from pathlib import Path
from typing import Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from convlab.data.dataset import Dataset
from convlab.data.formats import LARGEST
from convlab.data.formats.arrays import as_images, as_labels, dataset_from_arrays
from convlab.data.progress import Cancel, CanceledError, ReadProgress, never, say_nothing
from convlab.errors import DataError
from convlab.npz_archive import array_sizes

_MOST_ARRAYS = 1_000
_IMAGES = ("x", "images", "image", "data")
_LABELS = ("y", "t", "labels", "label", "targets", "target")

Names = tuple[str, str]


def read_npz(
    path: Path,
    name: str | None = None,
    progress: ReadProgress = say_nothing,
    cancel: Cancel = never,
) -> Dataset:
    """Return the images and labels in an ``.npz`` file.

    They may be called x_train, y_train, x_test, y_test; train_images and so on; x and y; images
    and labels; or arr_0 and arr_1, in any case of letters. Where there is no test part, a fifth of
    every class becomes one. Raises :class:`DataError`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = _sizes(archive, path.name)
            train, test = _chosen(sizes, path.name)
            wanted = [*train, *(test or ())]
            arrays: list[NDArray[Any]] = []
            total = sum(sizes[member] for member in wanted)
            for member in wanted:
                if cancel():
                    raise CanceledError(f"The reading of {path.name} was canceled.")
                with archive.open(member) as file:
                    arrays.append(npy.read_array(file, allow_pickle=False))
                progress(sum(array.nbytes for array in arrays), total)
    except DataError:
        raise
    except Exception as error:  # a broken archive can raise nearly anything
        raise DataError(
            f"{path.name} is not an npz file of images (NumPy's savez), or it is damaged; open "
            "another file."
        ) from error
    parts = [
        (as_images(x, f"{x_name} in {path.name}"), as_labels(t, f"{t_name} in {path.name}"))
        for x, t, x_name, t_name in zip(
            arrays[::2], arrays[1::2], _bare(wanted[::2]), _bare(wanted[1::2]), strict=True
        )
    ]
    title = path.stem
    return dataset_from_arrays(
        name or str(path), title, parts[0], parts[1] if test is not None else None
    )


def _bare(members: list[str]) -> list[str]:
    return [member.removesuffix(".npy") for member in members]


def _sizes(archive: zipfile.ZipFile, file_name: str) -> dict[str, int]:
    """Return the bytes of every array, or refuse an archive that is too large or lies."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > _MOST_ARRAYS or total > LARGEST:
        raise DataError(
            f"{file_name} holds {len(members):,} arrays of {total:,} bytes, more than the lab "
            f"opens ({_MOST_ARRAYS:,} of {LARGEST:,}); it is damaged or too large."
        )
    return array_sizes(archive)


def _chosen(sizes: dict[str, int], file_name: str) -> tuple[Names, Names | None]:
    """Return the members with images and labels to train on, and those to test on if any."""
    known = {member.removesuffix(".npy").lower(): member for member in sizes}

    def found(images: str, labels: str) -> Names | None:
        """Fill the names into patterns such as ``{}_train``."""
        for x in _IMAGES:
            for t in _LABELS:
                pair = images.format(x), labels.format(t)
                if pair[0] in known and pair[1] in known:
                    return known[pair[0]], known[pair[1]]
        return None

    for pattern in ("{}_%s", "{}%s", "%s_{}", "%s{}"):
        train = found(pattern % "train", pattern % "train")
        if train is not None:
            return train, found(pattern % "test", pattern % "test")
    if (both := found("{}", "{}")) is not None:
        return both, None
    if "arr_0" in known and "arr_1" in known:
        rest = (known["arr_2"], known["arr_3"]) if {"arr_2", "arr_3"} <= known.keys() else None
        return (known["arr_0"], known["arr_1"]), rest
    received = ", ".join(_bare(list(sizes))[:8]) or "nothing"
    raise DataError(
        f"{file_name} holds {received}; images and labels are expected, called x_train, y_train, "
        "x_test and y_test, or x and y, or images and labels."
    )
