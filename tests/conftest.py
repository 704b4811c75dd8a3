"""What the tests share: an isolated home, small data, and a guard against things left behind."""

import os
from pathlib import Path

# Its own screen is smaller than the window.
os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={Path(__file__).parent / 'screen.json'}"
os.environ.pop("CONVLAB_MNIST", None)

import gc
import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QThreadPool, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.data.dataset import Dataset, ImageSet
from convlab.nn import Adam
from convlab.threads import use_one_blas_thread
from convlab.training import Trainer
from convlab.training.config import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import StepDone
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_store import RunStore, branched_trainer
from convlab.ui.theme import Theme

SHARED = Path(__file__).parents[2] / "shared" / "data"

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


@pytest.fixture(scope="session", autouse=True)
def _one_blas_thread() -> None:
    use_one_blas_thread()


@pytest.fixture(scope="module", autouse=True)
def _garbage_goes_in_the_main_thread() -> Iterator[None]:
    """Python collects garbage in whatever thread it is in, but Qt's objects die only in theirs."""
    gc.disable()
    gc.freeze()  # what is there now is not looked through again
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that no test reads or writes the user's files."""
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home" / variable.lower()))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with suppress(ImportError):  # there is no such module on macOS and Windows
        from send2trash import plat_other as trash  # has read the environment already

        data = os.fsencode(tmp_path / "home" / "xdg_data_home")
        monkeypatch.setattr(trash, "HOMETRASH_B", data + b"/Trash")
        monkeypatch.setattr(trash, "XDG_DATA_HOME", data)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a running timer or a visible window behind."""
    threads = set(threading.enumerate())
    yield
    app = QApplication.instance()
    if isinstance(app, QApplication):
        QThreadPool.globalInstance().waitForDone()
        windows = [w for w in app.topLevelWidgets() if w.isVisible()]
        for window in windows:
            window.hide()
        timers = [
            timer
            for widget in app.topLevelWidgets()
            for timer in widget.findChildren(QTimer)
            if timer.isActive() and not timer.isSingleShot() and not _is_qts_own(timer)
        ]
        assert not windows, f"windows left open: {windows}"
        assert not timers, f"timers left running: {timers}"
    left = [t for t in threading.enumerate() if t not in threads and not t.daemon]
    assert not left, f"threads left running: {left}"


def _is_qts_own(timer: QTimer) -> bool:
    return timer.metaObject().className() != "QTimer" or timer.objectName().startswith("qt_")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light colors."""
    return Theme(qapp, "light")


def stripes(n: int, classes: int = 10, size: int = 28, seed: int = 0) -> ImageSet:
    """Images that a network learns at once: class k has a bright bar at its own height."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    images = rng.integers(0, 40, (n, 1, size, size), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        top = int(label) * size // classes
        image[0, top : top + 2, 4 : size - 4] = 230
    return ImageSet(images, labels.astype(np.intp))


@pytest.fixture
def tiny_dataset() -> Dataset:
    """60 images of stripes to train on and 20 to test on."""
    return Dataset("tiny", "Tiny stripes", stripes(60), stripes(20, seed=1), tuple("0123456789"))


@pytest.fixture
def write_idx_folder(tmp_path: Path) -> Callable[[Dataset, str], Path]:
    """Writes a dataset of one channel as MNIST is: four IDX files, the images gzipped."""

    def write(dataset: Dataset, name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for part, prefix in ((dataset.train, "train"), (dataset.test, "t10k")):
            images, labels = part.images[:, 0], part.labels.astype(np.uint8)
            for array, ending in ((images, "images-idx3-ubyte.gz"), (labels, "labels-idx1-ubyte")):
                magic = bytes((0, 0, 8, array.ndim))
                content = magic + np.array(array.shape, ">u4").tobytes() + array.tobytes()
                packed = gzip.compress(content, 1) if ending.endswith("gz") else content
                (folder / f"{prefix}-{ending}").write_bytes(packed)
        return folder

    return write


@pytest.fixture
def tiny_config() -> TrainingConfig:
    """A run of a second: two epochs of six mini-batches of a small network."""
    return TrainingConfig.from_dict(
        {
            "dataset": "tiny",
            "network": {"name": "SimpleConvNet", "filter_num": 4, "hidden_size": 20},
            "epochs": 2,
            "mini_batch_size": 10,
            "evaluate_sample_num_per_epoch": 20,
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A place for runs, with none in it."""
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make_run(
    store: RunStore,
    tiny_dataset: Dataset,
    tiny_config: TrainingConfig,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., RunFolder]:
    """Trains a tiny run in the store: ``stop_at`` an iteration, from ``parent`` at another."""
    monkeypatch.setattr("convlab.training.writer.MOST_WAITING", 100)  # however slow the disk is

    def make(
        name: str = "", stop_at: int = 0, parent: RunFolder | None = None, at: int = 0, **other: Any
    ) -> RunFolder:
        config = TrainingConfig.from_dict({**tiny_config.to_dict(), **other})
        folder = store.create(config)
        trainer = (
            branched_trainer(config, tiny_dataset, parent, at)
            if parent
            else Trainer.from_config(config, tiny_dataset)
        )
        control = Control()
        recorder = Recorder(folder, config, parent.path.name if parent else "")
        for event in recorder.follow(trainer.run(control, checkpoint_seconds=1e9)):
            if isinstance(event, StepDone) and event.iteration == stop_at:
                control.stop()
        folder.save_notes(RunNotes(name))
        return folder

    return make


@pytest.fixture
def lab(qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig) -> Iterator[Lab]:
    """A lab on the tiny dataset; a run that the test left on is stopped."""
    lab = Lab(tiny_dataset, tiny_config)
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)


@pytest.fixture
def spoilt_update() -> Callable[[Adam, str, Any, Any], None]:
    """Adam's update_one, which ruins the weights at step 4: the fifth loss is not finite."""
    update_one = Adam.update_one

    def spoil(optimizer: Adam, name: str, param: Any, grad: Any) -> None:
        update_one(optimizer, name, param, grad)
        if optimizer.iterations == 4:
            param[...] = np.nan

    return spoil


@pytest.fixture
def shared_mnist() -> Path:
    """The folder with the full MNIST; the test is skipped where it is absent."""
    folder = SHARED / "mnist"
    if not folder.is_dir():
        pytest.skip("the full MNIST is not here")
    return folder
