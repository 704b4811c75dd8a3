"""How much of several files has arrived, and how fast."""

import time
from collections import deque
from collections.abc import Sequence

from convlab.data.fetching.remote_file import RemoteFile
from convlab.data.progress import FetchProgress

_SPEED_OVER = 3.0  # seconds


class Meter:
    """Adds up what arrived of all files, and how fast."""

    def __init__(self, files: Sequence[RemoteFile], progress: FetchProgress) -> None:
        self._sizes = {file.name: file.size for file in files}
        self._progress = progress
        self._before = 0
        self._here = 0
        self._current = ""
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._arrived = 0

    def start(self, file: RemoteFile) -> None:
        """Begin a file, or begin it anew from the next mirror."""
        self._current, self._here = file.name, 0
        self._say()

    def add(self, count: int, announced: int | None) -> None:
        """Count bytes of the file; the mirror's own word on its length is the better one."""
        if announced is not None:
            self._sizes[self._current] = announced
        self._here += count
        self._arrived += count
        now = time.monotonic()
        self._marks.append((now, self._arrived))
        while now - self._marks[0][0] > _SPEED_OVER and len(self._marks) > 2:
            self._marks.popleft()
        self._say()

    def finish(self, file: RemoteFile) -> None:
        """Count the file as done."""
        self._before += self._sizes[file.name]
        self._here = 0
        self._say()

    def _say(self) -> None:
        total = sum(self._sizes.values())
        (first, earlier), (last, arrived) = self._marks[0], self._marks[-1]
        speed = (arrived - earlier) / max(last - first, 1e-3)
        self._progress(min(self._before + self._here, total), total, speed)
