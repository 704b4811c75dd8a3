"""One sees which datasets there are, fetches one from a mirror, and uses it."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.data.dataset import Dataset
from convlab.data.datasets.kmnist import Kmnist
from convlab.data.fetching import RemoteFile
from convlab.ui.panels import PANELS
from convlab.ui.panels.datasets import DatasetsPanel
from convlab.ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton


def packed(array: np.ndarray[Any, Any]) -> bytes:
    magic = bytes((0, 0, 8, array.ndim))
    return gzip.compress(magic + np.array(array.shape, ">u4").tobytes() + array.tobytes())


@pytest.fixture
def is_slow() -> threading.Event:
    """While it is set, the mirror never comes to an end."""
    return threading.Event()


@pytest.fixture
def mirror(
    tiny_dataset: Dataset,
    is_slow: threading.Event,
    new_mirror: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server on this computer with a tiny KMNIST, which is fetched from there."""
    contents = {}
    for part, prefix in ((tiny_dataset.train, "train"), (tiny_dataset.test, "t10k")):
        contents[f"{prefix}-images-idx3-ubyte.gz"] = packed(part.images[:, 0])
        contents[f"{prefix}-labels-idx1-ubyte.gz"] = packed(part.labels.astype(np.uint8))
    files = tuple(
        RemoteFile(name, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in contents.items()
    )

    def answer(handler: Any, content: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:100])
        handler.wfile.flush()
        while is_slow.is_set() and not handler.closing.wait(0.01):
            pass
        handler.wfile.write(content[100:])

    served = {f"/kmnist/{name}": content for name, content in contents.items()}
    monkeypatch.setattr(Kmnist, "files", files)
    monkeypatch.setenv("CONVLAB_MIRROR", new_mirror(served, answer).url)


@pytest.fixture
def panel(qtbot: QtBot, lab: Lab, theme: Theme, mirror: None) -> Iterator[DatasetsPanel]:
    panel = DatasetsPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(700, 400)
    with qtbot.waitSignal(panel.model.sampled), qtbot.waitExposed(panel):
        panel.show()
    yield panel
    lab.fetcher.wait()


def press(qtbot: QtBot, panel: DatasetsPanel, name: str) -> None:
    qtbot.mouseClick(panel.row(name).button, LEFT)


def test_every_row_says_what_it_is(panel: DatasetsPanel) -> None:
    assert PANELS.get("Datasets") is DatasetsPanel
    row = panel.row("cifar-10")
    assert row.title.text() == "CIFAR-10"
    assert "50,000 images to train on, 10,000 to test; 32×32 in color" in row.figures.text()
    assert row.status.text() == "170.1 MB to be fetched"
    assert row.button.text() == "Fetch"
    assert row.button.accessibleName() == "Fetch CIFAR-10"
    assert "Krizhevsky" in row.license.text()
    assert panel.row("bundled").status.text() == "Here"
    assert panel.row("tiny").status.text() == "In use"
    assert not panel.row("tiny").button.isEnabled()


def test_a_dataset_is_fetched_from_a_mirror_and_used(
    panel: DatasetsPanel, lab: Lab, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.model.sampled, check_params_cb=lambda name: name == "kmnist"):
        press(qtbot, panel, "kmnist")
        assert panel.row("kmnist").button.text() == "Cancel"
        assert not panel.row("usps").button.isEnabled()  # one at a time
    row = panel.row("kmnist")
    assert (row.status.text(), row.button.text()) == ("Here", "Use")
    assert row.strip._pictures
    with qtbot.waitSignal(lab.dataset_changed):
        press(qtbot, panel, "kmnist")
    assert lab.dataset.name == "kmnist"
    assert row.status.text() == "In use"


def test_progress_is_shown_and_a_cancel_leaves_nothing(
    panel: DatasetsPanel, qtbot: QtBot, is_slow: threading.Event
) -> None:
    is_slow.set()
    press(qtbot, panel, "kmnist")
    row = panel.row("kmnist")
    qtbot.waitUntil(lambda: "a second" in row.amount.text())
    assert row.bar.isVisible()
    press(qtbot, panel, "kmnist")
    qtbot.waitUntil(lambda: row.button.text() == "Fetch")
    assert row.problem.text() == ""
    assert not row.bar.isVisible()
    assert not Kmnist().folder.exists()
    assert list(Kmnist().folder.parent.iterdir()) == []


def test_what_is_fetched_comes_into_view_with_its_progress(
    panel: DatasetsPanel, qtbot: QtBot, is_slow: threading.Event
) -> None:
    is_slow.set()
    panel.resize(700, 240)
    kmnist = panel.row("kmnist")
    bar = panel.findChild(QScrollArea).verticalScrollBar()
    bar.setValue(bar.maximum())
    assert kmnist.visibleRegion().isEmpty()
    press(qtbot, panel, "kmnist")
    qtbot.waitUntil(lambda: not kmnist.amount.visibleRegion().isEmpty())
    press(qtbot, panel, "kmnist")
    qtbot.waitUntil(lambda: kmnist.button.text() == "Fetch")


def test_what_goes_wrong_is_told_in_the_row(panel: DatasetsPanel, qtbot: QtBot) -> None:
    row = panel.row("usps")  # which the mirror does not have
    press(qtbot, panel, "usps")
    qtbot.waitUntil(row.problem.isVisible)
    assert "USPS was not fetched" in row.problem.text()
    qtbot.waitUntil(row.button.isEnabled)
    assert row.button.text() == "Fetch"
