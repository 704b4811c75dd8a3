"""The table and the chart of the network's health as a picture, without the buttons around."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QLabel, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.picture_file import PNG_SCALE

MARGIN = 2 * SPACE


def health_png(
    body: QWidget, parts: Sequence[QWidget], heading: QLabel, title: str, theme: Theme
) -> bytes:
    """Return visible ``parts`` of ``body`` where they stand, as a PNG file's content.

    ``title`` stands in place of the text of ``heading``, and has the whole line.
    """
    shown = [(part, _place(part, body)) for part in parts if part.isVisibleTo(body)]
    line = _place(heading, body)
    whole = line
    for _, place in shown:
        whole = whole.united(place)
    size = whole.size() * PNG_SCALE
    image = QImage(size.width() + 2 * MARGIN * PNG_SCALE, size.height() + 2 * MARGIN * PNG_SCALE,
                   QImage.Format.Format_RGB32)  # fmt: skip
    image.setDevicePixelRatio(PNG_SCALE)
    image.fill(QColor(theme.colors.window))
    painter = QPainter(image)
    shift = QPoint(MARGIN, MARGIN) - whole.topLeft()
    for part, place in shown:
        part.render(painter, place.topLeft() + shift, renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.setFont(heading.font())
    painter.setPen(QColor(theme.colors.text))
    line.setRight(whole.right())
    painter.drawText(line.translated(shift), Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def _place(part: QWidget, body: QWidget) -> QRect:
    return QRect(part.mapTo(body, QPoint(0, 0)), part.size())
