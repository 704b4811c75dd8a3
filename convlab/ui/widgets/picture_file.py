"""A widget as it is seen, as the content of a PNG file."""

from PySide6.QtCore import QBuffer, QIODevice, QMargins, QPoint
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QWidget

from convlab.ui.theme import SPACE, Theme

PNG_SCALE = 2  # sharp on a high-density screen and on paper


def png_of(widget: QWidget, theme: Theme) -> bytes:
    """Return ``widget`` with a margin in the window's color as a PNG file's content."""
    margin = 2 * SPACE
    size = widget.size().grownBy(QMargins(margin, margin, margin, margin))
    image = QImage(size * PNG_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_SCALE)
    image.fill(QColor(theme.colors.window))
    painter = QPainter(image)
    widget.render(painter, QPoint(margin, margin), renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())
