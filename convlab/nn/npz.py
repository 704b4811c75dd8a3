"""Weights as NumPy's own ``.npz``: the arrays of ``params`` by name, and their network as text.

Any NumPy program reads it with ``np.load``. The text is an array of its own, the JSON of a
:class:`NetworkDescription`.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import WeightsError
from convlab.nn.description import FILE_KEY
from convlab.npz_archive import array_sizes

_LARGEST = 2 << 30  # bytes of all arrays, unpacked
_MOST_PACKED = 20  # times; weights hardly get smaller at all
_SMALL = 1 << 20  # bytes that anything may unpack to
_MOST_ARRAYS = 10_000


def dump(arrays: dict[str, NDArray[Any]], description: str) -> bytes:
    """Return the content of a file with the arrays and the text."""
    file = io.BytesIO()
    np.savez(file, **arrays, **{FILE_KEY: np.array(description)})  # type: ignore[arg-type]
    return file.getvalue()


def load(path: Path) -> tuple[dict[str, NDArray[Any]], str | None]:
    """Return the arrays of a file, and the text if there is one.

    Raises :class:`WeightsError` for anything else, and OSError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        text = arrays.pop(FILE_KEY, None)
        return arrays, None if text is None else str(text[()])
    except OSError:
        raise
    except Exception as error:  # a broken archive can raise nearly anything
        raise WeightsError(
            f"{path.name} is not an npz file of weights (NumPy's savez), or it is damaged; open "
            "another file."
        ) from error


def _check_sizes(archive: zipfile.ZipFile, file_size: int) -> None:
    """Refuse an archive that is too large, or whose arrays are not as large as they say."""
    members = archive.infolist()
    largest = min(_LARGEST, _MOST_PACKED * file_size + _SMALL)
    if len(members) > _MOST_ARRAYS or sum(member.file_size for member in members) > largest:
        raise ValueError("too large")
    array_sizes(archive)
