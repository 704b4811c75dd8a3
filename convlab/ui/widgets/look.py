"""How a curve looks, wherever it is painted: on the screen, in a legend, in a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from convlab.ui.theme import Colors
from convlab.ui.widgets.plot_style import blend, line_pen

SYMBOL_SIZE = 7  # pixels
FAINT = 0.55  # of its color has a curve that is only the story before another one
COMPARED = (0, 3)  # the colors of two runs side by side, of which none means good or bad


@dataclass(frozen=True, slots=True)
class Look:
    """How a curve is drawn; ``symbol`` is one of pyqtgraph's: ``o`` a circle, ``s`` a square."""

    color: Callable[[Colors], QColor]
    width: float = 2
    dashed: bool = False
    symbol: str | None = None

    def pen(self, colors: Colors) -> QPen:
        """Return the pen of the line."""
        return line_pen(self.color(colors), self.width, dashed=self.dashed)

    def symbol_pen(self, colors: Colors) -> QPen:
        """Return the pen around the symbols, which are filled with the plot's background."""
        return line_pen(self.color(colors))

    def paint_line(self, painter: QPainter, path: QPainterPath, colors: Colors) -> None:
        """Paint the line along ``path``, in pixels."""
        painter.strokePath(path, self.pen(colors))

    def paint_symbols(
        self, painter: QPainter, symbol: str | None, points: Iterable[QPointF], colors: Colors
    ) -> None:
        """Paint a symbol at each of ``points``, in pixels; None paints nothing."""
        painter.setPen(self.symbol_pen(colors))
        painter.setBrush(QColor(colors.surface))
        rect = QRectF(0, 0, SYMBOL_SIZE, SYMBOL_SIZE)
        for point in points:
            rect.moveCenter(point)
            if symbol == "o":
                painter.drawEllipse(rect)
            elif symbol == "s":
                painter.drawRect(rect)


def run_look(number: int, symbol: str | None = None, *, is_faint: bool = False) -> Look:
    """Return how the curves of another run look, by the number of its color."""
    share = FAINT if is_faint else 1.0
    return Look(lambda colors: blend(colors.runs[number], colors.surface, share), symbol=symbol)
