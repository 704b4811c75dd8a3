"""The film of a run: all moments, as the window shows them, in an animated GIF."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QObject, QRect, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QProgressDialog

from convlab.app.background import Background
from convlab.app.time_machine import FILM_SECONDS, TimeMachine
from convlab.errors import ConvlabError
from convlab.files import write_atomically

WIDTH = 960  # pixels
MOST_FRAMES = 120
COLORS = 128
LAST_STAYS = 1500  # milliseconds
SOON = 30


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
        self._machine.go_to(self._positions[0])
        self._timer.start(0)

    @Slot()
    def _on_timeout(self) -> None:
        """Take a picture, and go on to the next moment; what answers soon has answered by then."""
        assert self._progress is not None
        if self._progress.wasCanceled():
            self._end()
            return
        if self._machine.is_loading:
            self._timer.start(SOON)
            return
        self._frames.append(self._picture())
        self._progress.setValue(len(self._frames))
        if len(self._frames) < len(self._positions):
            self._machine.go_to(self._positions[len(self._frames)])
            self._timer.start(SOON)
            return
        frames, path = self._frames, self._path
        self._end()
        self._background.start(lambda: _write(frames, path))

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
    palette = frames[-1].quantize(COLORS, dither=Image.Dither.NONE)
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
