"""Paints the cells of the table of runs: stars, states in their colors, small loss curves."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from convlab.app.run_columns import COLUMNS, CURVE, NAME, Standing, standing
from convlab.app.run_list import ENTRY_ROLE, Index
from convlab.app.run_overlays import RunOverlays
from convlab.training.run_store import RunEntry
from convlab.ui.theme import SPACE, Colors, Theme
from convlab.ui.widgets.plot_style import blend

STATE = next(number for number, column in enumerate(COLUMNS) if column.title == "State")
STAR = 14  # pixels
CURVE_MARGINS = (SPACE // 2, 4)  # pixels at the sides, and above and below

_Selected = QStyle.StateFlag.State_Selected


class RunDelegate(QStyledItemDelegate):
    """What cells look like beyond their text; a ticked run has the color that its curves have."""

    def __init__(self, theme: Theme, overlays: RunOverlays) -> None:
        super().__init__()
        self._theme = theme
        self._overlays = overlays

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Put a star before the names of starred runs, and give the states their colors."""
        super().initStyleOption(option, index)
        entry: RunEntry = index.data(ENTRY_ROLE)
        colors = self._theme.colors
        option.state &= ~QStyle.StateFlag.State_HasFocus
        is_selected = bool(option.state & _Selected)
        if index.column() == NAME and (": " in entry.title or entry.title.endswith(")")):
            # The ends tell the runs of a preset apart, and copies from what they are of.
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        if index.column() == NAME and entry.notes.starred:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            color = colors.on_accent if is_selected else colors.warning
            option.icon = self._theme.icon("mdi6.star", color)
            option.decorationSize = QSize(STAR, STAR)
        elif index.column() == STATE and not is_selected:
            color = _state_color(standing(entry), colors)
            option.palette.setColor(QPalette.ColorRole.Text, QColor(color))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        super().paint(painter, option, index)
        if index.column() == CURVE:
            entry: RunEntry = index.data(ENTRY_ROLE)
            is_selected = bool(option.state & _Selected)
            margin_x, margin_y = CURVE_MARGINS
            rect = QRectF(option.rect).adjusted(margin_x, margin_y, -margin_x, -margin_y)
            paint_curve(painter, rect, entry.info.curve, self._curve_color(entry, is_selected))

    def _curve_color(self, entry: RunEntry, is_selected: bool) -> QColor:
        colors, number = self._theme.colors, self._overlays.color_of(entry.name)
        if is_selected:
            return QColor(colors.on_accent)
        if number is not None:
            return QColor(colors.runs[number])
        return blend(colors.muted, colors.surface, 0.8)


def paint_curve(painter: QPainter, rect: QRectF, losses: tuple[float, ...], color: QColor) -> None:
    """Paint losses from left to right, with zero at the bottom of ``rect``."""
    if not losses:
        return
    top = max(losses) or 1.0
    step = rect.width() / max(1, len(losses) - 1)
    points = [
        QPointF(rect.left() + number * step, rect.bottom() - rect.height() * max(0.0, loss) / top)
        for number, loss in enumerate(losses)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.5, j=Qt.PenJoinStyle.RoundJoin))
    if len(points) == 1:
        painter.drawPoint(points[0])
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def _state_color(state: Standing, colors: Colors) -> str:
    return {
        "training": colors.accent,
        "interrupted": colors.warning,
        "finished": colors.good,
        "early": colors.good,
        "stopped": colors.warning,
        "diverged": colors.error,
        "moved": colors.warning,
    }[state]
