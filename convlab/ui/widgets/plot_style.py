"""Makes pyqtgraph plots look like the rest of the window, which it does not do by itself."""

import pyqtgraph as pg
from PySide6.QtGui import QColor, QFont, QFontInfo, QPen
from PySide6.QtWidgets import QApplication

from convlab.ui.theme import Colors

GRID_SHARE = 0.4
UNDER_CURVES = -200  # a view box is at -100, an axis would paint its grid over it


def blend(color: str, background: str, share: float) -> QColor:
    """Return ``color`` laid over ``background`` with a ``share`` of 0 to 1, as an opaque color.

    Opaque, because curves with real transparency cost several times as much to draw.
    """
    over, under = QColor(color), QColor(background)
    mixed = (share * o + (1 - share) * u for o, u in zip(_rgb(over), _rgb(under), strict=True))
    return QColor.fromRgbF(*mixed)


def translucent(color: str, opacity: float) -> QColor:
    """Return ``color`` with an opacity of 0 to 1."""
    seen_through = QColor(color)
    seen_through.setAlphaF(opacity)
    return seen_through


def line_pen(color: QColor | str, width: float = 1, *, dashed: bool = False) -> QPen:
    """Return a pen of ``width`` pixels."""
    pen = QPen(QColor(color), width)
    if dashed:
        pen.setDashPattern([4, 2])
    return pen


def window_font() -> QFont:
    """Return the window's font under its real name, which an SVG file needs."""
    font = QFont(QApplication.font())
    font.setFamily(QFontInfo(font).family())
    return font


def small_font() -> QFont:
    """Return the window's font, one step smaller: for ticks and marks."""
    font = window_font()
    font.setPointSizeF(font.pointSizeF() * 0.9)
    return font


def prepare_plot(plot: pg.PlotWidget) -> None:
    """Take away what is for developers: the context menu, the auto button, SI prefixes."""
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.getPlotItem().disableAutoRange()
    for side in ("left", "bottom"):
        plot.getAxis(side).enableAutoSIPrefix(False)


def style_plot(plot: pg.PlotWidget, colors: Colors) -> None:
    """Give background, axes, ticks and grid the colors in force."""
    plot.setBackground(colors.surface)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setZValue(UNDER_CURVES)
        axis.setPen(line_pen(colors.border))
        axis.setTickPen(line_pen(colors.muted))
        axis.setTextPen(colors.muted)
        axis.label.setFont(small_font())
        axis.setStyle(tickFont=small_font(), tickLength=-4, maxTickLevel=0)
    # Opaque lines, one a label: translucent ones take most of the time that a plot is painted in.
    plot.showGrid(y=True, alpha=1.0)
    plot.getAxis("left").setTickPen(line_pen(blend(colors.border, colors.surface, GRID_SHARE)))
    plot.getAxis("left").setStyle(tickAlpha=255)


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()
