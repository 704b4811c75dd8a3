"""Pictures of filters for files."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture

GRID = QSize(320, 340)  # pixels for each grid with its caption and color bar
GROWTH = 1.25  # of a grid that does not hold all of its filters yet
PNG_SCALE = 2  # sharp on a high-density screen and on paper


def png_of(pictures: Sequence[FilterPicture], theme: Theme) -> bytes:
    """Return the grids in a row, whatever the size of the window, as a PNG file's content."""
    grids = FilterGrids(theme)
    margin = 2 * SPACE
    grids.setContentsMargins(margin, margin, margin, margin)
    grids.set_pictures(pictures)
    size = GRID
    grids.resize(size.width() * len(pictures), size.height())
    while grids.scrolls:
        size *= GROWTH
        grids.resize(size.width() * len(pictures), size.height())
    image = QImage(grids.size() * PNG_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PNG_SCALE)
    image.fill(QColor(theme.colors.window))
    grids.render(image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())
