"""The book's params.pkl is read; a pickle that wants anything else is not even begun."""

import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.errors import WeightsError
from convlab.nn import SimpleConvNet, weights

ALARM: list[str] = []


class Calls:
    """Pickled as a call of a function."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def array_program(shape: bytes, raw: bytes, dtype: bytes = b"f4") -> bytes:
    """A protocol 2 program that makes {"a": array} from opcodes for its shape and its bytes."""
    make = b"cnumpy.core.multiarray\n_reconstruct\n)R"
    kind = b"cnumpy\ndtype\nX" + struct.pack("<I", len(dtype)) + dtype + b"\x85R"
    return (
        b"\x80\x02}X\x01\x00\x00\x00a" + make + b"(K\x01" + shape + kind + b"\x89" + raw + b"tbs."
    )


def number(value: int) -> bytes:
    return b"\x8a\x08" + value.to_bytes(8, "little")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "params.pkl"


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", ["float64", "float32", ">f8"])
def test_a_plain_pickle_of_arrays_is_read(protocol: int, dtype: str, path: Path) -> None:
    w = np.arange(6, dtype=dtype).reshape(2, 3)
    params = {"W1": w, "columns": np.asfortranarray(w), "every second": w[:, ::2], "b": w[0, :1]}
    with path.open("wb") as file:
        pickle.dump(params, file, protocol)
    loaded, description = weights.load(path)
    assert description is None
    assert list(loaded) == list(params)
    for name, array in params.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype.newbyteorder("=")


def test_what_save_params_writes_is_read_by_plain_pickle(path: Path) -> None:
    """The book's own load_params reads it like this."""
    network = SimpleConvNet()
    network.save_params(str(path))
    with path.open("rb") as file:
        params = pickle.load(file)
    assert list(params) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    for name, array in network.params.items():
        np.testing.assert_array_equal(params[name], array)
        assert params[name].dtype == np.float32


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"W1": Calls(os.system, "exit 1")}, rf"{os.name}\.system"),
        ({"W1": Calls(eval, "ALARM.append('eval')")}, r"builtins\.eval"),
        (Calls(exec, "ALARM.append('exec')"), r"builtins\.exec"),
        ([[{"deep": (Calls(ALARM.append, "append"),)}]], r"builtins\.getattr"),
        ({Calls(print, "printed"): 1}, r"builtins\.print"),
        ({"W1": np.float64(1)}, r"numpy\._core\.multiarray\.scalar"),
        ({"W1": np.ma.masked_array([1.0])}, r"numpy\.ma\."),
        ({"W1": Path("/")}, r"pathlib\.PosixPath"),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_calls_anything_else_is_refused_and_runs_nothing(
    content: object,
    name: str,
    protocol: int,
    path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path.write_bytes(pickle.dumps(content, protocol))
    with pytest.raises(WeightsError, match=r"^\S+\.pkl asks for .*do not trust this file"):
        weights.load(path)
    if protocol == 4:
        with pytest.raises(WeightsError, match=f"asks for {name}"):
            weights.load(path)
    assert ALARM == []
    assert capfd.readouterr() == ("", "")


def test_a_module_is_not_even_imported(path: Path, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "alarm.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    path.write_bytes(b"calarm\nring\n.")
    with pytest.raises(WeightsError, match=r"asks for alarm\.ring"):
        weights.load(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no pickle at all", id="text"),
        pytest.param(pickle.dumps({"W1": np.ones(9)})[:-9], id="cut off"),
        pytest.param(pickle.dumps([np.ones(3)]), id="a list"),
        pytest.param(pickle.dumps({"W1": 3}), id="a number"),
        pytest.param(pickle.dumps({"W1": [1.0, 2.0]}), id="a list of numbers"),
        pytest.param(pickle.dumps({"W1": {"W": np.ones(2)}}), id="a dict of dicts"),
        pytest.param(pickle.dumps({"W1": np.ones(3, int)}), id="whole numbers"),
        pytest.param(pickle.dumps({"W1": np.array([None])}), id="objects"),
        pytest.param(pickle.dumps({"W1": np.array(["x"])}), id="texts"),
        pytest.param(b"\x80\x02cnumpy\nndarray\n.", id="a class"),
        pytest.param(b"Pid of something elsewhere\n.", id="a persistent id"),
        pytest.param(b"I" + b"9" * 10_000 + b"\n.", id="a number of 10,000 digits"),
    ],
)
def test_what_is_no_pickle_of_arrays_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"^params\.pkl is not the book's params\.pkl"):
        weights.load(path)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(array_program(b"K\x03\x85", b"C\x0812345678"), id="fewer bytes"),
        pytest.param(array_program(b"K\x01\x85", b"C\x0812345678"), id="more bytes"),
        pytest.param(array_program(b"J\xff\xff\xff\xff\x85", b"C\x00"), id="a negative size"),
        pytest.param(array_program(b"K\x02", b"C\x0812345678"), id="a shape that is a number"),
        pytest.param(array_program(number(10**12) + b"\x85", number(4 * 10**12)), id="no bytes"),
        pytest.param(array_program(b"K\x01\x85", b"C\x081234567x", b"O8"), id="object pointers"),
    ],
)
def test_a_shape_that_its_bytes_do_not_bear_out_is_refused(program: bytes, path: Path) -> None:
    path.write_bytes(program)
    with pytest.raises(WeightsError, match="or it is damaged"):
        weights.load(path)


def test_the_program_of_these_tests_is_right(path: Path) -> None:
    path.write_bytes(array_program(b"K\x02\x85", b"C\x08" + struct.pack("<2f", 1, 2)))
    assert weights.load(path)[0]["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(b"\x80\x02Nr" + struct.pack("<I", 2**32 - 1) + b".", id="a huge memory"),
        pytest.param(b"\x80\x02}" + b")" + b"\x85" * 200_000 + b"K\x01s.", id="a deep key"),
        pytest.param(b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".", id="endless bytes"),
    ],
)
def test_a_small_file_cannot_exhaust_the_machine(bomb: bytes, path: Path) -> None:
    """Unpickled, these would take all memory, or overflow the stack of the whole program."""
    path.write_bytes(bomb)
    with pytest.raises(WeightsError, match="or it is damaged"):
        weights.load(path)


def test_a_file_of_an_impossible_size_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((2 << 30) + 1)  # a hole that takes no space on the disk
    with pytest.raises(WeightsError, match="larger than 2 GiB"):
        weights.load(path)
