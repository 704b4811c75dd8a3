"""What stands below or beside a form that scrolls, always in view."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme

HELP_LINES = 4  # kept free, so that nothing moves while the help changes


class FormFooter(QFrame):
    """One sentence that sums the form up, and below it the help of one field.

    ``show_wanted`` says that the user wants to see where the problem is.
    """

    show_wanted = Signal()

    def __init__(self, hint: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._theme = theme
        self._is_beside = False
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        self._help = QLabel(hint)
        self._help.setWordWrap(True)
        self._help.setTextFormat(Qt.TextFormat.RichText)
        self._help.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._help.setMinimumHeight(HELP_LINES * self._help.fontMetrics().lineSpacing())
        self._show = QToolButton()
        self._show.setText("Show")
        self._show.setToolTip("Go to the first setting that cannot be used")
        self._show.setAccessibleName("Show the first problem")
        self._show.clicked.connect(self.show_wanted)
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        line.addWidget(self._summary, 1)
        line.addWidget(self._show, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(line)
        layout.addWidget(self._help, 1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def summary(self) -> str:
        """The sentence that sums the form up."""
        return self._summary.text()

    @property
    def help(self) -> str:
        """The help that is shown, as rich text."""
        return self._help.text()

    def sum_up(self, sentence: str, is_problem: bool) -> None:
        """Say how things stand; with a problem, offer to go there."""
        self._summary.setText(sentence)
        self._summary.setProperty("role", "error" if is_problem else "")
        self._summary.style().polish(self._summary)
        self._show.setVisible(is_problem)

    def set_help(self, text: str) -> None:
        """Show the help of a field as rich text; the hint if it is empty."""
        self._help.setText(text or self._hint)

    def stand_beside(self, is_beside: bool) -> None:
        """Stand at the right of the form, or below it."""
        if is_beside != self._is_beside:
            self._is_beside = is_beside
            self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        line = self._theme.colors.border
        side = "left" if self._is_beside else "top"
        self.setStyleSheet(f"FormFooter {{ border: none; border-{side}: 1px solid {line}; }}")
