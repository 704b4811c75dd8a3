import gzip
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.data.idx import read_idx
from convlab.errors import DataError

Write = Callable[[bytes], Path]


def idx(*shape: int, content: bytes | None = None, kind: int = 8) -> bytes:
    """A file that announces bytes of that shape and holds 0, 1, 2 ... or other content."""
    if content is None:
        content = bytes(i % 256 for i in range(int(np.prod(shape))))
    return struct.pack(f">4B{len(shape)}I", 0, 0, kind, len(shape), *shape) + content


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: bytes) -> Path:
        path = tmp_path / "images"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_images_and_labels_are_read_whatever_the_name_says(
    pack: Callable[[bytes], bytes], write: Write
) -> None:
    images = read_idx(write(pack(idx(2, 3, 4))), axes=3)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, np.arange(24).reshape(2, 3, 4))
    assert read_idx(write(pack(idx(5))), axes=1).tolist() == [0, 1, 2, 3, 4]


def test_a_gzip_of_several_parts_is_read(write: Write) -> None:
    whole = idx(2, 3, 4)
    path = write(gzip.compress(whole[:9]) + gzip.compress(whole[9:]))
    assert read_idx(path, axes=3).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not an IDX file of bytes: it starts with nothing, and 00 00 08 03 was expected"),
        (b"GIF89a and more", "it starts with 47 49 46 38"),
        (idx(2, 2, 2)[:10], "is not an IDX file of bytes"),
        (idx(2, 2, 2, kind=0x0D), "it starts with 00 00 0d 03"),
        (idx(20), "holds an array of 1 axes, and 3 were expected; are the images and the labels"),
        (idx(2, 2, 2)[:-1], "is cut off: it announces 8 bytes and holds 7; copy it again"),
        (idx(2, 2, 2) + b"x", "holds more than the 8 bytes it announces"),
        (idx(2**32 - 1, 2**32 - 1, 2**32 - 1, content=b""), "more than the lab opens"),
        (idx(2049, 1024, 1024, content=b""), "announces 2,148,532,224 bytes, more than"),
        (idx(2048, 1024, 1024, content=b"few"), "it announces 2,147,483,648 bytes and holds 3"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_file_that_is_not_what_it_should_be_is_refused(
    pack: Callable[[bytes], bytes], content: bytes, sentence: str, write: Write
) -> None:
    with pytest.raises(DataError, match=f"^images .*{sentence}"):
        read_idx(write(pack(content)), axes=3)


def test_swapped_labels_and_images_are_recognized(write: Write) -> None:
    with pytest.raises(DataError, match="array of 3 axes, and 1 were expected; are the images"):
        read_idx(write(idx(2, 2, 2)), axes=1)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda packed: packed[:2], "ended before"),
        (lambda packed: packed[:-9], "ended before"),
        (lambda packed: packed[:-8] + bytes(8), "CRC check failed"),
        (lambda packed: packed[:12] + b"\xff" * 8 + packed[20:], ""),
        (lambda packed: packed + b"x", "Not a gzipped file"),
    ],
    ids=["two bytes", "cut off", "wrong sum", "overwritten", "something behind it"],
)
def test_a_damaged_gzip_is_refused(
    damage: Callable[[bytes], bytes], reason: str, write: Write
) -> None:
    noise = np.random.default_rng(0).bytes(1000)
    packed = damage(gzip.compress(idx(10, 10, 10, content=noise)))
    with pytest.raises(DataError, match=f"^images cannot be read: .*{reason}.* copy it again"):
        read_idx(write(packed), axes=3)


def test_a_gzip_bomb_is_not_unpacked(write: Write) -> None:
    """200 MB of zeros behind a header that announces eight bytes."""
    zeros = gzip.compress(bytes(10_000_000))
    path = write(gzip.compress(idx(2, 2, 2, content=b"")) + zeros * 20)
    assert path.stat().st_size < 300_000
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="holds more than the 8 bytes it announces"):
            read_idx(path, axes=3)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@settings(deadline=None, max_examples=50, database=None)
@given(content=st.binary(max_size=40), packed=st.booleans(), headed=st.booleans())
def test_nothing_but_a_sentence_comes_of_any_bytes(
    content: bytes, packed: bool, headed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = b"\x00\x00\x08\x01" + content if headed else content
    path = tmp_path_factory.getbasetemp() / "any bytes"
    path.write_bytes(gzip.compress(content) if packed else content)
    with suppress(DataError):
        assert read_idx(path, axes=1).ndim == 1


def test_a_place_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing cannot be read: No such file or directory"):
        read_idx(tmp_path / "nothing", axes=3)
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_idx(tmp_path, axes=3)
