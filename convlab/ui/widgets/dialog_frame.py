"""The frame that the lab's dialogs share: what they show, a line of text, and a row of buttons."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE


def fill_dialog(
    dialog: QDialog,
    content: QWidget,
    text: QLabel,
    buttons: Sequence[QPushButton],
    close: QPushButton,
) -> None:
    """Lay a dialog out: ``content`` takes the room, ``close`` stands apart on the right."""
    close.clicked.connect(dialog.close)
    row = QHBoxLayout()
    row.setSpacing(SPACE)
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    row.addWidget(close)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
    layout.setSpacing(SPACE)
    layout.addWidget(content, 1)
    layout.addWidget(text)
    layout.addLayout(row)
