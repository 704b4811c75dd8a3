"""Whatever is dropped onto the window is opened as what it is."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QGraphicsView
from pytestqt.qtbot import QtBot

from convlab.app import loader
from convlab.data.dataset import Dataset
from convlab.data.progress import Cancel, CanceledError, ReadProgress
from convlab.nn import SimpleConvNet
from convlab.ui.loading_status import LoadingStatus
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.draw import DrawPanel

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def drag(*urls: QUrl) -> QMimeData:
    data = QMimeData()
    data.setUrls(list(urls))
    return data


def enters(window: MainWindow, data: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(9, 9), COPY, data, LEFT, NO_KEY)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window: MainWindow, path: Path) -> None:
    data = drag(QUrl.fromLocalFile(str(path)))
    assert enters(window, data)
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), COPY, data, LEFT, NO_KEY))


def folder_of_pictures(folder: Path) -> Path:
    for name, gray in (("dark", 20), ("light", 220)):
        (folder / "shades" / name).mkdir(parents=True)
        for number in range(5):
            picture = Image.new("L", (8, 8), gray + number)
            picture.save(folder / "shades" / name / f"{number}.png")
    return folder / "shades"


def npz(folder: Path) -> Path:
    images = np.zeros((10, 8, 8), np.uint8)
    np.savez(folder / "own.npz", x=images, y=np.arange(10) % 2)
    return folder / "own.npz"


def csv(folder: Path) -> Path:
    lines = [",".join([str(n % 2), *["7"] * 16]) for n in range(10)]
    (folder / "own.csv").write_text("\n".join(lines))
    return folder / "own.csv"


@pytest.mark.parametrize("made", [folder_of_pictures, npz, csv])
def test_images_of_ones_own_become_the_dataset(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    path = made(tmp_path)
    with qtbot.waitSignal(window.lab.dataset_changed):
        drop(window, path)
    assert window.lab.dataset.name == str(path)
    assert len(window.lab.dataset.class_names) == 2


def test_a_picture_is_laid_on_the_canvas_and_read(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    picture = Image.new("L", (60, 60), 255)
    ImageDraw.Draw(picture).line([(30, 10), (30, 50)], fill=0, width=6)
    picture.save(tmp_path / "one.png")
    network = SimpleConvNet(hidden_size=4)
    network.params["b3"][1] = 9.0
    window.lab.predictor.use(network, trained=True)
    draw = window.docks.panels["Draw"]
    assert isinstance(draw, DrawPanel)
    with qtbot.waitSignal(window.lab.picture_shown):
        drop(window, tmp_path / "one.png")
    qtbot.waitUntil(lambda: draw.reading.answer.text() == "1")
    assert draw.canvas.shows_picture
    assert draw.reading.status.text() == "one.png."
    draw.canvas.clear()
    qtbot.waitUntil(lambda: draw.model.image is None)
    assert not draw.canvas.shows_picture


def test_weights_in_numpys_format_are_told_from_images(window: MainWindow, tmp_path: Path) -> None:
    SimpleConvNet(hidden_size=4).save_params(tmp_path / "w.npz")
    drop(window, tmp_path / "w.npz")
    assert window.notice.text.startswith("Weights opened from w.npz")


def test_what_the_lab_does_not_open_gets_a_sentence(
    person, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "song.mp3").write_bytes(b"la la")
    drop(window, tmp_path / "song.mp3")
    assert "Give a folder of images" in person.dismiss()
    (tmp_path / "no.png").write_bytes(b"not a picture")
    drop(window, tmp_path / "no.png")
    assert "no.png is not a picture" in person.dismiss()


def test_only_one_file_of_this_computer_is_taken_and_nothing_swallows_it(
    window: MainWindow, tmp_path: Path
) -> None:
    here = QUrl.fromLocalFile(str(tmp_path))
    assert not enters(window, drag(here, here))
    assert not enters(window, drag(QUrl("https://example.org/seven.png")))
    assert not enters(window, QMimeData())
    assert not any(view.acceptDrops() for view in window.findChildren(QGraphicsView))


def test_a_long_reading_is_seen_in_the_status_bar_and_given_up_there(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(name: str, progress: ReadProgress, cancel: Cancel) -> Dataset:
        progress(1, 2)
        pause = Event()
        while not cancel():
            pause.wait(0.001)
        raise CanceledError("The reading was canceled.")

    monkeypatch.setattr(loader, "load_dataset", read)
    status = window.findChild(LoadingStatus)
    before = window.lab.dataset
    window.files.load_dataset("/somewhere/pictures")
    qtbot.waitUntil(status.isVisible)
    assert status.label.text() == "Reading pictures…"
    assert status.bar.value() == 500
    qtbot.mouseClick(status.cancel, LEFT)
    assert not status.isVisible()
    assert window.lab.dataset is before
