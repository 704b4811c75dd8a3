"""Runs that are drawn over the curves, to be compared with what is on or open."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.run_columns import short_title
from convlab.errors import ConvlabError
from convlab.training.history import History
from convlab.training.run_store import RunEntry

MOST = 6  # runs; as many colors can be told apart


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A run to be drawn: its folder's name, what people call it, its color's number, its history.

    The iterations of a branch count on from where it left the other run. One that ``is_origin``
    is the run that the present one left, drawn up to there only.
    """

    name: str
    title: str
    color: int
    history: History
    is_origin: bool = False


class RunOverlays(QObject):
    """Knows which runs are ticked, and reads their histories in the background.

    The run that the present one left is ticked by itself, and drawn up to there; without its tick
    it is not drawn, ticked again it is drawn in full.
    ``ticked_changed`` says that others are, ``changed`` that there is something else to draw;
    ``failed`` carries a sentence.
    """

    ticked_changed = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, RunEntry] = {}  # in the order they were ticked
        self._colors: dict[str, int] = {}
        self._histories: dict[str, tuple[RunEntry, History]] = {}  # and when they were read
        self._origin: tuple[str, int] | None = None  # a ticked run, and where it was left
        self._background = Background(self)
        self._background.returned.connect(self._on_read)

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The runs to be drawn, in the order they were ticked."""
        return tuple(
            self._overlay(name, entry)
            for name, entry in self._entries.items()
            if name in self._histories
        )

    @property
    def has_room(self) -> bool:
        """Whether one more can be ticked."""
        return len(self._entries) < MOST

    def color_of(self, name: str) -> int | None:
        """Return the number of a run's color, 0 to 5; None if it is not ticked."""
        return self._colors.get(name)

    def toggle(self, entry: RunEntry) -> None:
        """Tick a run, or take its tick away."""
        if entry.name in self._entries:
            self._forget(entry.name)
            self._tell()
        elif len(self._entries) == MOST:
            self.failed.emit(f"{MOST} runs can be drawn at once; take a tick away first.")
            self.ticked_changed.emit()
        else:
            self._add(entry)
            self.ticked_changed.emit()

    def show_origin(self, entry: RunEntry | None, branched_at: int = 0) -> None:
        """Tick the run that the present one left at an iteration; None if it left none.

        The one that was drawn so before is forgotten. A run that a person has ticked is left as it
        is, and where there is no color left, nothing is drawn.
        """
        before = self._origin
        if before is not None:
            self._forget(before[0])
        if entry is not None and entry.name not in self._entries and len(self._entries) < MOST:
            self._origin = (entry.name, branched_at)
            self._add(entry)
        if self._origin != before:
            self._tell()

    def clear(self) -> None:
        """Take all ticks away."""
        for name in list(self._entries):
            self._forget(name)
        self._tell()

    def follow(self, entries: Sequence[RunEntry]) -> None:
        """Learn how the runs stand now: forget what is gone, read what has gone on."""
        known = {entry.name: entry for entry in entries}
        gone = [name for name in self._entries if name not in known]
        for name in gone:
            self._forget(name)
        is_other = any(known[name] is not entry for name, entry in self._entries.items())
        self._entries = {name: known[name] for name in self._entries}
        if gone or is_other:
            self._tell()
            self._read()

    def _overlay(self, name: str, entry: RunEntry) -> Overlay:
        title, color, history = short_title(entry), self._colors[name], self._histories[name][1]
        if self._origin is None or self._origin[0] != name:
            return Overlay(name, title, color, history)
        left_at = self._origin[1]
        return Overlay(
            name, f"{title} (up to {left_at:,})", color, history.up_to(left_at), is_origin=True
        )

    def _add(self, entry: RunEntry) -> None:
        self._entries[entry.name] = entry
        self._colors[entry.name] = min(set(range(MOST)) - set(self._colors.values()))
        self._read()

    def _forget(self, name: str) -> None:
        if self._origin is not None and self._origin[0] == name:
            self._origin = None
        del self._entries[name], self._colors[name]
        self._histories.pop(name, None)

    def _tell(self) -> None:
        self.ticked_changed.emit()
        self.changed.emit()

    def _read(self) -> None:
        stale = [
            entry
            for name, entry in self._entries.items()
            if name not in self._histories or self._histories[name][0].info != entry.info
        ]
        if stale:
            self._background.start(lambda: [(entry, _history(entry)) for entry in stale])

    @Slot(object)
    def _on_read(self, found: list[tuple[RunEntry, History | str]]) -> None:
        for entry, history in found:
            if entry.name not in self._entries:
                continue
            if isinstance(history, History):
                self._histories[entry.name] = (entry, history)
            else:
                self._forget(entry.name)
                self.failed.emit(history)
        self._tell()


def _history(entry: RunEntry) -> History | str:
    """Read a history, placed where it is drawn; a sentence if that cannot be done."""
    try:
        return entry.folder.history().copy(entry.info.branched_at)
    except ConvlabError as error:
        return str(error)
