"""The book's ``params.pkl``: a pickled dict of arrays, read without running anything in it.

A pickle is a program that may call any function it names. This reader knows the five names that
a dict of NumPy arrays needs, puts harmless stand-ins of its own in their place, and refuses the
file at any other name.
"""

import io
import math
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import WeightsError

_LARGEST = 2 << 30  # bytes
_MOST_OPERATIONS = 10_000  # of the pickle's program; the book's network takes 150


def dump(params: dict[str, NDArray[Any]]) -> bytes:
    """Return the pickle of ``params`` that the book's ``load_params`` reads.

    The first function that it names is known to old and new versions of NumPy by its old name,
    but to those before 1.26 not by its new one.
    """
    program = pickle.dumps(params, protocol=2)
    return program.replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n", 1)


def load(path: Path) -> dict[str, NDArray[Any]]:
    """Read a pickled dict of arrays, or raise :class:`WeightsError`; raises OSError."""
    if path.stat().st_size > _LARGEST:
        raise WeightsError(f"{path.name} is larger than 2 GiB; it cannot be the book's params.pkl.")
    try:
        program = path.read_bytes()
        _check_operations(program)
        loaded = _ArrayUnpickler(program, path.name).load()
        if not isinstance(loaded, dict):
            raise ValueError("not a dict")
        return {str(name): _finished(array) for name, array in loaded.items()}
    except WeightsError:
        raise
    except Exception as error:  # a broken pickle can raise nearly anything
        raise WeightsError(
            f"{path.name} is not the book's params.pkl (a pickled dict of NumPy arrays), or it is "
            "damaged; open another file."
        ) from error


def _check_operations(program: bytes) -> None:
    """Refuse a program that is too long for a few arrays, or that numbers its memory too high.

    Deep nestings overflow the stack when they are hashed or freed, and the unpickler's memory
    grows to the highest number that is used.
    """
    for count, (operation, argument, _) in enumerate(pickletools.genops(program)):
        numbered = argument if operation.name in ("PUT", "BINPUT", "LONG_BINPUT") else 0
        if max(count, numbered or 0) > _MOST_OPERATIONS:
            raise ValueError("too large a program")


class _Dtype:
    """Stands in for ``numpy.dtype``: a name such as f4, and a byte order."""

    def __init__(self, name: object = "", *_: object) -> None:
        self.name = str(name)
        self.order = "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = ">" if state[1] == ">" else "<"

    def real(self) -> np.dtype[Any]:
        if self.name not in ("f2", "f4", "f8"):
            raise ValueError(f"numbers of type {self.name}")
        return np.dtype(self.order + self.name)


class _Array:
    """Stands in for an array until its shape was compared with the bytes that are there."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.dtype, self.by_columns, self.raw = state


def _from_buffer(raw: object, dtype: object, shape: object, order: object) -> _Array:
    """Stands in for what protocol 5 calls."""
    array = _Array()
    array.__setstate__((1, shape, dtype, order == "F", raw))
    return array


def _finished(array: object) -> NDArray[Any]:
    if not isinstance(array, _Array) or not isinstance(array.dtype, _Dtype):
        raise ValueError("not an array")
    dtype = array.dtype.real()
    shape = tuple(int(size) for size in array.shape)
    raw = array.raw
    if not isinstance(raw, bytes | bytearray):  # bytes(n) would make n of them
        raise ValueError("no bytes")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize != len(raw):
        raise ValueError("shape and bytes disagree")
    values = np.frombuffer(raw, dtype=dtype).reshape(shape, order="F" if array.by_columns else "C")
    return values.astype(dtype.newbyteorder("="))


def _latin1(text: object, encoding: object = "latin1") -> bytes:
    return str(text).encode("latin1")


class _ArrayUnpickler(pickle.Unpickler):
    def __init__(self, program: bytes, file_name: str) -> None:
        super().__init__(io.BytesIO(program))
        self._file_name = file_name

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct":
                return lambda *_: _Array()
            case "numpy.core.numeric" | "numpy._core.numeric", "_frombuffer":
                return _from_buffer
            case "numpy", "ndarray":
                return _Array
            case "numpy", "dtype":
                return _Dtype
            case "_codecs", "encode":
                return _latin1
        raise WeightsError(
            f"{self._file_name} asks for {module}.{name}, which a file of weights never needs, so "
            "nothing of it was opened; do not trust this file."
        )
