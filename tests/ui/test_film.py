"""The film keeps the colors of what it shows, and shows no panel that lags behind."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from convlab.app.fresh import Fresh
from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig
from convlab.training.run_store import RunStore
from convlab.ui import film as module
from convlab.ui.film import _write
from convlab.ui.main_window import MainWindow
from convlab.ui.theme import DARK, LIGHT, Colors


@pytest.fixture
def lab(tiny_dataset: Dataset, tiny_config: TrainingConfig, store: RunStore) -> Lab:
    """A lab that keeps its runs."""
    return Lab(tiny_dataset, tiny_config, store)


def frames_with_a_curve(colors: Colors) -> list[Image.Image]:
    """Wide gray surfaces with a thin curve, which is not there any more at the end."""
    frames = []
    shades = np.linspace(0, 255, 200).astype(np.uint8)
    for number in range(12):
        frame = Image.new("RGB", (200, 100), colors.window)
        frame.paste(Image.fromarray(np.tile(shades, (40, 1))), (0, 0))
        painter = ImageDraw.Draw(frame)
        painter.rectangle((0, 50, 200, 70), fill=colors.surface)
        if number < 11:
            painter.line((0, 60, 12 + number, 60), fill=colors.test)
            painter.line((0, 65, 12 + number, 65), fill=colors.train)
        frames.append(frame)
    return frames


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_a_thin_curve_keeps_its_color(tmp_path: Path, colors: Colors) -> None:
    path = _write(frames_with_a_curve(colors), tmp_path / "film.gif")
    with Image.open(path) as film:
        film.seek(5)
        shown = film.convert("RGB")
    for place, name in (((3, 60), colors.test), ((3, 65), colors.train), ((3, 90), colors.window)):
        wanted = np.array(QColor(name).getRgb()[:3])
        assert np.linalg.norm(np.array(shown.getpixel(place)) - wanted) < 20, place


def test_a_picture_waits_for_a_panel_that_is_still_computing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    lab = window.lab
    assert lab.config is not None
    lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: lab.session.state is State.IDLE and bool(lab.time_machine.moments))
    may_end = Event()
    slow = Fresh(window.lab.session, lambda: lambda: may_end.wait(10), window)
    slow.set_watched(True)
    window.film.export(tmp_path / "film.gif")
    with qtbot.assertNotEmitted(window.film.written, wait=150):
        pass
    assert window.film._frames == []
    with qtbot.waitSignal(window.film.written, timeout=20_000):
        may_end.set()
    slow.set_watched(False)
