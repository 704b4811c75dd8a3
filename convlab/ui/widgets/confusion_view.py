"""A confusion matrix as a table of colored cells."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.insight.confusion import row_shares
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.plot_style import blend, small_font

Cell = tuple[int, int]
Key = Qt.Key
WIDEST_NAME = 72  # pixels of a row's name
NARROWEST_CELL = 10
WIDEST_CELL = 56
TALLEST_CELL = 40
ROW_CAPTION = "True class"
COLUMN_CAPTION = "Read as"


class ConfusionView(QWidget):
    """Rows are true classes, columns answers; arrow keys move, Enter or a click chooses.

    Right answers lie on the diagonal, in blue; mistakes are orange, the more of a row's images
    the stronger. ``pointed`` carries a cell (row, column) or None, ``chosen`` a cell.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._matrix: NDArray[np.intp] = np.zeros((0, 0), np.intp)
        self._shares: NDArray[np.float64] = np.zeros((0, 0))
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._with_shares = False
        self._selected: Cell | None = None
        self._hovered: Cell | None = None
        self._current: Cell = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix")
        theme.changed.connect(self.update)

    def set_matrix(
        self, matrix: NDArray[np.intp], rows: Sequence[str], columns: Sequence[str]
    ) -> None:
        """Show counts (K, K) of images by true class and answer."""
        self._matrix, self._shares = matrix, row_shares(matrix)
        self._rows, self._columns = tuple(rows), tuple(columns)
        last = max(0, len(matrix) - 1)
        self._current = min(self._current[0], last), min(self._current[1], last)
        self.updateGeometry()
        self.update()

    def set_with_shares(self, with_shares: bool) -> None:
        """Write what share of its row a cell is, in percent, in place of the count."""
        self._with_shares = with_shares
        self.update()

    def set_selected(self, cell: Cell | None) -> None:
        """Mark a cell."""
        self._selected = cell
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Leave every cell some pixels."""
        width = max(160, len(self._matrix) * NARROWEST_CELL)
        height = max(120, len(self._matrix) * NARROWEST_CELL)
        return QSize(width + int(self._left()), height + int(self._top()))

    def sizeHint(self) -> QSize:
        """Ask for cells with room for their numbers."""
        side = len(self._matrix) * 24
        return self.minimumSizeHint().expandedTo(QSize(side + int(self._left()), side))

    def cell_rect(self, cell: Cell) -> QRectF:
        """Return where a cell lies, in pixels."""
        width, height = self._cell_size(self.width(), self.height())
        row, column = cell
        return QRectF(
            self._left() + column * width, self._top() + row * height, width - 1, height - 1
        )

    def cell_at(self, point: QPointF) -> Cell | None:
        """Return the cell at a point; None where there is none."""
        if not len(self._matrix):
            return None
        width, height = self._cell_size(self.width(), self.height())
        column = int((point.x() - self._left()) // width)
        row = int((point.y() - self._top()) // height)
        size = len(self._matrix)
        return (row, column) if 0 <= row < size and 0 <= column < size else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names, cells, and the marks around some of them."""
        painter = QPainter(self)
        self.paint_on(painter, self.width(), self.height())
        if self._selected is not None:
            self._outline(painter, self._selected, self._theme.colors.text, 2)
        if self._hovered is not None:
            self._outline(painter, self._hovered, self._theme.colors.muted, 1)
        if self.hasFocus():
            self._outline(painter, self._current, self._theme.colors.accent, 2)

    def paint_on(self, painter: QPainter, width: int, height: int) -> None:
        """Paint the table into so many pixels."""
        size = len(self._matrix)
        if not size:
            return
        left, top = self._left(), self._top()
        cell_width, cell_height = self._cell_size(width, height)
        painter.setFont(small_font())
        self._paint_names(painter, left, top, cell_width, cell_height)
        for row in range(size):
            for column in range(size):
                rect = QRectF(
                    left + column * cell_width,
                    top + row * cell_height,
                    cell_width - 1,
                    cell_height - 1,
                )
                self._paint_cell(painter, rect, row, column)

    def _paint_names(
        self, painter: QPainter, left: float, top: float, width: float, height: float
    ) -> None:
        metrics = QFontMetricsF(small_font())
        line, size = metrics.height(), len(self._matrix)
        painter.setPen(QColor(self._theme.colors.muted))
        across = QRectF(left, 0, size * width, line)
        painter.drawText(across, Qt.AlignmentFlag.AlignCenter, COLUMN_CAPTION)
        painter.save()
        painter.translate(0, top + size * height)
        painter.rotate(-90)
        down = QRectF(0, 0, size * height, line)
        painter.drawText(down, Qt.AlignmentFlag.AlignCenter, ROW_CAPTION)
        painter.restore()
        painter.setPen(QColor(self._theme.colors.text))
        if height >= metrics.ascent():
            for row, name in enumerate(self._rows):
                room = QRectF(line, top + row * height, left - line - SPACE / 2, height)
                self._paint_name(painter, room, name, Qt.AlignmentFlag.AlignRight)
        is_upright = all(metrics.horizontalAdvance(name) <= width - 1 for name in self._columns)
        for column, name in enumerate(self._columns):
            x = left + column * width
            if is_upright:
                room = QRectF(x, line, width - 1, top - line)
                self._paint_name(painter, room, name, Qt.AlignmentFlag.AlignHCenter)
            elif width >= metrics.ascent():
                painter.save()
                painter.translate(x, top - SPACE / 2)
                painter.rotate(-90)
                room = QRectF(0, 0, top - line - SPACE / 2, width)
                self._paint_name(painter, room, name, Qt.AlignmentFlag.AlignLeft)
                painter.restore()

    def _paint_name(
        self, painter: QPainter, room: QRectF, name: str, alignment: Qt.AlignmentFlag
    ) -> None:
        metrics = QFontMetricsF(small_font())
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, alignment | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_cell(self, painter: QPainter, rect: QRectF, row: int, column: int) -> None:
        colors = self._theme.colors
        share = float(np.nan_to_num(self._shares[row, column]))
        if row == column:
            fill = blend(colors.train, colors.surface, 0.75 * share)
        else:  # few of a row's images are misread, and yet they are what one looks for
            fill = blend(colors.test, colors.surface, 0.2 + 0.65 * share**0.5)
        if not self._matrix[row, column]:
            fill = QColor(colors.surface)
        painter.fillRect(rect, fill)
        text = self.text(row, column)
        metrics = QFontMetricsF(small_font())
        if (
            text
            and metrics.horizontalAdvance(text) <= rect.width()
            and (metrics.ascent() <= rect.height())
        ):
            painter.setPen(QColor("#000000" if _is_light(fill) else "#ffffff"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def text(self, row: int, column: int) -> str:
        """Return what is written into a cell; nothing where there are no images."""
        count = int(self._matrix[row, column])
        if not count:
            return ""
        if not self._with_shares:
            return f"{count:,}"
        percent = 100 * self._shares[row, column]
        return f"{percent:.0f}" if percent >= 9.95 else f"{percent:.1f}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        self._point_at(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self._point_at(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        cell = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None:
            self._current = cell
            self.update()
            self.chosen.emit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move to another cell, or choose one with Enter or the space bar."""
        moves = {
            Key.Key_Left: (0, -1),
            Key.Key_Right: (0, 1),
            Key.Key_Up: (-1, 0),
            Key.Key_Down: (1, 0),
        }
        key, last = Key(event.key()), len(self._matrix) - 1
        if key in moves and last >= 0:
            row, column = (at + by for at, by in zip(self._current, moves[key], strict=True))
            self._current = min(max(row, 0), last), min(max(column, 0), last)
            self.update()
            self.pointed.emit(self._current)
        elif key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space) and last >= 0:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard has gone."""
        super().focusOutEvent(event)
        self.update()

    def _point_at(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.setCursor(
                Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor
            )
            self.update()
            self.pointed.emit(cell)

    def _left(self) -> float:
        metrics = QFontMetricsF(small_font())
        widest = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
        return metrics.height() + min(widest, WIDEST_NAME) + SPACE

    def _top(self) -> float:
        """Return the height of caption and names, which lie on their side if they are long."""
        metrics = QFontMetricsF(small_font())
        widest = max((metrics.horizontalAdvance(name) for name in self._columns), default=0.0)
        is_long = widest > 3 * metrics.averageCharWidth()
        names = min(widest, WIDEST_NAME) + SPACE if is_long else metrics.height()
        return metrics.height() + names

    def _cell_size(self, width: int, height: int) -> tuple[float, float]:
        size = max(1, len(self._matrix))
        return (
            min(WIDEST_CELL, max(1.0, (width - self._left() - 1) / size)),
            min(TALLEST_CELL, max(1.0, (height - self._top() - 1) / size)),
        )

    def _outline(self, painter: QPainter, cell: Cell, color: str, width: int) -> None:
        if max(cell) < len(self._matrix):
            pen = QPen(QColor(color), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(self.cell_rect(cell))


def _is_light(color: QColor) -> bool:
    """Whether black can be read better on a color than white."""
    return 0.299 * color.redF() + 0.587 * color.greenF() + 0.114 * color.blueF() > 0.5
