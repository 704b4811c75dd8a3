"""Pictures of plots for files: each with its title and legend, one below the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from convlab.ui.theme import SPACE, Colors
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.curve_section import CurveSection
from convlab.ui.widgets.curve_toggle import SWATCH, paint_swatch
from convlab.ui.widgets.look import Look
from convlab.ui.widgets.plot_style import small_font, window_font
from convlab.ui.widgets.run_legend import paint_runs

HEADER = 32  # pixels above a plot, for title and legend
LABEL_ALIGNMENT = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
PNG_SCALE = 2  # sharp on a high-density screen and on paper


Runs = Sequence[tuple[str, int]]  # names of other runs, and the numbers of their colors


def png_of(sections: Sequence[CurveSection], colors: Colors, runs: Runs = ()) -> bytes:
    """Return the figure as a PNG file's content; ``runs`` are named below the plots."""
    size = _size(sections, runs)
    image = QImage(size * PNG_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_SCALE)
    painter = QPainter(image)
    _paint(painter, sections, size, colors, runs)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def svg_of(sections: Sequence[CurveSection], colors: Colors, runs: Runs = ()) -> bytes:
    """Return the figure as an SVG file's content; ``runs`` are named below the plots."""
    size = _size(sections, runs)
    buffer = QBuffer()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the version that can clip
    generator.setOutputDevice(buffer)
    # Text and axes have the screen's resolution in mind.
    generator.setResolution(sections[0].logicalDpiX())
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(" and ".join(section.title for section in sections))
    painter = QPainter(generator)
    _paint(painter, sections, size, colors, runs)
    painter.end()
    return bytes(buffer.data().data())


def _size(sections: Sequence[CurveSection], runs: Runs) -> QSize:
    width = max(section.plot.width() for section in sections) + 2 * SPACE
    height = sum(HEADER + section.plot.height() for section in sections) + SPACE
    height += HEADER if runs else 0
    return QSize(width, height)


def _paint(
    painter: QPainter, sections: Sequence[CurveSection], size: QSize, colors: Colors, runs: Runs
) -> None:
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(colors.surface))
    top = 0.0
    for section in sections:
        header = QRectF(2 * SPACE, top, size.width() - 4 * SPACE, HEADER)
        _paint_header(painter, header, section, colors)
        painter.save()
        painter.translate(SPACE, header.bottom())
        _paint_plot(painter, section.plot, colors)
        painter.restore()
        top = header.bottom() + section.plot.height()
    painter.setFont(window_font())
    paint_runs(painter, QRectF(2 * SPACE, top, size.width() - 4 * SPACE, HEADER), runs, colors)


def _paint_header(painter: QPainter, rect: QRectF, section: CurveSection, colors: Colors) -> None:
    font = window_font()
    font.setBold(True)
    left = _paint_text(painter, rect, section.title, font, colors)
    for name, look in section.legend():
        swatch = QRectF(left + 2 * SPACE, 0, SWATCH.width(), SWATCH.height())
        swatch.moveCenter(QRectF(swatch.left(), rect.top(), swatch.width(), HEADER).center())
        paint_swatch(painter, swatch, look, colors)
        rect.setLeft(swatch.right() + SPACE / 2)
        left = _paint_text(painter, rect, name, window_font(), colors)


def _paint_text(painter: QPainter, rect: QRectF, text: str, font: QFont, colors: Colors) -> float:
    """Paint ``text`` at the left of ``rect`` and return where it ends."""
    painter.setFont(font)
    painter.setPen(QColor(colors.text))
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    return rect.left() + QFontMetricsF(font).horizontalAdvance(text)


def _paint_plot(painter: QPainter, plot: CurvePlot, colors: Colors) -> None:
    """Paint what the plot shows, without its cursor, in its size on the screen.

    Not by rendering the scene: that paints curves through the scale of the plot, and few readers
    of SVG can keep a line thin then; also QSvgGenerator forgets to end an axis's clipping.
    """
    box = plot.getViewBox().sceneBoundingRect()
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        with _painting_at(painter, axis.sceneBoundingRect(), axis.mapToScene(0, 0)):
            axis.paint(painter, None, None)
    label = QRectF(plot.getAxis("bottom").sceneBoundingRect())
    painter.setFont(small_font())
    painter.setPen(QColor(colors.muted))
    painter.drawText(label, LABEL_ALIGNMENT, plot.getAxis("bottom").labelText)
    with _painting_at(painter, box):
        plot.bands.paint(painter, QStyleOptionGraphicsItem())
    with _painting_at(painter, box, QPointF()):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve, look in plot.curves():
            _paint_curve(painter, plot, curve, look, colors)
    with _painting_at(painter, box):
        plot.marks.paint(painter, QStyleOptionGraphicsItem())


def _paint_curve(
    painter: QPainter, plot: CurvePlot, curve: pg.PlotDataItem, look: Look, colors: Colors
) -> None:
    x, y = curve.getData()
    if x is None:
        return
    box = plot.getViewBox().sceneBoundingRect()
    (left, right), (low, high) = plot.getViewBox().viewRange()
    x = box.left() + (x - left) * box.width() / (right - left)
    y = box.bottom() - (y - low) * box.height() / (high - low)
    look.paint_line(painter, pg.functions.arrayToQPath(x, y, connect="finite"), colors)
    points = map(QPointF, x.tolist(), y.tolist())
    look.paint_symbols(painter, curve.opts["symbol"], points, colors)


@contextmanager
def _painting_at(painter: QPainter, clip: QRectF, origin: QPointF | None = None) -> Iterator[None]:
    """Clip to a rectangle, and count from ``origin`` or from its top left."""
    painter.save()
    painter.setClipRect(clip)
    painter.translate(clip.topLeft() if origin is None else origin)
    yield
    painter.restore()
