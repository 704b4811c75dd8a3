"""Asks where to save a file."""

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


def _may_replace(parent: QWidget, path: Path) -> bool:
    answer = QMessageBox.question(
        parent, "Replace the file?", f"{path.name} is there already. Replace it?"
    )
    return answer == QMessageBox.StandardButton.Yes
