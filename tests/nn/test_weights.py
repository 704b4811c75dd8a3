"""Files of weights: what is written comes back, and whatever else is there is told in words."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from convlab.errors import WeightsError
from convlab.nn import weights
from convlab.nn.description import NetworkDescription

PARAMS = {"W1": np.array([[1.5, -2.0]], np.float32), "b1": np.array([0.25], np.float32)}
DESCRIPTION = NetworkDescription("Net", {"size": 3}, (1, 8, 8), 4)


def safetensors(header: object, content: bytes = b"") -> bytes:
    """A file with any header, right or wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def tensor(dtype: str, item_bytes: int) -> bytes:
    """A file with two numbers of a kind."""
    size = 2 * item_bytes
    entry = {"dtype": dtype, "shape": [2], "data_offsets": [0, size]}
    return safetensors({"W1": entry}, bytes(size))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.safetensors"


def test_arrays_and_description_come_back(path: Path) -> None:
    weights.save(path, PARAMS, DESCRIPTION)
    params, description = weights.load(path)
    assert description == DESCRIPTION
    assert set(params) == set(PARAMS)
    for name, array in PARAMS.items():
        np.testing.assert_array_equal(params[name], array)
        assert params[name].dtype == np.float32


def test_any_program_can_read_the_file(path: Path) -> None:
    weights.save(path, {"W1": PARAMS["W1"].T}, DESCRIPTION)
    header_size = struct.unpack("<Q", path.read_bytes()[:8])[0]
    header = json.loads(path.read_bytes()[8 : 8 + header_size])
    assert header["W1"]["shape"] == [2, 1]
    assert json.loads(header["__metadata__"]["convlab.network"])["name"] == "Net"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Dear diary, today I trained a network.", id="text"),
        pytest.param(struct.pack("<Q", 2**63) + b"{}", id="endless header"),
        pytest.param(struct.pack("<Q", 10**9) + b"{}", id="header larger than the file"),
        pytest.param(safetensors(b"[" * 10_000), id="nested header"),
        pytest.param(safetensors(b"\xff\xfe{}"), id="header that is not text"),
        pytest.param(safetensors({"W1": {"dtype": "F32", "shape": [9]}}), id="no offsets"),
        pytest.param(tensor("F32", 4)[:-1], id="cut off"),
        pytest.param(tensor("F32", 4) + b"more", id="more than announced"),
        pytest.param(tensor("F32", 8), id="shape and bytes disagree"),
        pytest.param(tensor("BF16", 2), id="16 bits that NumPy does not have"),
        pytest.param(tensor("F8_E4M3", 1), id="8-bit floats"),
        pytest.param(tensor("S99", 1), id="unknown numbers"),
        pytest.param(
            safetensors({"__metadata__": {"convlab.network": 5}}), id="metadata that is no text"
        ),
    ],
)
def test_what_is_no_safetensors_file_or_is_damaged_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"^w\.safetensors is not a .* or it is damaged; open"):
        weights.load(path)


def test_every_cut_of_a_good_file_is_refused(path: Path) -> None:
    weights.save(path, PARAMS, DESCRIPTION)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            weights.load(path)


def test_a_description_that_cannot_be_read_is_refused(path: Path) -> None:
    save_file(PARAMS, path, {"convlab.network": "{"})
    with pytest.raises(WeightsError, match="description of its network cannot be read"):
        weights.load(path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e39])
def test_numbers_that_no_network_can_use_are_refused(number: float, path: Path) -> None:
    save_file({"W1": np.ones(3), "b1": np.array([1.0, number, number])}, path)
    with pytest.raises(WeightsError, match=r"2 numbers of b1 in w\.safetensors cannot be used"):
        weights.load(path)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "complex64"])
def test_numbers_of_another_kind_are_refused(dtype: str, path: Path) -> None:
    save_file({"W1": np.ones(3, dtype)}, path)
    with pytest.raises(WeightsError, match=f"W1 in w.safetensors is {dtype}, and floating-point"):
        weights.load(path)


def test_a_file_without_arrays_is_refused(path: Path) -> None:
    save_file({}, path)
    with pytest.raises(WeightsError, match="holds no weights"):
        weights.load(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "there is no such file"), (".", "it is a folder"), ("a" * 300, "too long")],
)
def test_a_place_without_a_file_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=reason):
        weights.load(tmp_path / name)


def test_a_file_that_may_not_be_read_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    weights.save(path, PARAMS, DESCRIPTION)
    monkeypatch.setattr(weights, "safe_open", refuse)
    with pytest.raises(WeightsError, match=r"^w\.safetensors cannot be read: Permission denied"):
        weights.load(path)


def test_names_and_shapes_are_compared() -> None:
    shapes = {"W1": (1, 2), "b1": (1,)}
    weights.check(PARAMS, shapes)
    with pytest.raises(WeightsError, match=r"called W1, b1, and W1, W2 were expected"):
        weights.check(PARAMS, {"W1": (1, 2), "W2": (1,)})
    with pytest.raises(WeightsError, match=r"called nothing, and W1, b1"):
        weights.check({}, shapes)
    with pytest.raises(WeightsError, match=r"W1 has the shape \(1, 2\), and \(2, 1\) was"):
        weights.check(PARAMS, {"W1": (2, 1), "b1": (1,)})
    many = dict.fromkeys(map(str, range(100)), np.zeros(1))
    with pytest.raises(WeightsError, match="…") as refused:
        weights.check(many, shapes)
    assert len(str(refused.value)) < 300
