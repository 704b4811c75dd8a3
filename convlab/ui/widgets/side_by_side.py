"""Columns side by side, one below the other where it is narrow, scrolled where it is low."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QWidget

from convlab.ui.theme import SPACE

Direction = QBoxLayout.Direction


class SideBySide(QScrollArea):
    """Lays columns out by the width that there is; ``narrow`` is where they go below each other."""

    def __init__(self, columns: Sequence[QWidget], narrow: int) -> None:
        super().__init__()
        self._narrow = narrow
        content = QWidget()
        self._layout = QBoxLayout(Direction.LeftToRight, content)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3 * SPACE)
        for column in columns:
            self._layout.addWidget(column, 1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        """Be content with little, and scroll."""
        return QSize(30 * SPACE, 12 * SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the columns where there is room."""
        is_narrow = self.width() < self._narrow
        self._layout.setDirection(Direction.TopToBottom if is_narrow else Direction.LeftToRight)
        super().resizeEvent(event)
