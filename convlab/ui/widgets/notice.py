"""A note over the window that says what happened, without stopping anyone."""

from typing import Literal

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from convlab.ui.theme import SPACE, Theme

Kind = Literal["good", "warning", "error"]

_ICONS: dict[Kind, str] = {
    "good": "mdi6.check-circle-outline",
    "warning": "mdi6.alert-outline",
    "error": "mdi6.alert-circle-outline",
}


class Notice(QFrame):
    """Hidden until :meth:`say`; stays until it is closed or something else is said.

    It floats over its parent, so that nothing moves when it comes; ``said`` asks for a place.
    """

    said = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
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
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        for widget in (self._icon, self._text, self._close):
            row.addWidget(widget)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

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
        self.said.emit()
        self.show()
        self.raise_()

    def place(self, room: QRect, otherwise: QRect) -> None:
        """Fill ``room`` if the text fits in there, else the lower end of ``otherwise``."""
        if self.heightForWidth(room.width()) <= room.height():
            self.setGeometry(room)
            return
        height = self.heightForWidth(otherwise.width()) + 2 * SPACE
        otherwise.setTop(otherwise.bottom() + 1 - height)
        self.setGeometry(otherwise)

    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        color = {"good": colors.good, "warning": colors.warning, "error": colors.error}[self._kind]
        self._icon.setPixmap(self._theme.icon(_ICONS[self._kind], color).pixmap(20, 20))
        self._close.setIcon(self._theme.icon("mdi6.close"))
        self.setStyleSheet(
            f"Notice {{ background: {colors.surface}; border: 1px solid {colors.border};"
            f" border-left: 4px solid {color}; }}"
        )
