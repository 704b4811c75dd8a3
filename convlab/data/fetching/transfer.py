"""The bytes of one address as they arrive, from a mirror that may do anything.

A thread of its own waits for the mirror, so that whoever wants the bytes can always give up at
once: while a name is looked up, while nothing arrives, and in the middle.
"""

import functools
import http.client
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import suppress

import certifi

from convlab import __version__
from convlab.data.progress import Cancel, CanceledError

PATIENCE = 15.0  # seconds without SLOWEST bytes a second, after which a mirror has stalled
SLOWEST = 512  # bytes a second
_CHUNK = 1 << 16  # bytes
_LOOK = 0.05  # seconds between two looks at the cancel


class MirrorError(Exception):
    """What a mirror did wrong, as half a sentence; ``unreachable`` if it never answered."""

    def __init__(self, what: str, unreachable: bool = False) -> None:
        super().__init__(what)
        self.unreachable = unreachable


class Transfer:
    """One request; ``length`` is what the mirror announces, None until it does."""

    def __init__(self, url: str) -> None:
        self.length: int | None = None
        self._url = url
        self._patience = PATIENCE
        self._arrived: queue.Queue[bytes | MirrorError | None] = queue.Queue(maxsize=64)
        self._abandoned = threading.Event()

    def chunks(self, cancel: Cancel) -> Generator[bytes, None, None]:
        """Yield the content in pieces; raise :class:`MirrorError` or :class:`CanceledError`."""
        threading.Thread(target=self._receive, name="convlab-fetch", daemon=True).start()
        try:
            yield from self._watched(cancel)
        finally:
            self._abandoned.set()

    def _watched(self, cancel: Cancel) -> Generator[bytes, None, None]:
        since, lately = time.monotonic(), 0
        while True:
            if cancel():
                raise CanceledError("The fetching was canceled; nothing of it was kept.")
            piece: bytes | MirrorError | None = b""
            with suppress(queue.Empty):
                piece = self._arrived.get(timeout=_LOOK)
            if piece is None:
                return
            if isinstance(piece, MirrorError):
                raise piece
            if piece:
                yield piece
            lately += len(piece)
            if lately >= SLOWEST * self._patience:
                since, lately = time.monotonic(), 0
            elif time.monotonic() - since > self._patience:
                raise MirrorError(f"it stalled for {self._patience:.0f} seconds")

    def _receive(self) -> None:
        """Run in the thread: put the content, then None, or the error that came."""
        try:
            self._request()
            self._put(None)
        except MirrorError as error:
            self._put(error)
        except urllib.error.HTTPError as error:
            error.close()
            self._put(MirrorError(f"it answered {error.code} {error.reason}".rstrip()))
        except urllib.error.URLError as error:
            self._put(MirrorError(f"no connection ({_reason(error.reason)})", unreachable=True))
        except TimeoutError:
            self._put(MirrorError(f"it stalled for {self._patience:.0f} seconds"))
        except (OSError, http.client.HTTPException) as error:
            self._put(MirrorError(f"the connection broke ({_reason(error)})"))
        except Exception as error:  # an address or an answer that cannot be made sense of
            self._put(MirrorError(f"it cannot be used ({_reason(error)})"))

    def _request(self) -> None:
        headers = {"User-Agent": f"convlab/{__version__}", "Accept-Encoding": "identity"}
        request = urllib.request.Request(self._url, headers=headers)
        with urllib.request.urlopen(
            request, timeout=self._patience, context=_trusted()
        ) as response:
            announced = response.headers.get("Content-Length", "")
            self.length = int(announced) if announced.isdecimal() else None
            received = 0
            while not self._abandoned.is_set() and (chunk := response.read1(_CHUNK)):
                received += len(chunk)
                self._put(chunk)
        if self.length is not None and received < self.length:
            raise MirrorError(f"it was cut off after {received:,} of {self.length:,} bytes")

    def _put(self, piece: bytes | MirrorError | None) -> None:
        while not self._abandoned.is_set():
            with suppress(queue.Full):
                self._arrived.put(piece, timeout=_LOOK)
                return


@functools.cache  # it takes longer than a small file
def _trusted() -> ssl.SSLContext:
    """Trust what this computer trusts, and the public authorities where it knows none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _reason(error: object) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
