"""Files and folders that are dropped onto the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QMainWindow

_COMING = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class Dropping(QObject):
    """Hands a file or folder that is dropped anywhere on the window to ``open_path``.

    Made when the window has all its widgets: plots and fields would swallow what is dropped.
    """

    def __init__(self, window: QMainWindow, open_path: Callable[[Path], None]) -> None:
        super().__init__(window)
        self._open_path = open_path
        window.setAcceptDrops(True)
        for view in window.findChildren(QGraphicsView):
            view.setAcceptDrops(False)
            view.viewport().setAcceptDrops(False)
        for field in window.findChildren(QLineEdit):
            field.setAcceptDrops(False)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take one local file or folder."""
        if not isinstance(event, QDropEvent):
            return False
        path = dropped_path(event.mimeData())
        if path is None:
            event.ignore()
            return True
        event.acceptProposedAction()
        if event.type() not in _COMING:
            self._open_path(path)
        return True


def dropped_path(data: QMimeData) -> Path | None:
    """Return the one local file or folder that is dragged, or None for anything else."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    return Path(urls[0].toLocalFile())
