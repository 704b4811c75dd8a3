"""Weights to and from disk, never in a way that could run what a file says.

A safetensors file holds the arrays of ``params`` by name and, as text, the description of their
network. A name that ends in ``.npz`` means the same in NumPy's own format; ``.pkl`` means the
book's, a pickled dict of arrays.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_safetensors

from convlab.errors import WeightsError
from convlab.files import write_atomically
from convlab.nn import book_pickle, npz
from convlab.nn.description import FILE_KEY, NetworkDescription
from convlab.nn.types import Shape
from convlab.wording import counted

Params = dict[str, NDArray[Any]]
_FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}  # as the format calls them
_LARGEST = np.finfo(np.float32).max  # larger ones would be infinite in a network
_SOMETHING_ELSE = "open weights that convlab saved (.safetensors or .npz) or the book's params.pkl"


def save(path: Path, params: Mapping[str, NDArray[Any]], description: NetworkDescription) -> None:
    """Write the arrays to ``path``, all or nothing; raises OSError."""
    arrays = {name: np.ascontiguousarray(array) for name, array in params.items()}
    match path.suffix.lower():
        case ".pkl":
            content = book_pickle.dump(arrays)
        case ".npz":
            content = npz.dump(arrays, description.to_json())
        case _:
            content = to_safetensors(arrays, {FILE_KEY: description.to_json()})
    write_atomically(path, content)


def load(path: Path) -> tuple[Params, NetworkDescription | None]:
    """Read the arrays of a file, and the description of their network if it has one.

    Raises :class:`WeightsError` if the file is no such file, is damaged, or holds anything but
    finite numbers.
    """
    try:
        if not path.is_file():
            what = "it is a folder" if path.is_dir() else "there is no such file"
            raise WeightsError(f"{path} cannot be opened: {what}; {_SOMETHING_ELSE}.")
        match path.suffix.lower():
            case ".pkl":
                params, text = book_pickle.load(path), None
            case ".npz":
                params, text = npz.load(path)
            case _:
                params, text = _load_safetensors(path)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    description = NetworkDescription.from_json(text) if text is not None else None
    _check_numbers(params, path.name)
    return params, description


def _load_safetensors(path: Path) -> tuple[Params, str | None]:
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys()
            params = _floats_of(path, names)
            params |= {name: file.get_tensor(name) for name in names if name not in params}
    # AttributeError: numbers of a kind that NumPy does not have, such as 8-bit floats.
    except (SafetensorError, AttributeError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(
            f"{path.name} is not a safetensors file, or it is damaged; {_SOMETHING_ELSE}."
        ) from error
    return params, metadata.get(FILE_KEY)


def _floats_of(path: Path, names: list[str]) -> Params:
    """Read the arrays of floats in a file whose header was checked; may raise ValueError.

    The package's own reading would keep all other threads waiting, a second for large networks.
    """
    params: Params = {}
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header, start = json.loads(file.read(size)), 8 + size
        for name in names:
            about = header[name]
            if about["dtype"] not in _FLOATS:
                continue
            begin, end = about["data_offsets"]
            numbers = np.empty(end - begin, np.uint8)
            file.seek(start + begin)
            if file.readinto(numbers.data) != len(numbers):
                raise ValueError(f"{name} is cut off")
            params[name] = numbers.view(_FLOATS[about["dtype"]]).reshape(about["shape"])
    return params


def check(params: Mapping[str, NDArray[Any]], shapes: Mapping[str, Shape]) -> None:
    """Raise :class:`WeightsError` unless ``params`` has just these names and shapes."""
    if set(params) != set(shapes):
        raise WeightsError(
            f"These weights belong to another network: they are called {_list(params)}, and "
            f"{_list(shapes)} were expected; choose the network that they were trained with."
        )
    for name, shape in shapes.items():
        if params[name].shape != shape:
            raise WeightsError(
                f"These weights belong to another network: {name} has the shape "
                f"{params[name].shape}, and {shape} was expected; choose the settings that they "
                "were trained with."
            )


def _check_numbers(params: Params, file_name: str) -> None:
    if not params:
        raise WeightsError(f"{file_name} holds no weights; {_SOMETHING_ELSE}.")
    for name, array in params.items():
        if array.dtype.kind != "f":
            raise WeightsError(
                f"{name} in {file_name} is {array.dtype}, and floating-point numbers were "
                f"expected; {_SOMETHING_ELSE}."
            )
        good = np.abs(array) <= _LARGEST
        if not good.all():
            bad = array.size - int(good.sum())
            raise WeightsError(
                f"{counted(bad, 'number')} of {name} in {file_name} cannot be used (infinite, too "
                "large, or none at all); open weights from before the training went wrong."
            )


def _list(names: Mapping[str, Any]) -> str:
    shown = sorted(names)[:12]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "") if shown else "nothing"
