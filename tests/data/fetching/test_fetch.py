"""Fetching from mirrors that stall, cut off, lie and send something else."""

import gzip
import hashlib
import itertools
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.fetched_source import FetchedSource
from convlab.data.fetching import RemoteFile, transfer
from convlab.data.idx_folder import read_idx_folder
from convlab.data.progress import CanceledError
from convlab.errors import DataError
from convlab.paths import cache_dir

BOMB = gzip.compress(bytes(50_000_000), 1)

New = Callable[..., Any]
Handler = BaseHTTPRequestHandler


def begin(handler: Handler, length: int | None) -> None:
    handler.send_response(200)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def silent(handler: Handler, content: bytes) -> None:
    handler.closing.wait()  # type: ignore[attr-defined]


def stalls(handler: Handler, content: bytes) -> None:
    begin(handler, len(content))
    handler.wfile.write(content[: len(content) // 2])
    silent(handler, content)


def drips(handler: Handler, content: bytes) -> None:
    begin(handler, len(content))
    for byte in content:
        handler.wfile.write(bytes([byte]))
        if handler.closing.wait(0.05):  # type: ignore[attr-defined]
            return


def cuts_off(handler: Handler, content: bytes) -> None:
    begin(handler, len(content))
    handler.wfile.write(content[: len(content) // 2])


def announces_more(handler: Handler, content: bytes) -> None:
    begin(handler, len(content) + 1000)
    handler.wfile.write(content)


def announces_less(handler: Handler, content: bytes) -> None:
    begin(handler, len(content) - 10)
    handler.wfile.write(content)


def sends_something_else(handler: Handler, content: bytes) -> None:
    begin(handler, len(content))
    handler.wfile.write(bytes(reversed(content)))


def sends_another_gzip(handler: Handler, content: bytes) -> None:
    other = gzip.compress(b"something else")
    begin(handler, len(other))
    handler.wfile.write(other)


def sends_a_bomb(handler: Handler, content: bytes) -> None:
    begin(handler, len(BOMB))
    handler.wfile.write(BOMB)


def sends_without_end(handler: Handler, content: bytes) -> None:
    begin(handler, None)
    while not handler.closing.is_set():  # type: ignore[attr-defined]
        handler.wfile.write(bytes(1 << 16))


def is_broken(handler: Handler, content: bytes) -> None:
    handler.send_error(503)


BAD = [
    (silent, "stalled|no connection"),
    (stalls, "it stalled for"),
    (drips, "it stalled for"),
    (cuts_off, r"it was cut off after [\d,]+ of [\d,]+ bytes"),
    (announces_more, "it was cut off after"),
    (announces_less, "wrong checksum and was refused"),
    (sends_something_else, "wrong checksum and was refused|too large"),
    (sends_another_gzip, "wrong checksum and was refused"),
    (sends_a_bomb, "too large and was refused"),
    (sends_without_end, "too large and was refused"),
    (is_broken, "it answered 503"),
]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PATIENCE", 0.5)


@pytest.fixture
def files(
    tiny_dataset: Dataset, write_idx_folder: Callable[[Dataset, str], Path]
) -> dict[str, bytes]:
    """The content of four IDX files by their path at the mirror; the images are gzipped."""
    folder = write_idx_folder(tiny_dataset, "served")
    return {f"/tiny/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def tiny(files: dict[str, bytes]) -> Callable[..., FetchedSource]:
    """Makes a source of the four files at some mirrors; its first file is a gzip."""

    def remote(path: str, content: bytes) -> RemoteFile:
        unpacked = gzip.decompress(content) if path.endswith(".gz") else None
        digest = hashlib.sha256(content if unpacked is None else unpacked).hexdigest()
        size = None if unpacked is None else len(unpacked)
        return RemoteFile(path.rpartition("/")[2], len(content), f"sha256:{digest}", size)

    class Tiny(FetchedSource):
        name = "tiny"
        title = "Tiny stripes"
        class_names = tuple("0123456789")

        def read(self) -> tuple[ImageSet, ImageSet]:
            dataset = read_idx_folder(self.folder)
            return dataset.train, dataset.test

    def make(*mirrors: Any) -> FetchedSource:
        Tiny.files = tuple(remote(path, content) for path, content in files.items())
        Tiny.mirrors = tuple(f"{mirror.url}/tiny" for mirror in mirrors)
        return Tiny()

    return make


def shelves() -> list[str]:
    return sorted(path.name for path in (cache_dir() / "datasets").iterdir())


def test_a_set_is_fetched_once_and_read_from_then_on(
    new_mirror: New, tiny: Any, files: dict[str, bytes], tiny_dataset: Dataset
) -> None:
    mirror = new_mirror(files)
    source = tiny(mirror)
    assert not source.is_here
    with pytest.raises(DataError, match="not on this computer; fetch it with: convlab data fetch"):
        source.load()
    source.fetch()
    assert source.is_here
    assert shelves() == ["tiny"]
    assert mirror.requests == list(files)
    np.testing.assert_array_equal(source.load().train.images, tiny_dataset.train.images)
    source.fetch()
    assert len(mirror.requests) == len(files)


@pytest.mark.parametrize(("answer", "sentence"), BAD)
def test_a_bad_mirror_is_refused_and_says_why(
    answer: Any, sentence: str, new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    source = tiny(new_mirror(files, answer))
    with pytest.raises(DataError, match=sentence) as refused:
        source.fetch()
    assert not isinstance(refused.value, CanceledError)
    assert "Tiny stripes was not fetched" in str(refused.value)
    assert not source.is_here
    assert shelves() == []


@pytest.mark.parametrize("answer", [answer for answer, _ in BAD])
def test_the_next_mirror_is_asked(
    answer: Any, new_mirror: New, tiny: Any, files: dict[str, bytes], tiny_dataset: Dataset
) -> None:
    bad, good = new_mirror(files, answer), new_mirror(files)
    # One file is enough to be refused; the others would only take time.
    bad.files = dict(list(files.items())[:1])
    source = tiny(bad, good)
    source.fetch()
    assert len(bad.requests) == len(good.requests) == 4
    np.testing.assert_array_equal(source.load().test.labels, tiny_dataset.test.labels)


def test_a_mirror_that_packs_the_same_content_otherwise_will_do(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    source = tiny(mirror := new_mirror())
    for path, content in files.items():
        packed = path.endswith(".gz")
        mirror.files[path] = gzip.compress(gzip.decompress(content), 9) if packed else content
    assert mirror.files != files
    source.fetch()
    assert source.is_here


def test_without_a_network_one_sentence_says_so(tiny: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        source = tiny()
        type(source).mirrors = (f"http://{address}/tiny", "http://no-such-host.invalid/tiny")
        with pytest.raises(DataError, match=f"no connection to {address} or no-such-host.invalid"):
            source.fetch()
    assert shelves() == []


@pytest.mark.parametrize("answer", [silent, stalls, drips])
def test_it_can_be_canceled_at_any_moment(
    answer: Any, new_mirror: New, tiny: Any, files: dict[str, bytes], monkeypatch: Any
) -> None:
    monkeypatch.setattr(transfer, "PATIENCE", 30.0)
    mirror = new_mirror(files, answer)
    source = tiny(mirror)
    asked = []

    def cancel() -> bool:
        if mirror.requests:
            asked.append(time.monotonic())
        return len(asked) > 2

    with pytest.raises(CanceledError, match="canceled; nothing of it was kept"):
        source.fetch(cancel=cancel)
    assert time.monotonic() - asked[0] < 2
    assert shelves() == []
    mirror.answer = lambda handler, content: (begin(handler, None), handler.wfile.write(content))
    source.fetch()
    assert source.is_here


def test_a_cancel_after_the_first_file_keeps_nothing(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    mirror = new_mirror(files)
    source = tiny(mirror)
    with pytest.raises(CanceledError):
        source.fetch(cancel=lambda: len(mirror.requests) == 3)
    assert shelves() == []


def test_progress_grows_from_nothing_to_all(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    told: list[tuple[int, int, float]] = []
    source = tiny(new_mirror(files))
    source.fetch(progress=lambda *values: told.append(values))
    total = sum(map(len, files.values()))
    assert source.size == total
    assert told[0][:2] == (0, total)
    assert told[-1][:2] == (total, total)
    assert all(before[0] <= after[0] for before, after in itertools.pairwise(told))
    assert told[-1][2] > 0


@pytest.mark.parametrize("below", ["/tiny", ""])
def test_another_mirror_replaces_the_usual_ones(
    below: str, new_mirror: New, tiny: Any, files: dict[str, bytes], monkeypatch: Any
) -> None:
    usual = new_mirror(files)
    own = new_mirror({path.replace("/tiny", below): content for path, content in files.items()})
    monkeypatch.setenv("CONVLAB_MIRROR", own.url + "/")
    tiny(usual).fetch()
    assert tiny(usual).is_here
    assert (len(usual.requests), bool(own.requests)) == (0, True)


def test_a_mirror_that_is_no_address_is_refused(tiny: Any) -> None:
    with pytest.raises(DataError, match="'/media/stick' is no address of a web server"):
        tiny().fetch(mirror="/media/stick")


def test_a_set_that_was_damaged_later_says_how_to_mend_it(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    source = tiny(new_mirror(files))
    source.fetch()
    (source.folder / "train-images-idx3-ubyte").write_bytes(b"")
    with pytest.raises(DataError, match=r"delete the folder .*tiny and fetch it again with: conv"):
        source.load()


def test_a_place_that_cannot_be_written_is_told(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    cache_dir().mkdir(parents=True)
    (cache_dir() / "datasets").write_text("in the way")
    with pytest.raises(DataError, match="Tiny stripes cannot be written to"):
        tiny(new_mirror(files)).fetch()


def test_what_a_killed_fetch_left_long_ago_is_cleared_away(
    new_mirror: New, tiny: Any, files: dict[str, bytes]
) -> None:
    import os

    for name, age in ((".tiny-old", 100_000), (".tiny-new", 10)):
        left = cache_dir() / "datasets" / name
        left.mkdir(parents=True)
        os.utime(left, (time.time() - age,) * 2)
    tiny(new_mirror(files)).fetch()
    assert shelves() == [".tiny-new", "tiny"]
