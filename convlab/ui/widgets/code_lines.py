"""A few lines of NumPy, to be read and copied."""

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from convlab.ui.theme import SPACE
from convlab.ui.widgets.plot_style import small_font


class CodeLines(QPlainTextEdit):
    """Shows lines in a fixed font, no higher than they need; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(small_font().pointSizeF())
        self.setFont(font)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Lines of NumPy")

    def set_lines(self, *parts: str) -> None:
        """Show texts one below the other; empty ones are left out."""
        self.setPlainText("\n".join(filter(None, parts)))
        self.setVisible(any(parts))
        lines = self.blockCount() + 2  # and a scroll bar
        self.setMaximumHeight(lines * self.fontMetrics().lineSpacing() + 2 * SPACE)
