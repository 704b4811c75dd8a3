"""An editor for lines of text, each with its number."""

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QPushButton, QScrollArea, QWidget

from convlab.settings import Setting
from convlab.ui.theme import SPACE

FEWEST_ROWS = 4  # rows of text that are always in view
MOST_ROWS = 16  # beyond, the field scrolls


class LinesField(QPlainTextEdit):
    """Takes any lines; those that are blank do not count.

    A line that is too long for the field goes on in the next row, without a number. The field
    grows with its text, and what it stands in scrolls along with the cursor. ``add_button``, to be
    placed near the field, offers lines to begin with.
    """

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = _LineNumbers(self)
        self.add_button = self._make_add_button(setting)
        self.setViewportMargins(self._numbers.sizeHint().width(), 0, 0, 0)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(setting.about.help)
        self.setStyleSheet(
            "LinesField { border: 1px solid palette(mid); border-radius: 2px; }"
            "LinesField:focus { border-color: palette(highlight); }"
        )
        self.textChanged.connect(self._on_text_changed)
        self.updateRequest.connect(self._on_text_moved)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self._fit()

    def value(self) -> list[str]:
        """Return the lines that are not blank."""
        return [line.strip() for line in self.toPlainText().splitlines() if line.strip()]

    def setValue(self, value: list[str]) -> None:
        """Show other lines."""
        if value != self.value():
            self.setPlainText("\n".join(value))

    def insert(self, line: str) -> None:
        """Put a line behind the one with the cursor, or into it if it is blank."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.insertText(f"\n{line}" if cursor.block().text().strip() else line)
        self.setTextCursor(cursor)
        self.setFocus()

    def tops(self) -> list[int]:
        """Return where the lines begin that are not blank, in pixels from the top."""
        written = (block for block in self._blocks() if block.text().strip())
        places = (self.blockBoundingGeometry(block) for block in written)
        return [round(place.translated(self.contentOffset()).top()) for place in places]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers at the left edge."""
        super().resizeEvent(event)
        self._fit()
        inside = self.contentsRect()
        width = self._numbers.sizeHint().width()
        self._numbers.setGeometry(inside.left(), inside.top(), width, inside.height())
        self._on_cursor_moved()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what is around the field until the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _make_add_button(self, setting: Setting) -> QPushButton:
        button = QPushButton("Add")
        button.setToolTip("Put a line behind the one with the cursor")
        button.setAccessibleName(f"Add to {setting.about.label.lower()}")
        button.setMinimumHeight(3 * SPACE)
        menu = QMenu(button)
        for line in setting.offers() if setting.offers else ():
            action = menu.addAction(line.partition(" ")[0])
            action.setData(line)
        menu.triggered.connect(self._on_add_chosen)
        button.setMenu(menu)
        if menu.isEmpty():
            button.hide()
        return button

    def _fit(self) -> None:
        """Take the height of the text, within limits."""
        row = self.fontMetrics().lineSpacing()
        margin = int(self.document().documentMargin())
        heights = (round(self.blockBoundingRect(block).height()) for block in self._blocks())
        text = sum(heights) - margin  # Qt counts the lower one to the last line
        fits = text <= MOST_ROWS * row
        around = 2 * (margin + self.frameWidth())
        # With a pixel less Qt would find that there is something to scroll.
        self.setFixedHeight(min(max(text, FEWEST_ROWS * row), MOST_ROWS * row) + around + 1)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self.document().firstBlock()
        while block.isValid():
            yield block
            block = block.next()

    @Slot(QAction)
    def _on_add_chosen(self, action: QAction) -> None:
        self.insert(action.data())

    @Slot()
    def _on_text_changed(self) -> None:
        self._fit()
        self.changed.emit()

    @Slot()
    def _on_text_moved(self) -> None:
        self._numbers.update()

    @Slot()
    def _on_cursor_moved(self) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        content = area.widget() if area is not None else None
        if area is not None and content is not None and self.hasFocus():
            cursor = self.viewport().mapTo(content, self.cursorRect().center())
            area.ensureVisible(cursor.x(), cursor.y(), 0, 2 * SPACE)


class _LineNumbers(QWidget):
    """The numbers beside the lines."""

    def __init__(self, field: LinesField) -> None:
        super().__init__(field)
        self._field = field

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("100") + SPACE, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        height = self.fontMetrics().lineSpacing()
        for number, top in enumerate(self._field.tops(), start=1):
            row = QRect(0, top, self.width() - SPACE // 2, height)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight, str(number))
