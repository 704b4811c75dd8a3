"""A button with the choice of colors and of what shares a color scale."""

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.filter_pictures import Colors, FilterColors, Scale

COLORS: dict[Colors, tuple[str, str]] = {
    "gray": (
        "Gray, as in the book",
        "The largest weights are black, the most negative ones white",
    ),
    "diverging": ("Diverging, centered at zero", "Red is positive, blue negative"),
}
SCALES: dict[Scale, tuple[str, str]] = {
    "filter": ("Own for each filter", "Shows the pattern of small weights, too, as in the book"),
    "grid": ("Own for each grid", "Makes the filters of a grid comparable"),
    "same": ("Same before and after", "Makes before and after comparable"),
}
# The book's figure gives every filter its own scale; a zero in common is worth more in colors.
FIRST_SCALES: dict[Colors, Scale] = {"gray": "filter", "diverging": "same"}


class ColorChoice(QPushButton):
    """Opens a menu; ``changed`` says that another entry was chosen there.

    Each of the two kinds of colors keeps the scale that was chosen for it.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scales = dict(FIRST_SCALES)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._colors = _choices(menu, "Colors", COLORS)
        self._scale = _choices(menu, "Scale", SCALES)
        self.setMenu(menu)
        self.setAccessibleName("Colors and scale")
        self.setToolTip("Colors of the weights, and which of them share a scale")
        self._colors.triggered.connect(self._on_colors_chosen)
        self._scale.triggered.connect(self._on_scale_chosen)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.choose("gray")

    def value(self) -> FilterColors:
        """Return what is chosen."""
        colors = cast(Colors, _chosen(self._colors))
        return FilterColors(colors, self._scales[colors])

    def choose(self, colors: Colors, scale: Scale | None = None) -> None:
        """Choose colors, and a scale for them; without one, these colors keep theirs."""
        if scale is not None:
            self._scales[colors] = scale
        _check(self._colors, colors)
        _check(self._scale, self._scales[colors])
        self.changed.emit()

    def choices(self) -> dict[str, str]:
        """Return all that was chosen, as text, to be remembered."""
        scales = {f"{colors}_scale": scale for colors, scale in self._scales.items()}
        return {"colors": str(_chosen(self._colors)), **scales}

    def restore(self, choices: Mapping[str, str]) -> None:
        """Choose what :meth:`choices` told; anything else is left as it is."""
        for colors in COLORS:
            scale = choices.get(f"{colors}_scale")
            if scale in SCALES:
                self._scales[colors] = scale
        wanted = choices.get("colors")
        self.choose(wanted if wanted in COLORS else self.value().colors)

    def _on_colors_chosen(self, action: QAction) -> None:
        self.choose(action.data())

    def _on_scale_chosen(self, action: QAction) -> None:
        self.choose(self.value().colors, action.data())

    def _on_theme_changed(self) -> None:
        self.setIcon(self._theme.icon("mdi6.palette"))


def _choices(menu: QMenu, title: str, texts: Mapping[Any, tuple[str, str]]) -> QActionGroup:
    menu.addSection(title)
    group = QActionGroup(menu)
    for value, (text, help_text) in texts.items():
        action = QAction(text, group, checkable=True)
        action.setData(value)
        action.setToolTip(help_text)
    menu.addActions(group.actions())
    return group


def _chosen(group: QActionGroup) -> object:
    return group.checkedAction().data()


def _check(group: QActionGroup, value: str) -> None:
    next(action for action in group.actions() if action.data() == value).setChecked(True)
