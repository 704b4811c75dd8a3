"""A mirror on this computer that can be told to behave badly."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


class Mirror:
    """Serves ``files``, a path to its content, in the way that ``answer`` says."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.answer: Answer = well
        self.closing = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            closing = self.closing

            def do_GET(self) -> None:
                mirror.requests.append(self.path)
                content = mirror.files.get(self.path)
                if content is None:
                    self.send_error(404)
                else:
                    mirror.answer(self, content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = False  # so that closing waits for them
            block_on_close = True

            def handle_error(self, *_: Any) -> None:
                """A client that goes away is nothing to tell."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def begin(handler: BaseHTTPRequestHandler, length: int | None) -> None:
    handler.send_response(200)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def well(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    begin(handler, len(content))
    handler.wfile.write(content)


@pytest.fixture
def new_mirror() -> Iterator[Callable[..., Mirror]]:
    """Starts mirrors; what they serve and how they answer may be given."""
    mirrors: list[Mirror] = []

    def new(files: dict[str, bytes] | None = None, answer: Answer = well) -> Mirror:
        mirror = Mirror()
        mirror.files.update(files or {})
        mirror.answer = answer
        mirrors.append(mirror)
        return mirror

    yield new
    for mirror in mirrors:
        mirror.close()
