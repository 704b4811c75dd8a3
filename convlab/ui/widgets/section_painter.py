"""Paints one layer's output: a title with the scale of its colors, and maps or bars."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from convlab.ui.theme import SPACE, Colors
from convlab.ui.widgets.color_map import Lookup
from convlab.ui.widgets.map_colors import MapColors
from convlab.ui.widgets.map_sections import LABELS, TITLE, Output, Section

SCALE_WIDTH = 56  # pixels of the colors in a title
NARROWEST_SCALE = 16  # the same where there is little room
GAP = SPACE // 2  # between the colors and their numbers
POSITIVE, NEGATIVE = 0.85, 0.15  # where in the colors those of bars lie

_CENTER = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def paint_title(
    painter: QPainter,
    section: Section,
    scale: MapColors,
    width: float,
    colors: Colors,
    *,
    stands_out: bool,
) -> None:
    """Paint the layer's name and shape, and at the right which colors stand for which numbers."""
    rect = QRectF(0, section.top, width - SPACE, TITLE)
    bold = QFont(painter.font())
    bold.setBold(True)
    painter.save()
    painter.setFont(bold)
    painter.setPen(QColor(colors.accent if stands_out else colors.text))
    painter.drawText(rect, _CENTER, section.name)
    left = QFontMetricsF(bold).horizontalAdvance(section.name) + SPACE
    painter.restore()
    painter.setPen(QColor(colors.muted))
    painter.drawText(rect.adjusted(left, 0, 0, 0), _CENTER, shape_words(section.shape))
    left += QFontMetricsF(painter.font()).horizontalAdvance(shape_words(section.shape)) + 2 * SPACE
    _paint_scale(painter, rect.adjusted(left, 0, 0, 0), scale, is_bars=section.tiling is None)


def paint_maps(painter: QPainter, section: Section, picture: QImage, colors: Colors) -> None:
    """Paint the maps, each in a thin frame; pixels stay sharp squares where they are enlarged."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.border))
    for number in range(section.shape[0]):
        painter.drawRect(section.tile_rect(number).adjusted(-1, -1, 1, 1))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, section.scale < 1)
    painter.drawImage(section.body, picture)
    painter.restore()


def paint_bars(
    painter: QPainter,
    section: Section,
    values: Output,
    scale: MapColors,
    colors: Colors,
    labels: Sequence[str],
) -> None:
    """Paint a bar for each unit from the line of zero, and a name below it if there is one."""
    limit = scale.ranges[0, 1]
    inks = [_ink(scale.lookup, at) for at in (NEGATIVE, POSITIVE)]
    gap = 1.0 if section.scale >= 4 else 0.5
    for number, value in enumerate(values):
        place = section.unit_rect((number,))
        painter.fillRect(place.adjusted(0, 2, 0, -2), QColor(colors.faint))
        half = place.height() / 2 - 3
        share = float(np.clip(np.nan_to_num(value / limit), -1.0, 1.0))
        bar = QRectF(place.left(), place.center().y(), place.width(), -share * half).normalized()
        painter.fillRect(bar.adjusted(gap, 0, -gap, 0), inks[share > 0])
    painter.setPen(QPen(QColor(colors.muted), 1))
    for row in range(round(section.body.height() / section.row)):
        y = section.body.top() + (row + 0.5) * section.row
        count = min(section.per_row, len(values) - row * section.per_row)
        left, right = section.body.left(), section.body.left() + count * section.scale
        painter.drawLine(QPointF(left, y), QPointF(right, y))
    if section.has_labels and len(labels) == len(values):
        _paint_labels(painter, section, labels, colors)


def shape_words(shape: tuple[int, ...]) -> str:
    """Return a shape as people say it, such as ``30 maps of 24×24`` or ``100 units``."""
    if len(shape) == 1:
        return f"{shape[0]:,} unit{'' if shape[0] == 1 else 's'}"
    count, height, width = shape
    return f"{count:,} map{'' if count == 1 else 's'} of {height}×{width}"


def _paint_labels(
    painter: QPainter, section: Section, labels: Sequence[str], colors: Colors
) -> None:
    metrics = QFontMetricsF(painter.font())
    if section.per_row < len(labels):
        return
    painter.setPen(QColor(colors.muted))
    for number, label in enumerate(labels):
        place = section.unit_rect((number,))
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, place.width())
        below = QRectF(place.left(), section.body.bottom(), place.width(), LABELS)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)


def _paint_scale(painter: QPainter, rect: QRectF, scale: MapColors, *, is_bars: bool) -> None:
    """Paint the lowest number, the colors, and the highest; what has no room is left out."""
    limits = scale.limits
    low, high = ("−max", "+max of each map") if limits is None else map(_number, limits)
    metrics = QFontMetricsF(painter.font())
    widths = [metrics.horizontalAdvance(text) for text in (low, high)]
    colors_width = min(SCALE_WIDTH, int(rect.width() - sum(widths) - 2 * GAP))
    if colors_width < NARROWEST_SCALE:
        return
    right = QRectF(rect.right() - widths[1], rect.top(), widths[1], rect.height())
    bar = QRectF(right.left() - GAP - colors_width, rect.center().y() - 4, colors_width, 8)
    left = QRectF(bar.left() - GAP - widths[0], rect.top(), widths[0], rect.height())
    painter.drawText(left, _CENTER, low)
    painter.drawText(right, _CENTER, high)
    if is_bars:
        painter.fillRect(bar.adjusted(0, 0, -colors_width / 2, 0), _ink(scale.lookup, NEGATIVE))
        painter.fillRect(bar.adjusted(colors_width / 2, 0, 0, 0), _ink(scale.lookup, POSITIVE))
        return
    pixels = np.ascontiguousarray(scale.lookup)
    image = QImage(pixels.data, len(pixels), 1, 3 * len(pixels), QImage.Format.Format_RGB888)
    painter.drawImage(bar, image)


def _ink(lookup: Lookup, at: float) -> QColor:
    return QColor(*(int(n) for n in lookup[int(at * (len(lookup) - 1))]))


def _number(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if value else "0"
