"""Settings under a common title, with a way back to their defaults."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from convlab.settings import Setting
from convlab.ui.theme import Theme
from convlab.ui.widgets.field_row import ROW_MARGINS, FieldRow
from convlab.ui.widgets.number_field import number_text
from convlab.ui.widgets.setting_editors import editor_for


class SettingsGroup(QWidget):
    """A title, and below it whatever is added; fields know whether they have their defaults."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings: list[tuple[FieldRow, Setting]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._reset = self._reset_button(title)
        heading = QLabel(title)
        heading.setProperty("role", "title")
        line = QHBoxLayout()
        line.setContentsMargins(*ROW_MARGINS)
        line.addWidget(heading, 1)
        line.addWidget(self._reset)
        self._layout.addLayout(line)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def add(self, widget: QWidget) -> None:
        """Put a widget below what is there, in line with the labels and the editors."""
        line = QHBoxLayout()
        line.setContentsMargins(*ROW_MARGINS)
        line.addWidget(widget)
        self._layout.addLayout(line)

    def add_row(self, row: FieldRow) -> None:
        """Put a field below what is there."""
        self._layout.addWidget(row)

    def add_settings(self, settings: tuple[Setting, ...]) -> dict[str, FieldRow]:
        """Put a field for each setting below what is there; return the fields by name."""
        rows = {}
        for setting in settings:
            row = FieldRow(setting.about, editor_for(setting), self._theme, _help_text(setting))
            row.changed.connect(self.show_changes)
            self._settings.append((row, setting))
            self.add_row(row)
            rows[setting.name] = row
        return rows

    @Slot()
    def reset(self) -> None:
        """Give every field that is in use its default."""
        for row, setting in self._settings:
            if row.isVisibleTo(self):
                row.editor.setValue(setting.default)

    def reset_all(self) -> None:
        """Give every field its default, also those that are hidden."""
        for row, setting in self._settings:
            row.editor.setValue(setting.default)

    @Slot()
    def show_changes(self) -> None:
        """Mark the fields whose values differ from their defaults."""
        for row, setting in self._settings:
            row.set_marked(row.editor.value() != setting.default)
        marked = (row.is_marked and row.isVisibleTo(self) for row, _ in self._settings)
        self._reset.setVisible(any(marked))

    def _reset_button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setText("Reset")
        button.setAutoRaise(True)
        button.setToolTip(f"Give the settings under {title} their defaults")
        button.setAccessibleName(f"Reset {title.lower()} to defaults")
        button.clicked.connect(self.reset)
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.hide()
        return button

    @Slot()
    def _on_theme_changed(self) -> None:
        self._reset.setStyleSheet(f"QToolButton {{ color: {self._theme.colors.accent}; }}")


def _help_text(setting: Setting) -> str:
    unit = f" {setting.about.unit}" if setting.about.unit else ""
    limits = f" Allowed: {setting.range_text}{unit}." if setting.range_text else ""
    default = setting.default
    if isinstance(default, list):  # too long to be told
        return f"{setting.about.help}{limits}"
    shown = number_text(default) if isinstance(default, float) else default
    return f"{setting.about.help}{limits} Default: {shown}."
