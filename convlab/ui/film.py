"""The film of a run: all moments, as the window shows them, in an animated GIF."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QObject, QRect, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QProgressDialog

from convlab.app.background import Background
from convlab.app.fresh import Fresh
from convlab.app.time_machine import FILM_SECONDS, TimeMachine
from convlab.errors import ConvlabError
from convlab.files import write_atomically

WIDTH = 960  # pixels
MOST_FRAMES = 120
COLORS = 256
FREQUENT = 64  # of them are taken as they are, else wide plain surfaces would get a tint
SAMPLES = 8  # frames that the colors are taken from
LAST_STAYS = 1500  # milliseconds
SOON = 30
PATIENCE = 1.0  # seconds for the panels to catch up; while a run is on, they leave it the cores


class Film(QObject):
    """Takes a picture of the panels at every moment and writes them to a file.

    ``written`` and ``failed`` carry a sentence. The window can be used meanwhile, but what is done
    there is on the film.
    """

    written = Signal(str)
    failed = Signal(str)

    def __init__(self, window: QMainWindow, machine: TimeMachine) -> None:
        super().__init__(window)
        self._window = window
        self._machine = machine
        self._path = Path()
        self._positions: list[int] = []
        self._frames: list[Image.Image] = []
        self._gone_at = 0.0  # when the window went to the moment that is awaited
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        self._background = Background(self)
        self._background.returned.connect(self._on_written)
        self._background.failed.connect(self._on_failed)

    def export(self, path: Path) -> None:
        """Write the film to ``path``; return at once."""
        count = len(self._machine.moments)
        if not count or self._timer.isActive() or self._background.is_busy:
            return
        self._path, self._frames = path, []
        frames = min(MOST_FRAMES, count)
        self._positions = [count * number // frames for number in range(frames)]
        self._progress = QProgressDialog("Taking the pictures of the film …", "Cancel", 0, frames)
        self._progress.setParent(self._window, self._progress.windowFlags())
        self._progress.setWindowTitle("Export film")
        self._progress.setMinimumDuration(500)
        self._go_on()

    @Slot()
    def _on_timeout(self) -> None:
        """Take a picture once all that is seen shows the moment, and go on to the next one."""
        assert self._progress is not None
        if self._progress.wasCanceled():
            self._end()
            return
        if self._machine.is_loading or self._is_catching_up:
            self._timer.start(SOON)
            return
        self._frames.append(self._picture())
        self._progress.setValue(len(self._frames))
        if len(self._frames) < len(self._positions):
            self._go_on()
            return
        frames, path = self._frames, self._path
        self._end()
        self._background.start(lambda: _write(frames, path))

    def _go_on(self) -> None:
        self._machine.go_to(self._positions[len(self._frames)])
        self._gone_at = perf_counter()
        self._timer.start(SOON)

    @property
    def _is_catching_up(self) -> bool:
        """Whether a panel still shows the moment before, and will not do so for long."""
        if perf_counter() - self._gone_at > PATIENCE:
            return False
        return any(fresh.is_awaited for fresh in self._window.findChildren(Fresh))

    def _picture(self) -> Image.Image:
        """Return the part of the window that has the panels, without menus and bars."""
        window = self._window
        bars = [window.menuBar(), *window.findChildren(type(window.statusBar()))]
        top = window.menuBar().geometry().bottom() + 1
        bottom = min((bar.y() for bar in bars if bar.y() > top), default=window.height())
        grabbed = window.grab(QRect(0, top, window.width(), bottom - top))
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        grabbed.toImage().save(buffer, "BMP")  # type: ignore[call-overload]  # it takes text
        image = Image.open(BytesIO(buffer.data().data())).convert("RGB")
        height = round(image.height * WIDTH / image.width)
        return image.resize((WIDTH, height), Image.Resampling.LANCZOS)

    def _end(self) -> None:
        if self._progress is not None:
            self._progress.deleteLater()
        self._progress, self._frames = None, []
        self._machine.go_live()

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self.written.emit(f"The film is saved as {path.name}.")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.failed.emit(sentence)


def _write(frames: list[Image.Image], path: Path) -> Path:
    """Write an animated GIF; raises :class:`ConvlabError` if the file cannot be written."""
    palette = _palette(frames)
    few = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    frame = int(1000 * FILM_SECONDS / len(few))
    durations = [frame] * (len(few) - 1) + [LAST_STAYS]
    content = BytesIO()
    few[0].save(content, "GIF", save_all=True, append_images=few[1:], duration=durations, loop=0)
    try:
        write_atomically(path, content.getvalue())
    except OSError as error:
        raise ConvlabError(
            f"The film cannot be written to {path}: {error.strerror or error}."
        ) from error
    return path


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """Return an image whose palette has a color near to every one of the frames.

    Every color counts once: if its pixels were counted, the curves would be drawn in the gray of
    the wide surfaces around them.
    """
    few = [frames[at] for at in np.linspace(0, len(frames) - 1, SAMPLES).round().astype(int)]
    pixels = np.concatenate([np.asarray(frame).reshape(-1, 3) for frame in few])
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    colors, counts = np.unique(packed, return_counts=True)
    seen = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1).astype(np.uint8)
    frequent = seen[np.argsort(-counts, kind="stable")[:FREQUENT]]
    once = Image.fromarray(seen[np.newaxis]).quantize(
        COLORS - len(frequent), Image.Quantize.MAXCOVERAGE, kmeans=2
    )
    chosen = [*frequent.ravel().tolist(), *(once.getpalette() or [])]
    palette = Image.new("P", (1, 1))
    palette.putpalette(chosen[: 3 * COLORS])
    return palette
