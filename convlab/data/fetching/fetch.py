"""Fetching the files of a dataset: one mirror after the other, all or nothing."""

import logging
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from convlab.data.fetching.meter import Meter
from convlab.data.fetching.remote_file import RemoteFile
from convlab.data.fetching.transfer import MirrorError, Transfer
from convlab.data.progress import Cancel, FetchProgress
from convlab.errors import DataError

MIRROR_VARIABLE = "CONVLAB_MIRROR"
_GZIP_MAGIC = b"\x1f\x8b"
_FORGOTTEN = 86_400.0  # seconds after which what a killed fetch left behind is cleared away

Prepare = Callable[[Path, Cancel], None]


def fetch_files(
    title: str,
    files: Sequence[RemoteFile],
    mirrors: Sequence[str],
    folder: Path,
    progress: FetchProgress,
    cancel: Cancel,
    prepare: Prepare | None = None,
) -> None:
    """Fetch every file from the first mirror that has it as it should be, into a new ``folder``.

    The folder appears when all is there and checked, and ``prepare`` has worked on it; until then
    the files lie in a hidden one beside it, which goes away whatever happens. Raises
    :class:`DataError`, or :class:`CanceledError` soon after ``cancel`` says so.
    """
    meter = Meter(files, progress)
    try:
        with _staging(folder) as staging:
            for file in files:
                _fetch_one(title, file, mirrors, staging, meter, cancel)
            if prepare is not None:
                prepare(staging, cancel)
            if not folder.is_dir():  # someone else may have been faster
                staging.replace(folder)
    except OSError as error:
        raise DataError(
            f"{title} cannot be written to {folder}: {error.strerror or error}; make room there "
            "and fetch it again."
        ) from error


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}-"
    for left_over in folder.parent.glob(f"{prefix}*"):
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (left_over, *left_over.iterdir()))
            if time.time() - newest > _FORGOTTEN:
                shutil.rmtree(left_over)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _fetch_one(
    title: str,
    file: RemoteFile,
    mirrors: Sequence[str],
    staging: Path,
    meter: Meter,
    cancel: Cancel,
) -> None:
    import pooch  # takes a tenth of a second, which only fetching should cost

    pooch.get_logger().setLevel(logging.ERROR)
    failures: list[tuple[str, MirrorError]] = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{file.name}"
        try:
            pooch.retrieve(
                url,
                known_hash=file.checksum,
                fname=file.kept_as,
                path=staging,
                downloader=_Download(file, meter, cancel),
            )
        except MirrorError as error:
            failures.append((url, error))
        except ValueError:  # how pooch says that the checksum is another
            failures.append((url, MirrorError("what it sent has a wrong checksum and was refused")))
        else:
            meter.finish(file)
            return
    raise DataError(_in_words(title, file, failures))


def _in_words(title: str, file: RemoteFile, failures: Iterable[tuple[str, MirrorError]]) -> str:
    failures = list(failures)
    hosts = list(dict.fromkeys(urlsplit(url).netloc or url for url, _ in failures))
    if all(error.unreachable for _, error in failures):
        return (
            f"{title} was not fetched, because there is no connection to {' or '.join(hosts)}; "
            "check the network and try again."
        )
    reasons = (f"{urlsplit(url).netloc or url}: {error}" for url, error in failures)
    return (
        f"{title} was not fetched, because no mirror gave {file.name} as it should be "
        f"({'; '.join(dict.fromkeys(reasons))}). Try again later."
    )


class _Download:
    """Writes what one mirror sends; pooch calls it with a temporary name and checks the result."""

    def __init__(self, file: RemoteFile, meter: Meter, cancel: Cancel) -> None:
        self._file = file
        self._meter = meter
        self._cancel = cancel

    def __call__(self, url: str, output: str, pooch: object) -> None:
        """Write the content of ``url`` to ``output``, unpacked if the file is kept so."""
        transfer = Transfer(url)
        self._meter.start(self._file)
        written = 0
        with closing(transfer.chunks(self._cancel)) as chunks, open(output, "wb") as target:
            for piece in self._unpacked(self._counted(chunks, transfer)):
                written += len(piece)
                if written > self._file.most_bytes:
                    raise MirrorError("what it sent is too large and was refused")
                target.write(piece)

    def _counted(self, chunks: Iterable[bytes], transfer: Transfer) -> Iterator[bytes]:
        for chunk in chunks:
            self._meter.add(len(chunk), transfer.length)
            yield chunk

    def _unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack a gzip in pieces of bounded size; what is not packed passes as it is."""
        first = b""
        for chunk in chunks:  # a mirror may send its first bytes one by one
            first += chunk
            if len(first) >= len(_GZIP_MAGIC):
                break
        if self._file.unpacked_size is None or not first.startswith(_GZIP_MAGIC):
            yield first
            yield from chunks
            return
        gzip = zlib.decompressobj(wbits=31)
        piece = first
        try:
            while True:
                yield gzip.decompress(piece, 1 << 20)
                while gzip.unconsumed_tail:
                    yield gzip.decompress(gzip.unconsumed_tail, 1 << 20)
                piece = next(chunks, b"")
                if not piece:
                    break
            yield gzip.flush()
        except zlib.error as error:
            raise MirrorError("what it sent is a damaged gzip and was refused") from error


def mirrors_of(base: str | None, shelf: str, usual: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses to try: the usual ones, or only those under ``base`` if it is given.

    Without ``base``, the environment variable CONVLAB_MIRROR is asked. Under it the files lie in
    a folder called ``shelf``, or right there. Raises :class:`DataError`.
    """
    base = base or os.environ.get(MIRROR_VARIABLE)
    if not base:
        return tuple(usual)
    if urlsplit(base).scheme not in ("http", "https"):
        raise DataError(
            f"The mirror {base!r} is no address of a web server; give one such as "
            "http://server/datasets."
        )
    base = base.rstrip("/")
    return f"{base}/{shelf}", base
