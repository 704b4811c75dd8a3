"""A plot of curves over a shared x axis, with bands, marks and a cursor, in the theme's colors."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QWidget

from convlab.ui.theme import Theme
from convlab.ui.widgets.look import SYMBOL_SIZE, Look, run_look
from convlab.ui.widgets.plot_axis import PlotAxis, count_text
from convlab.ui.widgets.plot_overlay import Bands, Marks
from convlab.ui.widgets.plot_style import (
    blend,
    line_pen,
    prepare_plot,
    small_font,
    style_plot,
    translucent,
)

BAND_OPACITY = 0.45  # the grid lies under the bands
MARK_SHARE = 0.7
LABEL_OPACITY = 0.8
MOST_SYMBOLS = 200  # more would run together into a thick line
WIDEST_LABEL = "0.00000"
CAPTION = "Iteration"  # of the x axis
LOWEST = 64  # pixels
MARGINS = (0, 6, 12, 4)  # pixels: room for half a label beyond the ends of the axes
UNDER_OWN = -10  # where curves of other runs are drawn

Overlaid = tuple[tuple[int, bool], NDArray[np.number], NDArray[np.floating]]
"""A curve of another run: the number of its color, whether it is faint, points x and y (N,)."""


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """One plot; its view only moves when it is told to, or by the user's hand.

    ``cursor_moved`` carries where the mouse is on the x axis; ``zoomed`` says that the user has
    zoomed or moved the view.
    """

    cursor_moved = Signal(float)
    cursor_left = Signal()
    zoomed = Signal()

    def __init__(
        self, theme: Theme, y_text: Callable[[float, float], str], parent: QWidget | None = None
    ) -> None:
        axes = {
            "left": PlotAxis("left", y_text),
            "bottom": PlotAxis("bottom", count_text, CAPTION),
        }
        super().__init__(parent, axisItems=axes)
        self._theme = theme
        self._looks: list[tuple[pg.PlotDataItem, Look]] = []
        self._overlays: dict[tuple[int, bool], pg.PlotDataItem] = {}  # by color, and if faint
        prepare_plot(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(LOWEST)
        self.getPlotItem().layout.setContentsMargins(*MARGINS)
        self.setDownsampling(auto=True, mode="peak")
        self.setClipToView(True)
        view_box = self.getViewBox()
        self.bands = Bands(view_box)
        self.marks = Marks(view_box)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self.addItem(self._cursor, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        view_box.sigRangeChangedManually.connect(self._on_range_changed_manually)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return a modest size, so that a plot does not squeeze the panels beside it."""
        return QSize(400, 200)

    def add_curve(self, look: Look) -> pg.PlotDataItem:
        """Add an empty curve that stays cheap to draw with 100,000 points."""
        # Of what lies in one pixel, the highest and the lowest point are all that can be seen.
        curve = pg.PlotDataItem(autoDownsampleFactor=1)
        self.addItem(curve, ignoreBounds=True)
        self._looks.append((curve, look))
        self._style_curve(curve, look)
        return curve

    def set_points(
        self, curve: pg.PlotDataItem, x: NDArray[np.number], y: NDArray[np.floating]
    ) -> None:
        """Draw the points (N,) of a curve: with its symbols and smooth lines if they are few."""
        if _are_drawn(curve, x, y):
            return  # a plot is painted as a whole, however little is new
        look = next(look for known, look in self._looks if known is curve)
        few = look.symbol is not None and len(x) <= MOST_SYMBOLS
        curve.setData(x, y, symbol=look.symbol if few else None, antialias=few)

    def show_range(self, axis: Literal["x", "y"], low: float, high: float) -> None:
        """Set what is in view along one axis."""
        # Told of the range that it has, the plot still makes ticks and curves anew.
        if self.getViewBox().targetRange()["xy".index(axis)] != [low, high]:
            self.setRange(**{f"{axis}Range": (low, high)}, padding=0)

    def set_overlays(self, overlays: Sequence[Overlaid]) -> None:
        """Draw curves of other runs below those of the plot, each in its own color."""
        for curve in self._overlays.values():
            curve.hide()
        for color, x, y in overlays:
            if color not in self._overlays:
                number, is_faint = color
                self._overlays[color] = self.add_curve(run_look(number, is_faint=is_faint))
                self._overlays[color].setZValue(UNDER_OWN)
            self._overlays[color].setData(x, y, symbol="o" if len(x) == 1 else None)
            self._overlays[color].show()

    def set_cursor(self, x: float | None) -> None:
        """Put the hair line at ``x``, or take it away."""
        self._cursor.setVisible(x is not None)
        if x is not None:
            self._cursor.setPos(x)

    def curves(self) -> list[tuple[pg.PlotDataItem, Look]]:
        """Return the curves that are shown, with their looks, in the order they are painted."""
        return [(curve, look) for curve, look in self._looks if curve.isVisible()]

    def event(self, event: QEvent) -> bool:
        """Keep lines as wide as they were on a screen of another density."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._on_theme_changed()
        return bool(super().event(event))

    def leaveEvent(self, event: QEvent) -> None:
        """Say that there is nothing to point at any more."""
        super().leaveEvent(event)
        self.cursor_left.emit()

    @Slot(object)
    def _on_mouse_moved(self, position: QPointF) -> None:
        view_box = self.getViewBox()
        if view_box.sceneBoundingRect().contains(position):
            self.cursor_moved.emit(view_box.mapSceneToView(position).x())
        else:
            self.cursor_left.emit()

    @Slot()
    def _on_range_changed_manually(self) -> None:
        self.zoomed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        style_plot(self, colors)
        # The same width in every plot, so that plots below each other line up.
        advance = QFontMetricsF(small_font()).horizontalAdvance
        self.getAxis("left").setWidth(round(max(map(advance, (WIDEST_LABEL, CAPTION)))) + 12)
        self._cursor.setPen(self._in_data(line_pen(blend(colors.text, colors.surface, 0.7))))
        self.bands.set_color(translucent(colors.faint, BAND_OPACITY))
        self.marks.set_colors(
            line_pen(blend(colors.muted, colors.surface, MARK_SHARE), dashed=True),
            QColor(colors.muted),
            translucent(colors.surface, LABEL_OPACITY),
        )
        for curve, look in self._looks:
            self._style_curve(curve, look)

    def _style_curve(self, curve: pg.PlotDataItem, look: Look) -> None:
        colors = self._theme.colors
        curve.setPen(self._in_data(look.pen(colors)))
        curve.setSymbolSize(SYMBOL_SIZE)
        curve.setSymbolPen(self._in_data(look.symbol_pen(colors)))
        curve.setSymbolBrush(QColor(colors.surface))

    def _in_data(self, pen: QPen) -> QPen:
        """Return a pen that keeps its width where one unit is not one pixel.

        The width of such a pen counts in the pixels of the screen, not in those of the window.
        """
        pen.setCosmetic(True)
        pen.setWidthF(pen.widthF() * self.devicePixelRatioF())
        return pen


def _are_drawn(curve: pg.PlotDataItem, x: NDArray[np.number], y: NDArray[np.floating]) -> bool:
    drawn_x, drawn_y = curve.getOriginalDataset()
    if drawn_x is None:  # what pyqtgraph makes of no points
        return len(x) == 0
    return np.array_equal(drawn_x, x) and np.array_equal(drawn_y, y)
