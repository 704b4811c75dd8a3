"""A legend entry that shows and hides its curve."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QCheckBox, QWidget

from convlab.ui.theme import Colors, Theme
from convlab.ui.widgets.look import Look

SWATCH = QSize(24, 12)


class CurveToggle(QCheckBox):
    """A check box with a piece of the curve, in its color, line and symbol."""

    def __init__(
        self, name: str, curve: pg.PlotDataItem, look: Look, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(name, parent)
        self.look = look
        self._curve = curve
        self._theme = theme
        self.setChecked(True)
        self.setIconSize(SWATCH)
        self.setToolTip(f"Show or hide the curve “{name}”")
        self.toggled.connect(self._on_toggled)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot(bool)
    def _on_toggled(self, checked: bool) -> None:
        self._curve.setVisible(checked)

    @Slot()
    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(SWATCH * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_swatch(painter, QRectF(QPointF(), SWATCH.toSizeF()), self.look, self._theme.colors)
        painter.end()
        self.setIcon(QIcon(pixmap))


def paint_swatch(painter: QPainter, rect: QRectF, look: Look, colors: Colors) -> None:
    """Paint a short piece of a curve across the middle of ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = rect.center()
    path = QPainterPath(QPointF(rect.left(), middle.y()))
    path.lineTo(rect.right(), middle.y())
    look.paint_line(painter, path, colors)
    look.paint_symbols(painter, look.symbol, [middle], colors)
    painter.restore()
