"""How many images there are of each class, as small bars."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from convlab.ui.theme import Theme
from convlab.wording import counted

HEIGHT = 56  # pixels of the bars
WIDTH = 176


class ClassBalance(QWidget):
    """One bar a class, with its name below where there is room; a click chooses a class.

    ``chosen`` carries its number, or -1 if it was chosen already.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._counts: tuple[int, ...] = ()
        self._selected: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Images of each class")
        theme.changed.connect(self.update)

    def set_counts(
        self, names: Sequence[str], counts: Sequence[int], selected: int | None = None
    ) -> None:
        """Show a count for each name; ``selected`` stands out."""
        self._names = tuple(names)
        self._counts = tuple(counts)
        self._selected = selected
        pairs = zip(self._names, self._counts, strict=True)
        self.setAccessibleDescription(", ".join(f"{name}: {count:,}" for name, count in pairs))
        self.update()

    def sizeHint(self) -> QSize:
        """Bars, and a line of names."""
        return QSize(WIDTH, HEIGHT + self.fontMetrics().height())

    def class_at(self, x: float) -> int | None:
        """Return the class whose bar is at a distance from the left, in pixels."""
        if not self._counts:
            return None
        number = int(x * len(self._counts) / max(1, self.width()))
        return number if 0 <= number < len(self._counts) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars from the left to the right."""
        if not self._counts:
            return
        painter, colors = QPainter(self), self._theme.colors
        room = self.width() / len(self._counts)
        gap = 2.0 if room > 6 else 0.0
        most = max(1, *self._counts)
        metrics = self.fontMetrics()
        fits = all(metrics.horizontalAdvance(name) + 2 <= room for name in self._names)
        for number, count in enumerate(self._counts):
            stands_out = number == self._selected
            height = HEIGHT * count / most
            bar = QRectF(number * room, HEIGHT - height, max(1.0, room - gap), height)
            painter.fillRect(bar, QColor(colors.accent if stands_out else colors.muted))
            if fits:
                painter.setPen(QColor(colors.text if stands_out else colors.muted))
                below = QRectF(number * room, HEIGHT, room - gap, metrics.height())
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._names[number])
        painter.fillRect(QRectF(0, HEIGHT - 1, self.width(), 1), QColor(colors.border))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a class, or all again."""
        number = self.class_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(-1 if number == self._selected else number)

    def event(self, event: QEvent) -> bool:
        """Say in a tool tip which class a bar is, and how many images it has."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.class_at(event.pos().x())
            text = "" if number is None else self._in_words(number)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _in_words(self, number: int) -> str:
        return f"{self._names[number]}: {counted(self._counts[number], 'image')}"
