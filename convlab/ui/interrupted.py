"""After a crash: the offer to go on with the run that it interrupted."""

from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from convlab.app.background import Background
from convlab.app.lab import Lab
from convlab.training.run_store import RunEntry


class InterruptedRun(QObject):
    """Looks for the latest run that has no end, and asks once what is to become of it."""

    def __init__(self, lab: Lab, window: QWidget) -> None:
        super().__init__(window)
        self._lab = lab
        self._window = window
        self._entry: RunEntry | None = None
        self._background = Background(self)
        self._background.returned.connect(self._on_found)

    def look(self) -> None:
        """Look in the background; return at once."""
        store = self._lab.store
        if store is not None:
            self._background.start(
                lambda: next((e for e in store.entries() if e.was_interrupted), None)
            )

    @Slot(object)
    def _on_found(self, entry: RunEntry | None) -> None:
        if entry is None or self._lab.session.is_busy:
            return
        self._entry = entry
        info = entry.info
        done, planned = (info.branched_at + n for n in (info.iteration, info.iterations))
        box = QMessageBox(QMessageBox.Icon.Question, "Go on with the run?", "", parent=self._window)
        box.setText(f"The run {entry.title} was interrupted.")
        box.setInformativeText(
            f"It can go on after iteration {done:,} of {planned:,}, as if nothing had happened. "
            "Otherwise it stays in the Runs panel."
        )
        box.addButton("Go on", QMessageBox.ButtonRole.AcceptRole)
        later = box.addButton("Not now", QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(later)
        box.accepted.connect(self._on_accepted)
        box.rejected.connect(self._on_rejected)
        box.open()

    @Slot()
    def _on_accepted(self) -> None:
        if self._entry is not None:
            self._lab.resume_run(self._entry)

    @Slot()
    def _on_rejected(self) -> None:
        """Ask no more about this run; where that cannot be written, the next start asks again."""
        assert self._entry is not None
        folder, info = self._entry.folder, self._entry.folder.info()
        if info is None or info.state != "running" or folder.is_held():
            return  # another window has gone on with it
        message = f"The run was interrupted after {info.iteration:,} iterations."
        try:
            folder.save_info(replace(info, state="stopped", message=message))
        except OSError:
            return
