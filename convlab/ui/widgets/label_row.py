"""Ten digits in a row: one click says what a drawing was meant to be."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from convlab.ui.theme import SPACE, Theme

NARROWEST = 16  # pixels of a button
ICON = QSize(18, 18)


class LabelRow(QWidget):
    """*It was a* 0 to 9, and a button that opens the set of drawings.

    ``labeled`` carries the digit that was clicked. A digit stays marked until the next drawing, so
    that one sees what was filed, and cannot file it twice.
    """

    labeled = Signal(int)
    drawings_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        caption = QLabel("It was a")
        caption.setProperty("role", "muted")
        self.drawings_button = QToolButton()
        self.drawings_button.setAutoRaise(True)
        self.drawings_button.setIconSize(ICON)
        self.drawings_button.setAccessibleName("My drawings")
        self.drawings_button.setToolTip(
            "My drawings: look at them, evaluate, learn from them, export"
        )
        self.drawings_button.clicked.connect(self.drawings_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(caption)
        row.addSpacing(SPACE // 2)
        for digit in range(10):
            button = QToolButton()
            button.setText(str(digit))
            button.setAutoRaise(True)
            button.setCheckable(True)
            button.setMinimumWidth(NARROWEST)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setAccessibleName(f"It was a {digit}")
            button.setToolTip(f"File this drawing as a {digit} among my drawings")
            self._group.addButton(button, digit)
            row.addWidget(button, 1)
        row.addSpacing(SPACE // 2)
        row.addWidget(self.drawings_button)
        self._group.buttonClicked.connect(self._on_clicked)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.offer(has_drawing=False)

    def button(self, digit: int) -> QAbstractButton:
        """Return the button of a digit."""
        return self._group.button(digit)

    def offer(self, *, has_drawing: bool) -> None:
        """Offer the digits for another drawing, or none while the paper is empty."""
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
            button.setEnabled(has_drawing)
        self._group.setExclusive(True)

    def mark(self, digit: int) -> None:
        """Show under which digit the drawing was filed, and offer no other."""
        self.button(digit).setChecked(True)
        for button in self._group.buttons():
            button.setEnabled(button is self.button(digit))

    @Slot(QAbstractButton)
    def _on_clicked(self, button: QAbstractButton) -> None:
        if sum(b.isEnabled() for b in self._group.buttons()) > 1:  # else it is filed already
            self.labeled.emit(self._group.id(button))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.drawings_button.setIcon(self._theme.icon("mdi6.tray-full"))
