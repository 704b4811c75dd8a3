"""Light and dark: the colors of every widget and plot, in one place.

Qt's own switch of the color scheme does nothing on bare X11 or offscreen, and pyqtgraph ignores
palettes; so the lab always uses Fusion with a palette of its own and tells its plots when to
change.
"""

from dataclasses import dataclass
from typing import Literal

import qtawesome
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from convlab.resources import resource

Choice = Literal["system", "light", "dark"]

SPACE = 8  # pixels between related widgets; twice that between groups and at panel edges


@dataclass(frozen=True, slots=True)
class Colors:
    """The roles that colors play, as ``#rrggbb``."""

    window: str  # behind panels
    surface: str  # fields, plots, canvases
    raised: str  # buttons, headers
    border: str
    text: str
    muted: str  # secondary text, still readable on window and surface
    faint: str  # grid lines, bands
    accent: str  # selection, focus, the primary button
    on_accent: str
    train: str  # the curve of training accuracy and the loss
    test: str  # the curve of test accuracy
    good: str
    warning: str
    error: str
    runs: tuple[str, ...]  # curves of other runs, told apart from each other and from train, test


LIGHT = Colors(
    window="#f4f5f7",
    surface="#ffffff",
    raised="#ffffff",
    border="#c9ced6",
    text="#1c2128",
    muted="#57606a",
    faint="#e4e7eb",
    accent="#0b62c4",
    on_accent="#ffffff",
    train="#0b62c4",
    test="#c2500b",
    good="#1a7f37",
    warning="#8a5a00",
    error="#c21e2b",
    runs=("#8038c9", "#1a7f37", "#c2187a", "#0a7585", "#8a6a00", "#6b4a3a"),
)
DARK = Colors(
    window="#1b1e23",
    surface="#24282f",
    raised="#2e333b",
    border="#474e59",
    text="#e6e9ee",
    muted="#a3acb8",
    faint="#343a43",
    accent="#58a6ff",
    on_accent="#0d1726",
    train="#58a6ff",
    test="#f6a04d",
    good="#56d364",
    warning="#e3b341",
    error="#ff7b72",
    runs=("#c297ff", "#56d364", "#ff8ad1", "#4dd0d8", "#e3d341", "#d0a48f"),
)


class Theme(QObject):
    """The scheme in force; panels ask it for colors and listen for ``changed``."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._apply()

    @property
    def choice(self) -> Choice:
        """What the user asked for."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """Whether the dark colors are in force."""
        if self._choice == "system":
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"

    @property
    def colors(self) -> Colors:
        """The colors in force."""
        return DARK if self.is_dark else LIGHT

    def choose(self, choice: Choice) -> None:
        """Use a scheme, or follow the system's."""
        self._choice = choice
        self._apply()

    def icon(self, name: str, color: str | None = None) -> QIcon:
        """Return a Material Design icon, such as ``mdi6.play``, in the color of text or another."""
        colors = self.colors
        icon: QIcon = qtawesome.icon(name, color=color or colors.text, color_disabled=colors.border)
        return icon

    def _on_system_changed(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.colors))
        self._app.setStyleSheet(_style_sheet(self.colors))
        self.changed.emit()


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.window,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.surface,
        QPalette.ColorRole.AlternateBase: colors.window,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.muted,
        QPalette.ColorRole.Button: colors.raised,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.BrightText: colors.error,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.on_accent,
        QPalette.ColorRole.Accent: colors.accent,
        QPalette.ColorRole.Link: colors.accent,
        QPalette.ColorRole.Light: colors.surface,
        QPalette.ColorRole.Midlight: colors.faint,
        QPalette.ColorRole.Mid: colors.border,
        QPalette.ColorRole.Dark: colors.border,
        QPalette.ColorRole.Shadow: colors.border,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.muted))
    for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.Accent):  # of a slider, too
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.border))
    palette.setColor(
        QPalette.ColorGroup.Disabled, QPalette.ColorRole.HighlightedText, QColor(colors.muted)
    )
    return palette


def _style_sheet(colors: Colors) -> str:
    """What a palette cannot say: property-driven text colors and the primary button.

    Set ``label.setProperty("role", "muted")`` (or title, error, warning, good) on a label, and
    ``button.setProperty("role", "primary")`` on the one button that matters most.
    """

    def icon(name: str) -> str:
        return resource(f"icons/{name}-{'dark' if colors is DARK else 'light'}.svg").as_posix()

    return f"""
        QLabel[role="title"] {{ font-weight: 600; }}
        QLabel[role="muted"] {{ color: {colors.muted}; }}
        QLabel[role="error"] {{ color: {colors.error}; }}
        QLabel[role="warning"] {{ color: {colors.warning}; }}
        QLabel[role="good"] {{ color: {colors.good}; }}
        QToolTip {{
            color: {colors.text}; background: {colors.raised};
            border: 1px solid {colors.border}; padding: 4px;
        }}
        QCheckBox::indicator:unchecked, QTableView::indicator:unchecked {{
            background: {colors.surface}; border: 1px solid {colors.muted};
            border-radius: 2px; width: 13px; height: 13px;
        }}
        QCheckBox::indicator:checked, QTableView::indicator:checked {{
            background: {colors.accent}; border: 1px solid {colors.accent};
            border-radius: 2px; width: 13px; height: 13px; image: url("{icon("check")}");
        }}
        QCheckBox::indicator:checked:disabled, QTableView::indicator:checked:disabled {{
            background: {colors.border}; border-color: {colors.border};
        }}
        QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {colors.text}; }}
        QDockWidget {{
            titlebar-close-icon: url("{icon("close")}");
            titlebar-normal-icon: url("{icon("float")}");
        }}
        QDockWidget::title {{
            background: {colors.window}; text-align: left; padding: 2px {2 * SPACE - 4}px;
        }}
        QMainWindow::separator {{ background: {colors.window}; width: 6px; height: 6px; }}
        QMainWindow::separator:hover {{ background: {colors.border}; }}
        QPushButton[role="primary"] {{
            color: {colors.on_accent}; background: {colors.accent};
            border: 1px solid {colors.accent}; border-radius: 4px;
            padding: 5px 14px; font-weight: 600;
        }}
        QPushButton[role="primary"]:focus {{ border: 2px solid {colors.text}; padding: 4px 13px; }}
        QPushButton[role="primary"]:disabled {{
            color: {colors.muted}; background: {colors.faint}; border-color: {colors.border};
        }}
    """
