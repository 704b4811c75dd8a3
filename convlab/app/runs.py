"""The runs of the store: read in the background, and what people do with them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import is_
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.lab import Lab
from convlab.app.live_run import LiveRun
from convlab.app.run_list import OrderedRuns, RunList
from convlab.app.run_queue import QueuePlace
from convlab.app.session import State
from convlab.training.run_info import RunNotes
from convlab.training.run_reader import RunReader
from convlab.training.run_store import RunEntry
from convlab.training.run_zip import export_run, import_run

AGAIN = 2000  # milliseconds between two looks, because other programs make runs, too
SOON = 400  # after a run has started, in which its folder is written


class Runs(QObject):
    """Keeps the table of runs up to date while it is watched, and at the end of every run.

    The row of the run that is on follows the session; all others are read from their folders, also
    those that another program trains. The runs of a preset are ticked one by one as they end.

    ``read`` says that the runs were read; ``said`` and ``failed`` carry sentences about what was
    done with them, and ``busy_changed`` whether something is being done.
    """

    read = Signal()
    said = Signal(str)
    failed = Signal(str)
    busy_changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._reader = None if lab.store is None else RunReader(lab.store.root)
        self._is_watched = False
        self._has_read = False
        self._is_stale = True
        self._said = ""
        self._to_say = ""  # once the rows show it: what a new choice says would replace it
        self._entries: Sequence[RunEntry] = ()  # as they were read
        self._to_tick: set[str] = set()  # names of runs, as soon as they are read
        self._is_ahead = False  # whether the row of the run that is on tells more than its folder
        self.table = RunList(lab.overlays, parent=self)
        self.ordered = OrderedRuns(self.table, parent=self)
        self._reading = Background(self)
        self._reading.returned.connect(self._on_read)
        self._reading.failed.connect(self.failed)
        self._doing = Background(self)
        self._doing.returned.connect(self._on_done)
        self._doing.failed.connect(self._on_not_done)
        self._live = LiveRun(lab.session, self)
        self._live.changed.connect(self._on_live_changed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        lab.session.run_started.connect(self._on_run_started)
        lab.session.epoch_evaluated.connect(self._on_epoch_evaluated)
        lab.session.state_changed.connect(self._on_state_changed)
        lab.overlays.failed.connect(self.failed)
        lab.queue.run_over.connect(self._on_run_over)

    @property
    def has_read(self) -> bool:
        """Whether the runs were read at least once; there may be none."""
        return self._has_read

    @property
    def is_busy(self) -> bool:
        """Whether something is being done with a run that takes a while."""
        return self._doing.is_busy

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether the table is seen."""
        self._is_watched = is_watched
        if is_watched:
            self._show_as_now()
            self._look()
        else:
            self._timer.stop()

    @Slot()
    def refresh(self) -> None:
        """Read the runs anew, now or as soon as somebody looks."""
        self._is_stale = True
        if self._is_watched:
            self._look()

    def set_notes(self, entry: RunEntry, notes: RunNotes) -> None:
        """Write what a person says about a run: its name, a note, a star."""
        try:
            entry.folder.save_notes(notes)
        except OSError as error:
            self.failed.emit(
                f"This cannot be written to {entry.folder.path}: {error.strerror or error}."
            )
            return
        name = entry.name
        self._show([replace(e, notes=notes) if e.name == name else e for e in self._entries])
        self.refresh()

    def delete(self, entries: Sequence[RunEntry]) -> None:
        """Move runs to the trash."""
        store = self._lab.store
        if store is None:
            return
        what = entries[0].title if len(entries) == 1 else f"{len(entries)} runs"

        def work() -> None:
            for entry in entries:
                store.delete(entry.folder)

        self._do(work, f"{what} went to the trash.")

    def export(self, entry: RunEntry, path: Path, *, with_moments: bool = True) -> None:
        """Write a run into a zip file; one that is there is replaced in one step."""

        def work() -> None:
            export_run(entry.folder, path, replace=True, with_moments=with_moments)

        self._do(work, f"{entry.title} was exported as {path.name}.")

    def import_from(self, path: Path) -> None:
        """Put a run in a zip file, or in a folder, among the others."""
        store = self._lab.store
        if store is not None:
            self._do(lambda: import_run(path, store.root), f"{path.name} is among your runs now.")

    def _do(self, work: Callable[[], object], sentence: str) -> None:
        if self.is_busy:
            self.failed.emit("Something else is being done with a run; wait a moment.")
            return
        self._said = sentence
        self._doing.start(work)
        self.busy_changed.emit()

    @Slot()
    def _look(self) -> None:
        """Read the runs, each only if its files have changed; then look again after a while."""
        if self._reader is None or self._reading.is_busy:
            return
        self._is_stale = False
        self._reading.start(self._reader.entries)

    @Slot(object)
    def _on_read(self, entries: list[RunEntry]) -> None:
        is_settled = self._has_read and not (self._is_ahead or self._to_tick)
        self._has_read = True
        if not (is_settled and _are_same(entries, self._entries)):
            self._show(entries)
            self._lab.overlays.follow(entries)
            self._tick(entries)
            self.read.emit()
        if self._is_stale:
            self._look()
            return
        if self._is_watched:
            self._timer.start(AGAIN)
        if self._to_say:
            said, self._to_say = self._to_say, ""
            self.said.emit(said)

    def _tick(self, entries: Sequence[RunEntry]) -> None:
        """Draw what is over of a preset over the curves, where there is a color left."""
        overlays = self._lab.overlays
        for entry in entries:
            if entry.name in self._to_tick:
                self._to_tick.discard(entry.name)
                if overlays.color_of(entry.name) is None and overlays.has_room:
                    overlays.toggle(entry)

    def _show(self, entries: Sequence[RunEntry]) -> None:
        """Show what was read, in order anew if it is not what was read the last time."""
        is_other = {id(entry) for entry in entries} != {id(entry) for entry in self._entries}
        was_ahead = self._is_ahead
        self._entries = entries
        self._show_as_now()
        if is_other or was_ahead != self._is_ahead:
            self.ordered.refresh()

    def _show_as_now(self) -> None:
        shown = [self._live.as_now(entry) for entry in self._entries]
        self._is_ahead = any(a is not b for a, b in zip(shown, self._entries, strict=True))
        self.table.set_entries(shown)

    @Slot()
    def _on_live_changed(self) -> None:
        """Let the row of the run that is on change in its place; it is sorted after an epoch."""
        if self._is_watched:
            self._show_as_now()

    @Slot(object)
    def _on_epoch_evaluated(self, _: object) -> None:
        if self._is_watched:
            self.ordered.refresh()

    @Slot(object)
    def _on_run_started(self, _: object) -> None:
        self._is_stale = True
        if self._is_watched:
            self._timer.start(SOON)

    @Slot(object)
    def _on_run_over(self, place: QueuePlace) -> None:
        """Tick a run of a preset; the first takes the ticks of others away."""
        folder = self._lab.session.run_folder
        if folder is None or place.count == 1:
            return
        if place.number == 1:
            self._lab.overlays.clear()
        self._to_tick.add(folder.path.name)

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        if state is State.IDLE:
            self._is_stale = True
            self._look()

    @Slot(object)
    def _on_done(self, _: object) -> None:
        if self._is_watched:
            self._to_say = self._said
        else:
            self.said.emit(self._said)
        self._after_doing()

    @Slot(str)
    def _on_not_done(self, sentence: str) -> None:
        self.failed.emit(sentence)
        self._after_doing()

    def _after_doing(self) -> None:
        self.busy_changed.emit()
        self._lab.time_machine.look()  # what went may have been the run that is open
        self.refresh()


def _are_same(entries: Sequence[RunEntry], before: Sequence[RunEntry]) -> bool:
    """Whether nothing was read anew."""
    return len(entries) == len(before) and all(map(is_, entries, before))
