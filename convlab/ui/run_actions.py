"""What can be done with the chosen runs: buttons, the context menu and keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QPushButton, QWidget

from convlab.app.lab import Lab
from convlab.app.run_columns import standing
from convlab.app.runs import Runs
from convlab.training.run_store import RunEntry, refusal
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.comparison_dialog import ComparisonDialog
from convlab.ui.widgets.run_table import RunTable
from convlab.ui.widgets.save_dialog import asked_path

LONGEST_NAME = 100
MOST_EPOCHS = 10_000
USUALLY_MORE = 10  # epochs
_ZIP = "Runs (*.zip)"


class RunActions(QObject):
    """Actions on the rows that are chosen in ``table``; each is enabled where it makes sense."""

    def __init__(
        self, lab: Lab, runs: Runs, table: RunTable, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._lab, self._runs, self._table, self._theme = lab, runs, table, theme
        self._window = parent
        make = self._action
        self.open = make("Open", "Return", "Show its curves, filters, moments and answers",
                         self._on_open)  # fmt: skip
        self.resume = make("Resume", "Ctrl+R", "Go on where it was stopped or interrupted",
                           self._on_resume)  # fmt: skip
        self.resume_best = make("Resume from the best epoch…", "", "Go on at the end of the epoch "
                                "with the best test accuracy", self._on_resume_best)  # fmt: skip
        self.more_epochs = make("Train for more epochs…", "", "Go on for more epochs than were "
                                "planned", self._on_more_epochs)  # fmt: skip
        self.compare = make("Compare", "Ctrl+K", "Show two chosen runs side by side",
                            self._on_compare)  # fmt: skip
        self.rename = make("Rename…", "F2", "Give the run a name", self._on_rename)
        self.note = make("Note…", "Ctrl+N", "Write something about the run", self._on_note)
        self.star = make("Star", "Ctrl+B", "Mark runs that matter", self._on_star)
        self.reveal = make("Show folder", "", "Show the run's folder among your files",
                           self._on_reveal)  # fmt: skip
        self.export = make("Export…", "Ctrl+E", "Write the run into one zip file", self._on_export)
        self.export_small = make("Export without moments…", "", "Write a small zip file: without "
                                 "what the slider goes back to", self._on_export_small)  # fmt: skip
        self.import_ = make("Import…", "", "Put a run that was exported among your runs",
                            self._on_import)  # fmt: skip
        self.import_folder = make("Import folder…", "", "Put a run in a folder of its own among "
                                  "your runs", self._on_import_folder)  # fmt: skip
        self.delete = make("Delete…", "Del", "Move runs to the trash", self._on_delete)
        self._fill_context_menu()
        self.more_button = QPushButton("More")
        self.more_button.setMinimumWidth(_narrowest(self.more_button) + 2 * SPACE)
        menu = QMenu(self.more_button)
        menu.setToolTipsVisible(True)
        self._fill(menu)
        self.more_button.setMenu(menu)
        self._resume_button = self._button(self.resume)
        open_, compare = self._button(self.open), self._button(self.compare)
        self.buttons = [open_, self._resume_button, compare, self.more_button]
        table.chosen_changed.connect(self.update)
        table.activated.connect(self.open.trigger)
        runs.read.connect(self.update)
        runs.ordered.counted.connect(self.update)
        runs.busy_changed.connect(self.update)
        lab.session.state_changed.connect(self.update)
        lab.queue.changed.connect(self.update)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.update()

    @Slot()
    def update(self) -> None:
        """Enable what can be done with the runs that are chosen now."""
        chosen, lab = self._table.chosen, self._lab
        is_free = not (lab.session.is_busy or lab.queue.is_active)
        one = chosen[0] if len(chosen) == 1 else None
        is_over = all(standing(entry) != "training" for entry in chosen)
        can_do = is_over and not self._runs.is_busy
        self.open.setEnabled(one is not None and is_over and is_free)
        refused = refusal(one) if one is not None else ""
        self.resume.setEnabled(one is not None and not refused and is_free)
        self._resume_button.setToolTip(refused or self.resume.toolTip())
        can_go_back = one is not None and not refusal(one, at_best=True)
        can_go_back = can_go_back and one is not None and one.folder.has_best_checkpoint()
        self.resume_best.setEnabled(can_go_back and is_free)
        has_room = one is not None and one.info.epochs < MOST_EPOCHS
        can_do_more = has_room and one is not None and not refusal(one, one.info.epochs + 1)
        self.more_epochs.setEnabled(can_do_more and is_free)
        self.compare.setEnabled(len(chosen) == 2)
        for action in (self.rename, self.note, self.reveal):
            action.setEnabled(one is not None)
        self.star.setEnabled(bool(chosen))
        self.star.setText("Remove star" if chosen and _are_starred(chosen) else "Star")
        for action in (self.export, self.export_small):
            action.setEnabled(one is not None and can_do)
        self.delete.setEnabled(bool(chosen) and can_do)
        for action in (self.import_, self.import_folder):
            action.setEnabled(lab.store is not None and not self._runs.is_busy)

    def _action(self, text: str, key: str, about: str, handler: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{about} ({action.shortcut().toString()})" if key else about)
        action.triggered.connect(handler)
        return action

    def _button(self, action: QAction) -> QPushButton:
        """Return a button that does what an action does, and is enabled as it is."""
        button = QPushButton(action.text())
        button.setMinimumWidth(_narrowest(button))
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        return button

    def _fill_context_menu(self) -> None:
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._table.addActions([self.open, self.resume, self.compare])
        self._fill(self._table)

    def _fill(self, widget: QWidget) -> None:
        groups = (
            (self.resume_best, self.more_epochs),
            (self.rename, self.note, self.star),
            (self.reveal, self.export, self.export_small, self.import_, self.import_folder),
            (self.delete,),
        )
        for group in groups:
            if widget.actions():
                separator = QAction(self)
                separator.setSeparator(True)
                widget.addAction(separator)
            widget.addActions(group)

    @Slot()
    def _on_open(self) -> None:
        if self.open.isEnabled():
            self._lab.open_run(self._table.chosen[0])

    @Slot()
    def _on_resume(self) -> None:
        self._lab.resume_run(self._table.chosen[0])

    @Slot()
    def _on_resume_best(self) -> None:
        (entry,) = self._table.chosen
        box = QMessageBox(QMessageBox.Icon.Question, "Go back?", "", parent=self._window)
        box.setText(f"Let {entry.title} go on from its best epoch?")
        box.setInformativeText(
            f"What it learned after iteration {self._counted_on(entry):,} is deleted: the later "
            "moments, curves and checkpoints."
        )
        resume = box.addButton("Delete and resume", QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        if box.clickedButton() is resume:
            self._lab.resume_run(entry, at_best=True)

    @staticmethod
    def _counted_on(entry: RunEntry) -> int:
        """Return the best iteration as people count it, those of a branch's parent included."""
        return entry.info.branched_at + entry.info.best_iteration

    @Slot()
    def _on_more_epochs(self) -> None:
        (entry,) = self._table.chosen
        planned = entry.info.epochs
        more, is_wanted = QInputDialog.getInt(
            self._window, "Train for more epochs", f"More epochs, beyond the {planned:,} planned:",
            USUALLY_MORE, 1, MOST_EPOCHS - planned,
        )  # fmt: skip
        if is_wanted:
            self._lab.resume_run(entry, epochs=planned + more)

    @Slot()
    def _on_compare(self) -> None:
        left, right = self._table.chosen
        dialog = ComparisonDialog(left, right, self._lab, self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    @Slot()
    def _on_rename(self) -> None:
        (entry,) = self._table.chosen
        name, is_wanted = QInputDialog.getText(
            self._window, "Rename the run", "Name (empty for that of its folder):",
            text=entry.notes.name,
        )  # fmt: skip
        if is_wanted:
            name = " ".join(name.split())[:LONGEST_NAME]
            self._runs.set_notes(entry, replace(entry.notes, name=name))

    @Slot()
    def _on_note(self) -> None:
        (entry,) = self._table.chosen
        note, is_wanted = QInputDialog.getMultiLineText(
            self._window, "Note", f"About {entry.title}:", entry.notes.note
        )
        if is_wanted:
            self._runs.set_notes(entry, replace(entry.notes, note=note.strip()))

    @Slot()
    def _on_star(self) -> None:
        chosen = self._table.chosen
        starred = not _are_starred(chosen)
        for entry in chosen:
            self._runs.set_notes(entry, replace(entry.notes, starred=starred))

    @Slot()
    def _on_reveal(self) -> None:
        path = self._table.chosen[0].folder.path
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._runs.failed.emit(f"No program shows folders here; the run is in {path}.")

    @Slot()
    def _on_export(self) -> None:
        self._export(with_moments=True)

    @Slot()
    def _on_export_small(self) -> None:
        self._export(with_moments=False)

    def _export(self, *, with_moments: bool) -> None:
        (entry,) = self._table.chosen
        suggestion = Path.home() / f"{entry.name}.zip"
        path = asked_path(self._window, "Export the run", suggestion, _ZIP)
        if path is not None:
            self._runs.export(entry, path, with_moments=with_moments)

    @Slot()
    def _on_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, "Import a run", str(Path.home()), _ZIP)
        if name:
            self._runs.import_from(Path(name))

    @Slot()
    def _on_import_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._window, "Import the folder of a run", str(Path.home())
        )
        if name:
            self._runs.import_from(Path(name))

    @Slot()
    def _on_delete(self) -> None:
        chosen = self._table.chosen
        what = chosen[0].title if len(chosen) == 1 else f"these {len(chosen)} runs"
        box = QMessageBox(QMessageBox.Icon.Question, "Delete?", "", parent=self._window)
        box.setText(f"Move {what} to the trash?")
        box.setInformativeText("It can be taken out of there until the trash is emptied.")
        move = box.addButton("Move to trash", QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        if box.clickedButton() is move:
            self._runs.delete(chosen)

    @Slot()
    def _on_theme_changed(self) -> None:
        icons = {
            self.star: "mdi6.star-outline",
            self.reveal: "mdi6.folder-open-outline",
            self.export: "mdi6.export-variant",
            self.import_: "mdi6.import",
            self.delete: "mdi6.trash-can-outline",
        }
        for action, name in icons.items():
            action.setIcon(self._theme.icon(name))


def _are_starred(entries: list[RunEntry]) -> bool:
    return all(entry.notes.starred for entry in entries)


def _narrowest(button: QPushButton) -> int:
    """Return a width that is less than the usual one, for narrow docks."""
    return button.fontMetrics().horizontalAdvance(button.text()) + 2 * SPACE
