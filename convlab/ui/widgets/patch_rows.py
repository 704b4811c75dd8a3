"""Filters one below the other: each with its image, and the patches that excite it most."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from convlab.app.filter_search import PATCHES, Finding
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.patch_pictures import PatchCell, picture_of_cell
from convlab.ui.widgets.scrolled_cells import CHOOSING_KEYS, ScrolledCells

USUAL_SIDE = 42  # pixels of a patch on the screen, about
SMALL = 20  # pixels of the image; patches up to this size are enlarged pixel by pixel
LARGEST_SIDE = 72
GAP = 6
BEST, SHORT_BEST = "Patches that excite it most", "Best patches"  # as there is room
TEXT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
Key = Qt.Key


class PatchRows(ScrolledCells):
    """A row a filter; the arrow keys move, Enter or a click chooses.

    ``pointed`` carries the :class:`PatchCell` under the mouse or of the keyboard, or None;
    ``chosen`` one that was chosen.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Filters and the patches that excite them", parent)
        self._finding: Finding | None = None
        self._patch_side = 1
        self._pictures: dict[PatchCell, QImage | None] = {}  # those that were drawn before
        self._current = (0, 0)  # the row and the column of the keyboard
        self._hovered: PatchCell | None = None

    def set_finding(self, finding: Finding) -> None:
        """Show what was found, or what is found so far."""
        if finding is self._finding:  # it does not change, and the many pictures take a while
            return
        is_other = self._finding is None or self._finding.layer != finding.layer
        self._finding = finding
        self._pictures.clear()
        rows, columns = finding.box_of(*finding.middle)
        self._patch_side = max(rows.stop - rows.start, columns.stop - columns.start, 1)
        if is_other:
            self._current = (0, 0)
            self.verticalScrollBar().setValue(0)
        self.fit_scroll_bar()
        self.viewport().update()

    @property
    def current(self) -> PatchCell | None:
        """What is pointed at, or what the keyboard is at."""
        if self._hovered is not None or not self.hasFocus():
            return self._hovered
        return self._cell(*self._current)

    def columns(self) -> list[PatchCell]:
        """Return the columns that there is room for, as the cells of the first filter."""
        finding = self._finding
        if finding is None:
            return []
        cells = [PatchCell(0)]
        if finding.layer.channels == 1:
            cells.insert(0, PatchCell(0, is_weights=True))
        room = (self.viewport().width() - self._left - SPACE + GAP) // self._stride
        patches = min(PATCHES, max(1, room - len(cells)))
        return [*cells, *(PatchCell(0, rank) for rank in range(patches))]

    def rect_of(self, row: int, column: int) -> QRect:
        """Return where a cell is in the viewport, in pixels."""
        left = self._left + column * self._stride + (SPACE if self._is_patch(column) else 0)
        top = self._head + row * self._stride - self.verticalScrollBar().value()
        return QRect(left, top, self._side, self._side)

    def cell_at(self, point: QPoint) -> PatchCell | None:
        """Return what lies at a point of the viewport; None where nothing does."""
        if self._finding is None or point.y() < self._head:
            return None
        row = (point.y() - self._head + self.verticalScrollBar().value()) // self._stride
        for column in range(len(self.columns())):
            if row < self._finding.layer.filters and self.rect_of(row, column).contains(point):
                return self._cell(row, column)
        return None

    def height_of_all(self) -> int:
        """Return how high the viewport must be for all rows, in pixels."""
        rows = self._finding.layer.filters if self._finding is not None else 0
        return self._head + rows * self._stride

    def minimumSizeHint(self) -> QSize:
        """Leave room for a row."""
        return QSize(5 * USUAL_SIDE, self._head + USUAL_SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in view, and the names of the columns above them."""
        finding = self._finding
        if finding is None:
            return
        painter = QPainter(self.viewport())
        painter.setClipRect(0, self._head, self.viewport().width(), self.viewport().height())
        first = self.verticalScrollBar().value() // self._stride
        rows = self.viewport().height() // self._stride + 2
        columns = self.columns()
        for row in range(first, min(first + rows, finding.layer.filters)):
            self._paint_number(painter, row)
            for column in range(len(columns)):
                self._paint_cell(painter, finding, row, column)
        painter.setClipping(False)
        self._paint_head(painter, columns)

    def _paint_number(self, painter: QPainter, row: int) -> None:
        painter.setPen(QColor(self._theme.colors.muted))
        rect = self.rect_of(row, 0)
        rect.setLeft(0)
        rect.setWidth(self._left - SPACE)
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(row + 1)
        )

    def _paint_cell(self, painter: QPainter, finding: Finding, row: int, column: int) -> None:
        colors, rect, cell = self._theme.colors, self.rect_of(row, column), self._cell(row, column)
        painter.fillRect(rect.adjusted(-1, -1, 1, 1), QColor(colors.border))
        painter.fillRect(rect, QColor(colors.faint))
        if cell not in self._pictures:
            self._pictures[cell] = picture_of_cell(finding, cell)
        picture = self._pictures[cell]
        if picture is not None:
            side = len(finding.weights[0, 0]) if cell.is_weights else self._patch_side
            place = QRect(rect.topLeft(), picture.size() * (self._side / side))
            place.moveCenter(rect.center())
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, not cell.is_weights and side > SMALL
            )
            painter.drawImage(place, picture)
        is_current = self.hasFocus() and (row, column) == self._current
        if is_current or cell == self._hovered:
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))

    def _paint_head(self, painter: QPainter, columns: list[PatchCell]) -> None:
        painter.setPen(QColor(self._theme.colors.muted))
        for column, cell in enumerate(columns):
            if cell.rank not in (None, 0):
                continue
            rect = self.rect_of(0, column)
            rect = QRect(rect.left(), 0, self._stride - 2, self._head)
            text = "Filter" if cell.is_weights else "Ideal"
            if cell.rank == 0:
                rect.setRight(self.viewport().width())
                fits = self.fontMetrics().horizontalAdvance(BEST) <= rect.width()
                text = BEST if fits else SHORT_BEST
            painter.drawText(rect, TEXT, text)

    def point_at(self, point: QPoint | None) -> None:
        """Tell what is pointed at."""
        cell = None if point is None else self.cell_at(point)
        if cell != self._hovered:
            self._hovered = cell
            self.viewport().update()
            self.pointed.emit(cell)

    def press_at(self, point: QPoint) -> None:
        """Choose a cell."""
        cell = self.cell_at(point)
        if cell is not None:
            columns = [PatchCell(cell.filter, c.rank, c.is_weights) for c in self.columns()]
            self._current = cell.filter, columns.index(cell)
            self.viewport().update()
            self.chosen.emit(cell)

    def fit_scroll_bar(self) -> None:
        """Go from the first filter to the last."""
        bar, room = self.verticalScrollBar(), self.viewport().height() - self._head
        bar.setRange(0, max(0, self.height_of_all() - self.viewport().height()))
        bar.setSingleStep(self._stride)
        bar.setPageStep(max(self._stride, room - self._stride))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by cells and pages; choose with Enter or the space bar."""
        page = max(1, (self.viewport().height() - self._head) // self._stride)
        steps = {
            Key.Key_Left: (0, -1), Key.Key_Right: (0, 1),
            Key.Key_Up: (-1, 0), Key.Key_Down: (1, 0),
            Key.Key_PageUp: (-page, 0), Key.Key_PageDown: (page, 0),
        }  # fmt: skip
        key = Key(event.key())
        if self._finding is not None and key in steps:
            self._go(*steps[key])
        elif self._finding is not None and key in CHOOSING_KEYS:
            self.chosen.emit(self._cell(*self._current))
        else:
            super().keyPressEvent(event)

    @property
    def _side(self) -> int:
        """How large a cell is on the screen: larger where there is room for all of a row."""
        made = 2 if self._is_patch(2) and not self._is_patch(1) else 1
        room = (self.viewport().width() - self._left - SPACE) // (made + PATCHES) - GAP
        side = min(max(room, USUAL_SIDE), LARGEST_SIDE)
        if self._patch_side > SMALL:
            return side
        return self._patch_side * max(side // self._patch_side, 1)

    @property
    def _stride(self) -> int:
        return self._side + GAP

    @property
    def _left(self) -> int:
        return self.fontMetrics().horizontalAdvance("888") + SPACE

    @property
    def _head(self) -> int:
        return self.fontMetrics().height() + SPACE // 2

    def _is_patch(self, column: int) -> bool:
        made = 2 if self._finding is not None and self._finding.layer.channels == 1 else 1
        return column >= made

    def _cell(self, row: int, column: int) -> PatchCell:
        columns = self.columns()
        first = columns[min(column, len(columns) - 1)]
        return PatchCell(row, first.rank, first.is_weights)

    def _go(self, down: int, right: int) -> None:
        rows = self._finding.layer.filters if self._finding is not None else 1
        row = min(max(self._current[0] + down, 0), rows - 1)
        column = min(max(self._current[1] + right, 0), len(self.columns()) - 1)
        self._current = row, column
        self.scroll_to(self.rect_of(row, column), self._head, margin=1)
        self._hovered = None
        self.viewport().update()
        self.pointed.emit(self._cell(row, column))
