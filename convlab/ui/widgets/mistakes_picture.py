"""A confusion matrix and a calibration curve in one picture for a file."""

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.calibration_plot import CalibrationPlot
from convlab.ui.widgets.confusion_view import ConfusionView

PNG_SCALE = 2  # sharp on a high-density screen and on paper


def png_of(view: ConfusionView, plot: CalibrationPlot, title: str, theme: Theme) -> bytes:
    """Return the matrix beside the curve, below a title, as a PNG file's content."""
    matrix = view.sizeHint().expandedTo(view.size())
    side = max(matrix.height(), plot.minimumSizeHint().width())
    gap, line = 2 * SPACE, view.fontMetrics().height() + SPACE
    width, height = matrix.width() + side + 3 * gap, matrix.height() + 2 * gap + line
    image = QImage(PNG_SCALE * width, PNG_SCALE * height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_SCALE)
    image.fill(QColor(theme.colors.surface))
    painter = QPainter(image)
    painter.setPen(QColor(theme.colors.text))
    painter.drawText(gap, gap + view.fontMetrics().ascent(), title)
    painter.translate(gap, gap + line)
    view.paint_on(painter, matrix.width(), matrix.height())
    painter.translate(matrix.width() + gap, 0)
    plot.paint_on(painter, side, matrix.height())
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())
