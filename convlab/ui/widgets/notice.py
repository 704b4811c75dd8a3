"""A note over the window that says what happened, without stopping anyone."""

from typing import Literal

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QMoveEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from convlab.ui.theme import SPACE, Theme

Kind = Literal["good", "warning", "error"]

_ICONS: dict[Kind, str] = {
    "good": "mdi6.check-circle-outline",
    "warning": "mdi6.alert-outline",
    "error": "mdi6.alert-circle-outline",
}


class NoticeRow(QToolBar):
    """Room for a long notice below the panels, which give way to it; else it takes none.

    ``arranged`` says that it may be somewhere else now.
    """

    arranged = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Message", window)
        self.setObjectName("bar-notice")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self._is_taken = False
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self)
        self.release()

    @property
    def is_taken(self) -> bool:
        """Whether a notice stands there."""
        return self._is_taken

    def take(self, height: int) -> None:
        """Be there, ``height`` pixels high."""
        self._is_taken = True
        self.setFixedHeight(height)
        self.show()

    def release(self) -> None:
        """Leave the room to the panels."""
        self._is_taken = False
        self.hide()

    def setVisible(self, visible: bool) -> None:
        """Stay away while nothing is said, whatever a restored layout wants; called by Qt."""
        super().setVisible(visible and self._is_taken)

    def moveEvent(self, event: QMoveEvent) -> None:
        """Tell where it is."""
        super().moveEvent(event)
        self.arranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how large it is."""
        super().resizeEvent(event)
        self.arranged.emit()


class Notice(QFrame):
    """Hidden until :meth:`say`; stays until it is closed or something else is said.

    It stands where nothing else is, or in a ``row`` of its own; ``said`` asks for a place.
    """

    said = Signal()

    def __init__(self, theme: Theme, row: NoticeRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = row
        row.arranged.connect(self._on_row_arranged)
        self._kind: Kind = "good"
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip("Hide this message")
        self._close.setAccessibleName("Hide this message")
        self._close.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * SPACE, 0, SPACE, 0)
        line.setSpacing(SPACE)
        for widget in (self._icon, self._text, self._close):
            line.addWidget(widget)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def kind(self) -> Kind:
        """How good the news is."""
        return self._kind

    @property
    def text(self) -> str:
        """What is being said."""
        return self._text.text()

    def say(self, kind: Kind, text: str) -> None:
        """Show a sentence."""
        self._kind = kind
        self._text.setText(text)
        self.setAccessibleName(text)
        self._text.setToolTip(text)
        self._on_theme_changed()
        self.show()
        self.said.emit()
        self.raise_()

    def place(self, room: QRect, width: int) -> None:
        """Fill ``room`` if the text fits in there, else the row, which is ``width`` pixels wide."""
        if not self.isVisible():
            return
        if self.heightForWidth(room.width()) <= room.height():
            self._row.release()
            self.setGeometry(room)
        else:
            self._row.take(self.heightForWidth(width - 2 * SPACE) + SPACE)
            self._on_row_arranged()  # which may be where it was already

    def setVisible(self, visible: bool) -> None:
        """Leave the row when there is no more to say; called by Qt."""
        super().setVisible(visible)
        if not visible:
            self._row.release()

    @Slot()
    def _on_row_arranged(self) -> None:
        if self._row.is_taken:
            self.setGeometry(self._row.geometry().adjusted(SPACE, 0, -SPACE, 0))

    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        color = {"good": colors.good, "warning": colors.warning, "error": colors.error}[self._kind]
        self._icon.setPixmap(self._theme.icon(_ICONS[self._kind], color).pixmap(20, 20))
        self._close.setIcon(self._theme.icon("mdi6.close"))
        self.setStyleSheet(
            f"Notice {{ background: {colors.surface}; border: 1px solid {colors.border};"
            f" border-left: 4px solid {color}; }}"
        )
