"""A row of named values that may change many times a second without moving."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from convlab.ui.theme import SPACE
from convlab.ui.widgets.steady_label import SteadyLabel


class Readout(QWidget):
    """Columns, each with a caption above its value.

    ``columns`` are the captions, each with the widest text that its value may have: so many values
    fit into little width, and none moves another. What is left of the width is shared equally.
    """

    def __init__(self, columns: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE)
        layout.setVerticalSpacing(0)
        self._values = []
        for column, (caption, widest) in enumerate(columns.items()):
            heading = QLabel(caption, self)
            heading.setProperty("role", "muted")
            value = SteadyLabel(parent=self)
            value.label.setAccessibleDescription(caption)
            value.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            # The value must not have a say in the width of its column.
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            layout.addWidget(heading, 0, column)
            layout.addWidget(value, 1, column)
            layout.setColumnStretch(column, 1)
            layout.setColumnMinimumWidth(column, value.fontMetrics().horizontalAdvance(widest))
            self._values.append(value)
        self.set_values([""] * len(columns))

    def values(self) -> tuple[str, ...]:
        """Return the texts that are shown."""
        return tuple(value.text() for value in self._values)

    def set_values(self, texts: Sequence[str]) -> None:
        """Show one text in each column; an empty one is shown as a dash."""
        for value, text in zip(self._values, texts, strict=True):
            value.set_text(text or "–")
