"""What stands between a panel and its dock."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from convlab.ui.panel import Panel


class _Filling(QVBoxLayout):
    """Fills its widget with a panel, whatever height the texts in the panel would like."""

    def hasHeightForWidth(self) -> bool:
        """Say no, else a scroll area would never let the panel be lower than it likes."""
        return False


class PanelFrame(QScrollArea):
    """Around a panel in its dock: scrolls where the dock is smaller than the panel can be."""

    resized = Signal()

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self._panel = panel
        holder = QWidget()
        filling = _Filling(holder)
        filling.setContentsMargins(0, 0, 0, 0)
        filling.addWidget(panel)
        self.setWidget(holder)

    def sizeHint(self) -> QSize:
        """Return what the panel would like."""
        return self._panel.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of every change."""
        super().resizeEvent(event)
        self.resized.emit()

    def minimumSizeHint(self) -> QSize:
        """Allow docks so small that a window with several of them fits any screen."""
        return QSize(160, 100)
