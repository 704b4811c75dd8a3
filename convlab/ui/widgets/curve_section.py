"""A plot under its title, its legend and the controls that concern it alone."""

from collections.abc import Callable, Mapping

import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.curve_toggle import CurveToggle
from convlab.ui.widgets.look import Look

Direction = QBoxLayout.Direction


class CurveSection(QWidget):
    """One of several plots below each other; ``toggles`` are the legend, by name of the curve."""

    def __init__(
        self,
        title: str,
        y_text: Callable[[float, float], str],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.toggles: dict[str, CurveToggle] = {}
        self._theme = theme
        self.plot = CurvePlot(theme, y_text, self)
        self.plot.setAccessibleName(f"{title} over the iterations")
        heading = QLabel(title, self)
        heading.setProperty("role", "title")
        self._legend = QHBoxLayout()
        self._legend.setSpacing(SPACE + SPACE // 2)
        self._legend.addWidget(heading)
        self._legend.addStretch(1)  # everything is put before it
        self._controls = QHBoxLayout()
        self._controls.setSpacing(SPACE)
        self._controls.addStretch(1)
        self._header = QBoxLayout(Direction.LeftToRight)
        self._header.setSpacing(SPACE)
        for line in (self._legend, self._controls):
            self._header.addLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addLayout(self._header)
        layout.addWidget(self.plot, 1)

    def minimumSizeHint(self) -> QSize:
        """Return the width of legend or controls: where it is narrow, they are two lines."""
        width = max(line.minimumSize().width() for line in (self._legend, self._controls))
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the controls beside the legend, or below it where there is no room."""
        super().resizeEvent(event)
        lines = (self._legend, self._controls)
        fits = sum(line.minimumSize().width() for line in lines) + SPACE <= self.width()
        self._header.setDirection(Direction.LeftToRight if fits else Direction.TopToBottom)

    def add_curve(self, name: str, look: Look) -> pg.PlotDataItem:
        """Add an empty curve to the plot and its toggle to the legend."""
        curve = self.plot.add_curve(look)
        self.toggles[name] = CurveToggle(name, curve, look, self._theme, self)
        self.add_beside_legend(self.toggles[name])
        return curve

    def add_beside_legend(self, widget: QWidget) -> None:
        """Add a widget that belongs to the curve that was added last."""
        self._legend.insertWidget(self._legend.count() - 1, widget)

    def add_control(self, widget: QWidget) -> None:
        """Add a widget at the right of the header."""
        self._controls.addWidget(widget)

    def choices(self) -> dict[str, str]:
        """Return which curves are shown, by their names, for the next start."""
        return {name: "shown" if t.isChecked() else "hidden" for name, t in self.toggles.items()}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Show and hide curves as the last time."""
        for name, toggle in self.toggles.items():
            toggle.setChecked(choices.get(name) != "hidden")

    def legend(self) -> list[tuple[str, Look]]:
        """Return name and look of the curves that are shown."""
        return [(name, t.look) for name, t in self.toggles.items() if t.isChecked()]
