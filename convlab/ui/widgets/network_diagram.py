"""The diagram of a network, in which a layer can be pointed at and chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolTip, QWidget

from convlab.insight.layer_words import words_for
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.diagram_columns import DiagramColumn
from convlab.ui.widgets.diagram_painter import LOWEST_PICTURE, DiagramPainter

EXPORTED_PICTURE = 110.0  # pixels
PNG_SCALE = 2  # sharp on a high-density screen and on paper
TOOL_TIP_WIDTH = 320  # pixels
SCALES = [1 + step / 20 for step in range(10, 0, -1)]  # 1.5 and less, where there is much room


class NetworkDiagram(QWidget):
    """Layers side by side, in as many bands as the width asks for, which scroll.

    Where there is much room, they are larger than the text around, up to a limit, and centered.

    ``pointed`` says that :attr:`pointed_layer` is another one; ``chosen`` carries the name of a
    layer that was clicked, or reached with the arrow keys.
    """

    pointed = Signal()
    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns: tuple[DiagramColumn, ...] = ()
        self.layers = _Layers(self)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll.setWidget(self.layers)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._scroll)
        self.setFocusProxy(self.layers)
        self._arrange()
        theme.changed.connect(self._on_theme_changed)

    @property
    def pointed_layer(self) -> DiagramColumn | None:
        """The layer under the mouse."""
        return None if self.layers.pointed is None else self._columns[self.layers.pointed]

    @property
    def chosen_layer(self) -> DiagramColumn | None:
        """The layer that is chosen."""
        return None if self.layers.chosen is None else self._columns[self.layers.chosen]

    def set_columns(self, columns: Sequence[DiagramColumn]) -> None:
        """Show other layers, or other numbers of them."""
        names = [column.name for column in self._columns]
        self._columns = tuple(columns)
        if names != [column.name for column in columns]:
            self.layers.pointed = self.layers.chosen = None
        self._arrange()

    def set_chosen(self, name: str) -> None:
        """Mark the layer of this name, if there is one, and scroll to it."""
        numbers = (n for n, column in enumerate(self._columns) if column.name == name)
        number = next((n for n in numbers if self._columns[n].kind), None)
        if number == self.layers.chosen:
            return
        self.layers.chosen = number
        if number is not None:
            self._show_column(number)
            self.layers.setAccessibleDescription(self._columns[number].in_words)
        self.layers.update()

    def png(self) -> bytes:
        """Return the whole diagram as a PNG file's content."""
        size = self._export_size()
        image = QImage(size * PNG_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(PNG_SCALE)
        self._paint_on(QPainter(image), size)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(image)
        return bytes(buffer.data().data())

    def svg(self) -> bytes:
        """Return the whole diagram as an SVG file's content."""
        size = self._export_size()
        buffer = QBuffer()
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(self.logicalDpiX())
        generator.setSize(size)
        generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
        generator.setTitle("Architecture")
        self._paint_on(QPainter(generator), size)
        return bytes(buffer.data().data())

    def minimumSizeHint(self) -> QSize:
        """Keep one band; the others may scroll."""
        painter = self.layers.painter
        return QSize(int(painter.label_width) + 120, int(painter.text_height + LOWEST_PICTURE) + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the layers what there is, and the pictures what the rows leave."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        colors, font, width = self._theme.colors, self.font(), self.width()
        painter = DiagramPainter(self._columns, font, colors, room=width)
        if painter.height > self.height():
            width -= self._scroll.verticalScrollBar().sizeHint().width()
            painter = DiagramPainter(self._columns, font, colors, room=width)
        self.layers.scale = scale = self._largest_scale(painter)
        spare = max(0.0, self.height() / scale - painter.height) / painter.bands
        picture, room = LOWEST_PICTURE + spare, width / scale
        self.layers.painter = painter = DiagramPainter(self._columns, font, colors, picture, room)
        self.layers.resize(QSize(int(scale * painter.width) + 1, int(scale * painter.height)))
        self.layers.update()

    def _largest_scale(self, usual: DiagramPainter) -> float:
        """Return how much larger than ``usual`` all can be without a further band or scrolling."""
        for scale in SCALES:
            if scale * usual.height > self.height():
                continue
            room = self.width() / scale
            painter = DiagramPainter(self._columns, self.font(), self._theme.colors, room=room)
            if painter.bands == usual.bands and scale * painter.width <= self.width():
                return scale
        return 1.0

    def _show_column(self, number: int) -> None:
        rect = self.layers.column_rect(number).toRect()
        x, y = rect.center().x(), rect.center().y()
        self._scroll.ensureVisible(x, y, rect.width() // 2 + SPACE, rect.height() // 2)

    def _export_size(self) -> QSize:
        painter = self._export_painter()
        return QSize(int(painter.width) + 4 * SPACE, int(painter.height) + 4 * SPACE)

    def _export_painter(self) -> DiagramPainter:
        return DiagramPainter(self._columns, self.font(), self._theme.colors, EXPORTED_PICTURE)

    def _paint_on(self, painter: QPainter, size: QSize) -> None:
        diagram = self._export_painter()
        ground = QRectF(0, 0, size.width(), size.height())
        painter.fillRect(ground, QColor(self._theme.colors.window))
        painter.translate(2 * SPACE, 2 * SPACE)
        diagram.paint(painter)
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._arrange()


class _Layers(QWidget):
    """The columns; numbers count them from 0, the input included."""

    def __init__(self, diagram: NetworkDiagram) -> None:
        super().__init__()
        self._diagram = diagram
        self.painter = DiagramPainter((), self.font(), diagram._theme.colors)
        self.scale = 1.0
        self.pointed: int | None = None
        self.chosen: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layers")

    def column_rect(self, number: int) -> QRectF:
        """Return where a column is in the widget."""
        rect, scale = self.painter.column_rect(number), self.scale
        return QRectF(rect.topLeft() * scale, rect.size() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers, and a frame around them that shows the keyboard's place."""
        painter = QPainter(self)
        painter.scale(self.scale, self.scale)
        self.painter.paint(painter, self.chosen, self.pointed)
        painter.resetTransform()
        if self.hasFocus() and self.chosen is None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self._diagram._theme.colors.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which layer is pointed at."""
        self._point(self._layer_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that none is."""
        self._point(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the layer that is clicked."""
        number = self._layer_at(event.position())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self._diagram.chosen.emit(self.painter.columns[number].name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next layer with the arrow keys, and the first or last one."""
        numbers = [n for n, column in enumerate(self.painter.columns) if column.kind]
        at = numbers.index(self.chosen) if self.chosen in numbers else -1
        targets = {
            Qt.Key.Key_Left: max(at - 1, 0),
            Qt.Key.Key_Right: min(at + 1, len(numbers) - 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(numbers) - 1,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or not numbers:
            super().keyPressEvent(event)
            return
        self._diagram.chosen.emit(self.painter.columns[numbers[target]].name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Explain the layer under the mouse."""
        if isinstance(event, QHelpEvent):
            number = self._layer_at(QPointF(event.pos()))
            text = "" if number is None else tool_tip(self.painter.columns[number])
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _point(self, number: int | None) -> None:
        if number != self.pointed:
            self.pointed = number
            self.update()
            self._diagram.pointed.emit()

    def _layer_at(self, point: QPointF) -> int | None:
        number = self.painter.column_at(QPointF(point.x() / self.scale, point.y() / self.scale))
        return number if number is not None and self.painter.columns[number].kind else None


def tool_tip(column: DiagramColumn) -> str:
    """Return what a layer does, and its formula, as rich text that wraps."""
    words = words_for(column.kind)
    formula = words.formula.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<table width={TOOL_TIP_WIDTH}><tr><td><b>{column.name}</b> ({column.kind})<br>"
        f"{words.sentences}<br><i>{formula}</i></td></tr></table>"
    )
