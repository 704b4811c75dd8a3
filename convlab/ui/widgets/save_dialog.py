"""Asks where to save a file, and says so when it cannot be written."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def asked_path(parent: QWidget, title: str, suggestion: Path, kinds: str) -> Path | None:
    """Return the file that the user names, or None; a name without an ending gets the suggested.

    The dialog asks before it lets a file be replaced, but it knows only the name as typed; so
    this asks once more where adding the ending makes it the name of another file.
    """
    name, _ = QFileDialog.getSaveFileName(parent, title, str(suggestion), kinds)
    if not name:
        return None
    path = Path(name)
    if path.suffix:
        return path
    path = path.with_suffix(suggestion.suffix)
    if path.exists() and not _may_replace(parent, path):
        return None
    return path


def ask_and_export(
    parent: QWidget, what: str, suffix: str, kind: str, export: Callable[[Path], None]
) -> None:
    """Ask for a file to export ``what`` into, such as ``curves``, and call ``export`` with it."""
    path = asked_path(parent, f"Export {what}", Path(f"{what}.{suffix}"), f"{kind} (*.{suffix})")
    if path is not None:
        export(path)


def export_or_complain(parent: QWidget, what: str, path: Path, write: Callable[[], None]) -> None:
    """Call ``write``; where ``path`` cannot be written, say so in a sentence."""
    try:
        write()
    except OSError as error:
        QMessageBox.warning(
            parent,
            f"Export {what}",
            f"The {what} could not be written to {path} ({error.strerror}); "
            "choose another folder or make room, then export again.",
        )


def _may_replace(parent: QWidget, path: Path) -> bool:
    answer = QMessageBox.question(
        parent, "Replace the file?", f"{path.name} is there already. Replace it?"
    )
    return answer == QMessageBox.StandardButton.Yes
