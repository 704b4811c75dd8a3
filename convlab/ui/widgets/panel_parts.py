"""Small things that panels have alike."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from convlab.ui.theme import Theme


class ExportButton(QPushButton):
    """Saves what a panel shows: at once, or as what is chosen in a menu.

    ``forms`` are the texts of the menu with what each calls; a single one needs no menu.
    """

    def __init__(
        self,
        theme: Theme,
        forms: Mapping[str, Callable[[], None]],
        accessible_name: str = "Export",
        parent: QWidget | None = None,
    ) -> None:
        self._text = "Export" if len(forms) > 1 else "Export…"  # a question follows at once
        super().__init__(self._text, parent)
        self._theme = theme
        self.setAccessibleName(accessible_name)
        if len(forms) == 1:
            (export,) = forms.values()
            self.clicked.connect(export)
        else:
            menu = QMenu(self)
            for text, export in forms.items():
                menu.addAction(text, export)
            self.setMenu(menu)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_with_word(self, with_word: bool) -> None:
        """Show a word beside the icon, or the icon alone where there is little room."""
        self.setText(self._text if with_word else "")

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setIcon(self._theme.icon("mdi6.export-variant"))


def muted_label(
    text: str = "", alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter
) -> QLabel:
    """Return a label in the muted color whose text may take several lines."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setAlignment(alignment)
    return label
