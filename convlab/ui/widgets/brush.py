"""What one draws with: a pen or an eraser, and how wide it is."""

from PySide6.QtCore import QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QColor,
    QCursor,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from convlab.ui.theme import Theme

THINNEST, THICKEST = 2, 30  # percent of the paper's side
STEP = 2
SMALLEST_CURSOR, LARGEST_CURSOR = 5.0, 96.0  # pixels; larger ones are refused by some systems


def drawing_action(canvas: QWidget, text: str, *shortcuts: str) -> QAction:
    """Return a new action of the canvas, whose tooltip names its first shortcut."""
    action = QAction(text, canvas)
    action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{text} ({key})")
    canvas.addAction(action)
    return action


class Brush(QObject):
    """The tool in hand; pen and eraser each keep their own width.

    A pen of 9 % draws a digit of usual size with strokes as thick as MNIST's.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pen_percent = 9
        self._eraser_percent = 16
        self._canvas = parent
        self.pen_action = drawing_action(parent, "Pen", "P")
        self.eraser_action = drawing_action(parent, "Eraser", "E")
        for action in (self.pen_action, self.eraser_action):
            action.setCheckable(True)
        self.pen_action.setChecked(True)
        self._tools = QActionGroup(self)
        self._tools.addAction(self.pen_action)
        self._tools.addAction(self.eraser_action)
        self._tools.triggered.connect(self._on_tool_chosen)
        self.thinner_action = drawing_action(parent, "Thinner", "[")
        self.thicker_action = drawing_action(parent, "Thicker", "]")
        self.thinner_action.triggered.connect(self._on_thinner)
        self.thicker_action.triggered.connect(self._on_thicker)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def erases(self) -> bool:
        """Whether the eraser is in hand."""
        return self.eraser_action.isChecked()

    @property
    def percent(self) -> int:
        """The width of the tool in hand, in percent of the paper's side."""
        return self._eraser_percent if self.erases else self._pen_percent

    def set_percent(self, percent: int) -> None:
        """Change the width of the tool in hand; kept between 2 and 30."""
        percent = min(max(percent, THINNEST), THICKEST)
        if percent == self.percent:
            return
        if self.erases:
            self._eraser_percent = percent
        else:
            self._pen_percent = percent
        self.changed.emit()

    def width_of(self, *, erases: bool) -> float:
        """Return the width of the eraser or the pen, in units of the paper's side."""
        return (self._eraser_percent if erases else self._pen_percent) / 100

    def cursor(self, side: float) -> QCursor:
        """Return a ring as wide as the tool on a paper of ``side`` pixels."""
        diameter = min(max(self.percent / 100 * side, SMALLEST_CURSOR), LARGEST_CURSOR)
        ratio = self._canvas.devicePixelRatioF()
        pixels = int(diameter + 4)
        picture = QPixmap(round(pixels * ratio), round(pixels * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(pixels / 2, pixels / 2)
        colors = self._theme.colors
        for color, width in ((colors.surface, 3.0), (colors.text, 1.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(middle, diameter / 2, diameter / 2)
        painter.end()
        return QCursor(picture, pixels // 2, pixels // 2)

    @Slot(QAction)
    def _on_tool_chosen(self, _action: QAction) -> None:
        self.changed.emit()

    @Slot()
    def _on_thinner(self) -> None:
        self.set_percent(self.percent - STEP)

    @Slot()
    def _on_thicker(self) -> None:
        self.set_percent(self.percent + STEP)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.pen_action.setIcon(self._theme.icon("mdi6.pencil"))
        self.eraser_action.setIcon(self._theme.icon("mdi6.eraser"))
        self.changed.emit()
