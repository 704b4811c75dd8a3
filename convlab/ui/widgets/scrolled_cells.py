"""What views of very many small pictures have in common: only what is in view is drawn."""

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from convlab.ui.theme import Theme

CHOOSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ScrolledCells(QAbstractScrollArea):
    """Cells on a viewport that is scrolled up and down, to be pointed at and chosen.

    What derives from it paints them, and tells how high they are in :meth:`fit_scroll_bar`.
    """

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(name)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    def point_at(self, point: QPoint | None) -> None:
        """Take up that the mouse is at a point of the viewport, or has left it."""
        raise NotImplementedError

    def press_at(self, point: QPoint) -> None:
        """Take up a click at a point of the viewport."""
        raise NotImplementedError

    def fit_scroll_bar(self) -> None:
        """Give the scroll bar its range and its steps."""
        raise NotImplementedError

    def scroll_to(self, cell: QRect, head: int = 0, margin: int = 0) -> None:
        """Bring a rectangle of the viewport into view, below a head, in pixels."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if cell.top() < head:
            bar.setValue(bar.value() + cell.top() - head)
        elif cell.bottom() + margin >= height:
            bar.setValue(bar.value() + cell.bottom() + margin + 1 - height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is in view where it was."""
        super().resizeEvent(event)
        self.fit_scroll_bar()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw anew what is in view now."""
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        self.point_at(event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.press_at(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it from whatever lies below."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self.point_at(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self.viewport().update()
