"""NumPy's own files of weights: any NumPy reads them, and no file makes the lab take memory."""

import io
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy

from convlab.errors import WeightsError
from convlab.nn import SimpleConvNet, weights
from convlab.nn.description import FILE_KEY, NetworkDescription
from convlab.nn.network_settings import open_network

PARAMS = {"W1": np.array([[1.5, -2.0]], np.float32), "b1": np.array([0.25], np.float32)}
DESCRIPTION = NetworkDescription("Net", {"size": 3}, (1, 8, 8), 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.npz"


def array_file(shape: tuple[int, ...], dtype: str, content: bytes) -> bytes:
    """An array as it lies in an archive, with a header that may lie."""
    file = io.BytesIO()
    header = {"shape": shape, "fortran_order": False, "descr": dtype}
    npy.write_array_header_1_0(file, header)
    return file.getvalue() + content


def archive(path: Path, content: bytes, packing: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", packing) as file:
        file.writestr("W1.npy", content)


def test_arrays_and_description_come_back(path: Path) -> None:
    weights.save(path, PARAMS, DESCRIPTION)
    params, description = weights.load(path)
    assert description == DESCRIPTION
    assert list(params) == list(PARAMS)
    for name, array in PARAMS.items():
        np.testing.assert_array_equal(params[name], array)
        assert params[name].dtype == np.float32


def test_any_numpy_can_read_the_file(path: Path) -> None:
    weights.save(path, {"W1": PARAMS["W1"].T}, DESCRIPTION)
    with np.load(path, allow_pickle=False) as file:
        assert file.files == ["W1", FILE_KEY]
        np.testing.assert_array_equal(file["W1"], [[1.5], [-2.0]])
        assert str(file[FILE_KEY]) == DESCRIPTION.to_json()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_arrays_of_another_program_are_recognized_by_their_shapes(
    save: Callable[..., None], path: Path
) -> None:
    network = SimpleConvNet()
    save(path, **{name: array.astype(">f8") for name, array in network.params.items()})
    opened = open_network(path)
    assert opened.description.name == "SimpleConvNet"
    np.testing.assert_array_equal(opened.params["W1"], network.params["W1"])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Dear diary, today I trained a network.", id="text"),
        pytest.param(pickle.dumps(PARAMS), id="a pickle"),
        pytest.param(array_file((2,), "<f4", bytes(8)), id="one array alone"),
        pytest.param(b"PK\x05\x06" + bytes(18), id="an archive of nothing"),
    ],
)
def test_what_is_no_npz_file_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"^w\.npz (is not an npz|holds no weights)"):
        weights.load(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="no header"),
        pytest.param(b"Dear diary", id="text"),
        pytest.param(array_file((2,), "<f4", bytes(7)), id="cut off"),
        pytest.param(array_file((2,), "<f4", bytes(9)), id="more than announced"),
        pytest.param(array_file((-1, -2), "<f4", bytes(8)), id="negative sizes"),
        pytest.param(array_file((1 << 50,), "<f4", bytes(8)), id="a shape of petabytes"),
        pytest.param(array_file((1 << 40, 0), "<f4", bytes(8)), id="a shape of nothing"),
        pytest.param(array_file((1,), "|O", pickle.dumps([1])), id="pickled objects"),
        pytest.param(array_file((1,), "|O", bytes(8)), id="pointers"),
        pytest.param(b"\x93NUMPY\x09\x00" + bytes(100), id="unknown version"),
    ],
)
def test_an_array_that_is_not_what_it_says_is_refused(content: bytes, path: Path) -> None:
    archive(path, content)
    with pytest.raises(WeightsError, match=r"^w\.npz is not an npz file .* or it is damaged; open"):
        weights.load(path)


def test_packings_that_numpy_does_not_use_are_refused(path: Path) -> None:
    archive(path, array_file((2,), "<f4", bytes(8)), zipfile.ZIP_LZMA)
    with pytest.raises(WeightsError, match=r"^w\.npz is not an npz file"):
        weights.load(path)


@pytest.mark.parametrize("dtype", ["<i8", "|u1", "|b1", "<c8", "<U2", "|S2", "|V2"])
def test_numbers_of_another_kind_are_refused(dtype: str, path: Path) -> None:
    archive(path, array_file((2,), dtype, bytes(2 * np.dtype(dtype).itemsize)))
    with pytest.raises(WeightsError, match="and floating-point numbers were expected"):
        weights.load(path)


@pytest.mark.parametrize("description", [np.array("{"), np.array(5.0), np.array(["{}", "{}"])])
def test_a_description_that_cannot_be_read_is_refused(description: Any, path: Path) -> None:
    np.savez(path, **PARAMS, **{FILE_KEY: description})  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match="description of its network cannot be read"):
        weights.load(path)


def test_a_good_file_that_was_cut_anywhere_is_refused(path: Path) -> None:
    weights.save(path, PARAMS, DESCRIPTION)
    whole = path.read_bytes()
    for length in [*range(0, len(whole), 7), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            weights.load(path)


def test_a_bit_that_has_flipped_is_noticed(path: Path) -> None:
    weights.save(path, PARAMS, DESCRIPTION)
    whole = bytearray(path.read_bytes())
    place = whole.index(PARAMS["W1"].tobytes())
    whole[place] ^= 1
    path.write_bytes(whole)
    with pytest.raises(WeightsError, match="damaged"):
        weights.load(path)


def refused_with_a_peak_of(path: Path) -> int:
    """Let a file be refused, and return how many bytes that took."""
    tracemalloc.start()
    with pytest.raises(WeightsError, match="is not an npz file"):
        weights.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_zeros_that_were_packed_tightly_are_refused_before_they_are_unpacked(path: Path) -> None:
    archive(path, array_file((20 << 18,), "<f4", bytes(20 << 20)), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 50_000
    assert refused_with_a_peak_of(path) < 1 << 20


def test_an_archive_that_announces_gigabytes_is_refused_before_there_is_room_for_them(
    path: Path,
) -> None:
    content = array_file((3 << 28,), "<f4", bytes(1 << 20))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("W1.npy", content)
        # What the directory says at the end of the file.
        file.infolist()[0].file_size += (3 << 30) - (1 << 20)
    assert refused_with_a_peak_of(path) < 1 << 20


def test_too_many_arrays_are_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for number in range(10_001):
            file.writestr(f"W{number}.npy", b"")
    with pytest.raises(WeightsError, match="is not an npz file"):
        weights.load(path)
