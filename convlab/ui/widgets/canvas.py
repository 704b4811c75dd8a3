"""The paper that a digit is drawn on."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.app.shown_picture import ShownPicture
from convlab.app.sketch import Sketch
from convlab.data.digit_image import Drawing
from convlab.data.drawn_over import picture_frame
from convlab.ui.theme import Theme
from convlab.ui.widgets.brush import Brush, drawing_action
from convlab.ui.widgets.image_pictures import ink_of, picture_of
from convlab.ui.widgets.ink_layer import InkLayer

HINT = "Draw a digit here"
FRAME = 2  # pixels
SMALLEST = 168  # pixels
USUAL = 296


class DrawingCanvas(QWidget):
    """A square sheet for mouse, touchpad, touch screen and pen, with an eraser and the way back.

    A picture may lie on it: strokes go on top of it, until the sheet is cleared.

    ``drawing_changed`` follows every move, so that its receiver should not work at each.
    Coordinates of drawings are in units of the paper's side, 0 to 1, and survive resizing.
    """

    drawing_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sketch = Sketch()
        self._layer = InkLayer()
        self._erases = False  # what the stroke under way does
        self._width = 0.0
        self.brush = Brush(theme, self)
        self.undo_action = drawing_action(self, "Undo", "Ctrl+Z")
        self.redo_action = drawing_action(self, "Redo", "Ctrl+Shift+Z", "Ctrl+Y")
        self.clear_action = drawing_action(self, "Clear", "Del")
        self.undo_action.triggered.connect(self.undo)
        self.redo_action.triggered.connect(self.redo)
        self.clear_action.triggered.connect(self.clear)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Drawing canvas")
        self.setAccessibleDescription("Draw a digit with the mouse, a finger or a pen.")
        self.brush.changed.connect(self._on_brush_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_sketch_changed()

    def drawing(self) -> Drawing:
        """Return what is on the paper, in units of its side."""
        return self._sketch.drawing

    def set_drawing(self, drawing: Drawing) -> None:
        """Show another drawing, in units of the paper's side; this can be undone."""
        self._sketch.replace(drawing)
        self._on_sketch_changed()

    @property
    def picture(self) -> ShownPicture | None:
        """The picture that lies on the paper, without the strokes on it."""
        return self._sketch.picture

    @property
    def shows_picture(self) -> bool:
        """Whether a picture lies on the paper."""
        return self.picture is not None

    def set_picture(self, picture: ShownPicture) -> None:
        """Lay a picture on a new sheet; undoing brings the drawing back."""
        self._sketch.replace(Drawing(), picture)
        self._on_sketch_changed()

    @Slot()
    def undo(self) -> None:
        """Take back the last stroke or clearing."""
        self._sketch.undo()
        self._on_sketch_changed()

    @Slot()
    def redo(self) -> None:
        """Take back an undo."""
        self._sketch.redo()
        self._on_sketch_changed()

    @Slot()
    def clear(self) -> None:
        """Take a new sheet; this can be undone."""
        self._sketch.clear()
        self._on_sketch_changed()

    @property
    def paper(self) -> QRectF:
        """The square of paper within the widget, in pixels."""
        side = max(1, min(self.width(), self.height()) - 2 * FRAME)
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def minimumSizeHint(self) -> QSize:
        """Leave room enough to draw a digit."""
        return QSize(SMALLEST, SMALLEST)

    def sizeHint(self) -> QSize:
        """Ask for a sheet about as large as a hand draws comfortably."""
        return QSize(USUAL, USUAL)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._begin(event.position(), erases=self.brush.erases)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._extend(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a tablet's pen, and erase with its other end."""
        match event.type():
            case QTabletEvent.Type.TabletPress if event.button() is Qt.MouseButton.LeftButton:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                turned = event.pointerType() is QPointingDevice.PointerType.Eraser
                self._begin(event.position(), erases=turned or self.brush.erases)
            case QTabletEvent.Type.TabletMove if self._sketch.is_under_way:
                self._extend(event.position())
            case QTabletEvent.Type.TabletRelease if self._sketch.is_under_way:
                self._end()
            case _:
                event.ignore()
                return
        event.accept()  # else the same comes again as the mouse's

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the cursor's ring stay as wide as the tool."""
        super().resizeEvent(event)
        self._on_brush_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the paper, its frame, and the ink or the hint."""
        colors, paper = self._theme.colors, self.paper
        ink = self._ink()
        if not self._layer.fits(paper.width(), self.devicePixelRatioF(), ink):
            self._layer.redraw(self._sketch.strokes, paper.width(), self.devicePixelRatioF(), ink)
        painter = QPainter(self)
        painter.fillRect(paper, QColor(colors.surface))
        if self._sketch.is_empty:
            painter.setPen(QColor(colors.muted))
            painter.drawText(paper, Qt.AlignmentFlag.AlignCenter, HINT)
        self._layer.paint(painter, paper.topLeft())
        width = FRAME if self.hasFocus() else 1
        pen = QPen(QColor(colors.accent if self.hasFocus() else colors.border), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        out = width / 2
        painter.drawRect(paper.adjusted(-out, -out, out, out))

    def _ink(self) -> QColor:
        """Return the color of the pen: on a picture in color it leaves white, as in the data."""
        picture = self.picture
        is_colored = picture is not None and picture.image.shape[0] != 1
        return QColor("#ffffff" if is_colored else self._theme.colors.text)

    def _new_layer(self) -> InkLayer:
        """Return a layer without strokes; a gray picture looks as if it had been drawn here."""
        if self.picture is None:
            return InkLayer()
        image = self.picture.image
        frame = picture_frame(*image.shape[1:])
        place = QRectF(*frame.corner.tolist(), *frame.size.tolist())
        if image.shape[0] != 1:
            return InkLayer(picture_of(image), place, QColor("#000000"))
        ink = self._ink()
        return InkLayer(ink_of(image, (ink.red(), ink.green(), ink.blue())), place)

    def _place(self, position: QPointF) -> tuple[float, float]:
        """Return a position in units of the paper's side; off the paper, its nearest edge."""
        paper = self.paper
        at = position - paper.topLeft()
        x, y = at.x() / paper.width(), at.y() / paper.width()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _begin(self, position: QPointF, *, erases: bool) -> None:
        if self._sketch.is_empty:
            if erases:
                return
            self.update()  # the hint goes
        self._erases = erases
        self._width = self.brush.width_of(erases=erases)
        place = self._place(position)
        self._sketch.begin(*place, self._width, erases=erases)
        self._add_segment(place, place)

    def _extend(self, position: QPointF) -> None:
        if self._sketch.is_under_way:
            place = self._place(position)
            self._add_segment(self._sketch.extend(*place), place)

    def _add_segment(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        changed = self._layer.add_segment(start, end, self._width, erases=self._erases)
        self.update(changed.translated(self.paper.topLeft()).toAlignedRect())
        self.drawing_changed.emit()

    def _end(self) -> None:
        if self._sketch.is_under_way:
            self._sketch.end()
            self._update_actions()

    def _on_sketch_changed(self) -> None:
        """Paint anew after a change that is no growth of a stroke."""
        self._layer = self._new_layer()
        self.update()
        self._update_actions()
        self.drawing_changed.emit()

    def _update_actions(self) -> None:
        self.undo_action.setEnabled(self._sketch.can_undo)
        self.redo_action.setEnabled(self._sketch.can_redo)
        self.clear_action.setEnabled(not self._sketch.is_empty)

    @Slot()
    def _on_brush_changed(self) -> None:
        self.setCursor(self.brush.cursor(self.paper.width()))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.undo_action.setIcon(self._theme.icon("mdi6.undo"))
        self.redo_action.setIcon(self._theme.icon("mdi6.redo"))
        self.clear_action.setIcon(self._theme.icon("mdi6.trash-can-outline"))
        self._on_brush_changed()
        self._layer = self._new_layer()  # a gray picture has the color of the ink
        self.update()
