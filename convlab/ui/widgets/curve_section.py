"""A plot under its title, its legend and the controls that concern it alone."""

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.curve_toggle import CurveToggle
from convlab.ui.widgets.look import Look


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
        self._legend.setSpacing(2 * SPACE)
        self._legend.addWidget(heading)
        self._controls = QHBoxLayout()
        self._controls.setSpacing(SPACE)
        header = QHBoxLayout()
        header.addLayout(self._legend)
        header.addStretch(1)
        header.addLayout(self._controls)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addWidget(self.plot, 1)

    def add_curve(self, name: str, look: Look) -> pg.PlotDataItem:
        """Add an empty curve to the plot and its toggle to the legend."""
        curve = self.plot.add_curve(look)
        self.toggles[name] = CurveToggle(name, curve, look, self._theme, self)
        self._legend.addWidget(self.toggles[name])
        return curve

    def add_beside_legend(self, widget: QWidget) -> None:
        """Add a widget that belongs to the curve that was added last."""
        self._legend.addWidget(widget)

    def add_control(self, widget: QWidget) -> None:
        """Add a widget at the right of the header."""
        self._controls.addWidget(widget)

    def legend(self) -> list[tuple[str, Look]]:
        """Return name and look of the curves that are shown."""
        return [(name, t.look) for name, t in self.toggles.items() if t.isChecked()]
