"""A frame around a widget that changes many times a second, so that the window stays still."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class StillFrame(QWidget):
    """Gives its only child all of its room, and keeps to itself that the child wants another.

    A label of Qt's asks for a new layout with every text, and so does whatever it lies in, up to
    the window. That stops at a frame without a layout.
    """

    def __init__(self, child: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._child = child
        child.setParent(self)
        self.setSizePolicy(child.sizePolicy())

    def sizeHint(self) -> QSize:
        """Return what the child asks for."""
        return self._child.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return what the child needs."""
        return self._child.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the child all of the room."""
        super().resizeEvent(event)
        self._child.setGeometry(self.contentsRect())
