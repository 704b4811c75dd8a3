"""Where one unit looks: its receptive field on the image and on the layer before."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.mosaic import Tiling
from convlab.insight.receptive_field import Region, Unit
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.map_colors import MapColors, colors_for, picture_of_maps
from convlab.ui.widgets.map_sections import Output

CAPTION = 18  # pixels above a picture
WIDEST_CAPTION = 100
SMALLEST, LARGEST = 64, 240  # pixels of a picture's edge
PARTS = 8  # of the width, of which the pictures take one at most
ROOMY, PARTS_IF_ROOMY = 960, 5  # from this width on, in pixels, they take a larger one


@dataclass(frozen=True, slots=True, eq=False)
class FieldPicture:
    """One map (H, W) of a layer's ``output`` (C, H, W), and the part of it that counts.

    One that can be chosen from, ``is_live``, passes on which of its units was clicked.
    """

    layer: str
    caption: str
    output: Output
    channel: int
    region: Region
    is_live: bool


class FieldPictures(QWidget):
    """Pictures one below the other, each with a region outlined.

    ``chosen`` carries a layer's name and the unit of it that was clicked.
    """

    chosen = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fields: tuple[FieldPicture, ...] = ()
        self._images: tuple[QImage, ...] = ()
        self._side = SMALLEST
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Receptive field")
        theme.changed.connect(self._on_theme_changed)

    @property
    def fields(self) -> tuple[FieldPicture, ...]:
        """What is shown, from top to bottom."""
        return self._fields

    def set_fields(self, fields: Sequence[FieldPicture]) -> None:
        """Show other pictures."""
        former = len(self._fields)
        self._fields = tuple(fields)
        self._images = tuple(_image(field) for field in fields)
        words = (f"{field.caption}: {_in_words(field.region)}" for field in fields)
        self.setAccessibleDescription("; ".join(words))
        if len(fields) != former:
            self.updateGeometry()
        self.update()

    def set_room(self, width: int, height: int) -> None:
        """Make the pictures as large as they can be in a panel of this size, within limits."""
        count = max(1, len(self._fields))
        side = (height - count * (CAPTION + SPACE // 2)) // count
        share = width // (PARTS_IF_ROOMY if width >= ROOMY else PARTS)
        side = min(max(min(side, share), SMALLEST), LARGEST)
        if side != self._side:
            self._side = side
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As large as the pictures and their captions."""
        metrics = self.fontMetrics()
        captions = (metrics.horizontalAdvance(field.caption) for field in self._fields)
        longest = min(max(captions, default=0), WIDEST_CAPTION)
        return QSize(
            max(self._side + 4, longest + 2),
            len(self._fields) * (CAPTION + self._side + SPACE // 2),
        )

    def minimumSizeHint(self) -> QSize:
        """As large as the pictures."""
        return self.sizeHint()

    def picture_rect(self, number: int) -> QRectF:
        """Return where a picture is."""
        field = self._fields[number]
        height, width = field.output.shape[1:]
        scale = self._side / max(height, width)
        top = number * (CAPTION + self._side + SPACE // 2) + CAPTION
        return QRectF(1, top, width * scale, height * scale)

    def region_rect(self, number: int) -> QRectF:
        """Return where the outlined region of a picture is."""
        region, rect = self._fields[number].region, self.picture_rect(number)
        scale = rect.width() / self._fields[number].output.shape[2]
        return QRectF(
            rect.left() + region.columns.start * scale,
            rect.top() + region.rows.start * scale,
            len(region.columns) * scale,
            len(region.rows) * scale,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint captions, pictures and outlines."""
        painter, colors = QPainter(self), self._theme.colors
        for number, (field, image) in enumerate(zip(self._fields, self._images, strict=True)):
            rect = self.picture_rect(number)
            caption = QRectF(0, rect.top() - CAPTION, self.width(), CAPTION)
            painter.setPen(QColor(colors.muted))
            text = self.fontMetrics().elidedText(
                field.caption, Qt.TextElideMode.ElideRight, self.width()
            )
            painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, text)
            painter.fillRect(rect.adjusted(-1, -1, 1, 1), QColor(colors.border))
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, rect.width() < image.width()
            )
            painter.drawImage(rect, image)
            if field.region.is_empty:
                continue
            region = self.region_rect(number).adjusted(-1, -1, 1, 1)
            painter.setPen(QPen(QColor(colors.surface), 4))
            painter.drawRect(region)
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRect(region)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the unit that is clicked."""
        found = self._unit_at(event.position())
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(*found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a click would do something."""
        is_live = self._unit_at(event.position()) is not None
        shape = Qt.CursorShape.CrossCursor if is_live else Qt.CursorShape.ArrowCursor
        self.setCursor(QCursor(shape))

    def _unit_at(self, point: QPointF) -> tuple[str, Unit] | None:
        for number, field in enumerate(self._fields):
            rect = self.picture_rect(number)
            if field.is_live and rect.contains(point):
                height, width = field.output.shape[1:]
                row = int((point.y() - rect.top()) / rect.height() * height)
                column = int((point.x() - rect.left()) / rect.width() * width)
                unit = (field.channel, min(row, height - 1), min(column, width - 1))
                return field.layer, unit
        return None

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()


def _image(field: FieldPicture) -> QImage:
    colors = colors_for(field.layer, field.output, own=False)
    only = slice(field.channel, field.channel + 1)
    one = field.output[only]
    _, height, width = one.shape
    own = MapColors(colors.ranges[only], colors.lookup)
    return picture_of_maps(one, Tiling(1, height, width, columns=1), own)


def _in_words(region: Region) -> str:
    if region.is_empty:
        return "nothing but padding"
    rows, columns = region.rows, region.columns
    return f"rows {rows.start + 1} to {rows.stop}, columns {columns.start + 1} to {columns.stop}"
