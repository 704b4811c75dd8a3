"""``convlab data``: a mirror on this computer stands for the real ones."""

import functools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from convlab.data.dataset import Dataset
from convlab.data.datasets.mnist import Mnist
from convlab.data.fetching import RemoteFile
from convlab.paths import cache_dir

Write = Callable[[Dataset, str], Path]


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; while it is ``interrupted``, sends half a file and waits."""

    interrupted = False

    def copyfile(self, source: Any, outputfile: Any) -> None:
        content = source.read()
        if Handler.interrupted:
            outputfile.write(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGINT)
            Handler.closing.wait()
        else:
            outputfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    closing = threading.Event()


@pytest.fixture
def mirror(
    tiny_dataset: Dataset, write_idx_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a server with a tiny MNIST; the usual mirrors are never asked."""
    import gzip
    import hashlib

    folder = write_idx_folder(tiny_dataset, "mnist")
    files = []
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        kept = gzip.decompress(content) if path.suffix == ".gz" else content
        digest = f"sha256:{hashlib.sha256(kept).hexdigest()}"
        size = len(kept) if path.suffix == ".gz" else None
        files.append(RemoteFile(path.name, len(content), digest, size))
    monkeypatch.setattr(Mnist, "files", tuple(files))
    monkeypatch.setattr(Mnist, "mirrors", ("http://no-such-host.invalid",))
    monkeypatch.setattr(Handler, "closing", threading.Event())
    handler = functools.partial(Handler, directory=str(folder.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Handler.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_list_tells_every_dataset_in_two_lines(convlab: Any) -> None:
    lines = convlab("data", "list").out.splitlines()
    assert len(lines) == 16
    assert lines[0].split()[0] == "bundled"
    assert lines[0].endswith("  here")
    mnist = next(line for line in lines if line.startswith("mnist "))
    assert "60,000 + 10,000 images 1×28×28" in mnist
    assert mnist.endswith("11.6 MB  to be fetched")
    assert lines[lines.index(mnist) + 1].startswith("    CC BY-SA 3.0; made by Yann LeCun")


def test_the_list_as_json(convlab: Any) -> None:
    entries = {entry["name"]: entry for entry in convlab("data", "list", "--json").json["datasets"]}
    assert entries["bundled"]["here"] is True
    cifar = entries["cifar-10"]
    assert (cifar["here"], cifar["image_shape"], cifar["size"]) == (False, [3, 32, 32], 170_052_171)
    assert cifar["classes"][0] == "airplane"


def test_a_dataset_is_fetched_and_then_trained_on(
    convlab: Any, mirror: str, tmp_path: Path
) -> None:
    result = convlab("data", "fetch", "MNIST", "--mirror", mirror)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("MNIST is here now: ")
    assert convlab("data", "list", "--json").json["datasets"][6]["here"] is True
    trained = convlab(
        *("train", "--dataset", "mnist", "--epochs", 1, "--batch", 10),
        *("--out", tmp_path / "run", "--json"),
    )
    assert trained.json["steps"] == 6


def test_it_is_not_fetched_twice(convlab: Any, mirror: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("CONVLAB_MIRROR", mirror)
    assert convlab("data", "fetch", "mnist", "--json").json["fetched"] is True
    monkeypatch.setenv("CONVLAB_MIRROR", "http://no-such-host.invalid")
    assert convlab("data", "fetch", "mnist", "--json").json["fetched"] is False
    assert "MNIST is here already" in convlab("data", "fetch", "mnist").out
    assert "Bundled digits is here already" in convlab("data", "fetch", "bundled").out


def test_ctrl_c_leaves_nothing_half_made(convlab: Any, mirror: str, monkeypatch: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(Handler, "interrupted", True)
    result = convlab("data", "fetch", "mnist", "--mirror", mirror)
    assert result.code == 130
    assert result.err == "convlab: The fetching was canceled; nothing of it was kept.\n"
    assert list((cache_dir() / "datasets").iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("mirror")
def test_without_a_network_one_sentence_says_so(refused: Any) -> None:
    assert "no connection to no-such-host.invalid" in refused("data", "fetch", "mnist")


def test_names_and_mirrors_that_do_not_exist_are_refused(refused: Any, mirror: str) -> None:
    assert "Did you mean kmnist?" in refused("data", "fetch", "kmnits")
    assert "is no address of a web server" in refused("data", "fetch", "mnist", "--mirror", "/x")
    sentence = refused("data", "fetch", "mnist", "--mirror", f"{mirror}/nowhere")
    assert "it answered 404" in sentence


def test_a_dataset_that_is_not_here_says_how_to_get_it(refused: Any) -> None:
    assert "fetch it with: convlab data fetch kmnist" in refused("train", "--dataset", "kmnist")


@pytest.mark.parametrize("command", [(), ("list",), ("fetch",)])
def test_every_command_has_help(command: tuple[str, ...], convlab: Any) -> None:
    result = convlab("data", *command, "--help")
    assert result.code == 0
    assert "Usage:" in result.out
