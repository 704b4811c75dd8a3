"""The names of runs beside the colors of their curves."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from convlab.ui.theme import SPACE, Colors, Theme
from convlab.ui.widgets.curve_toggle import SWATCH, paint_swatch
from convlab.ui.widgets.look import Look, run_look

PRESENT = -1  # in place of a color's number: the run with the colors of the panel
PRESENT_LOOKS = (  # of its loss and of its test accuracy
    Look(lambda colors: QColor(colors.train)),
    Look(lambda colors: QColor(colors.test)),
)


class RunLegend(QWidget):
    """One line: a piece of each run's curve and its name, shortened where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._runs: tuple[tuple[str, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Runs that are drawn")
        theme.changed.connect(self.update)

    @property
    def runs(self) -> tuple[tuple[str, int], ...]:
        """The names and the numbers of the colors."""
        return self._runs

    def set_runs(self, runs: Sequence[tuple[str, int]]) -> None:
        """Show names, each with the number of its color."""
        self._runs = tuple(runs)
        names = [name for name, _ in runs]
        self.setAccessibleDescription(", ".join(names))
        self.setToolTip("\n".join(names))
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return QSize(40 * SPACE, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Be content with little."""
        return QSize(15 * SPACE, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name by name, each at most as wide as its share."""
        paint_runs(QPainter(self), QRectF(self.rect()), self._runs, self._theme.colors)


def paint_runs(
    painter: QPainter, rect: QRectF, runs: Sequence[tuple[str, int]], colors: Colors
) -> None:
    """Paint names beside pieces of their curves into one line."""
    metrics = painter.fontMetrics()
    around = SWATCH.width() + SPACE // 2 + 2 * SPACE
    wanted = [metrics.horizontalAdvance(name) + 1 for name, _ in runs]
    room = rect.width() - around * len(wanted)
    left = rect.left()
    for (name, number), width in zip(runs, fair_shares(wanted, room), strict=True):
        top = rect.center().y() - SWATCH.height() / 2
        swatch = QRectF(QPointF(left, top), SWATCH.toSizeF())
        _paint_colors(painter, swatch, number, colors)
        painter.setPen(QColor(colors.text))
        text = shortened(name, int(width), metrics)
        place = QRectF(swatch.right() + SPACE // 2, rect.top(), width, rect.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        left += around + width


def _paint_colors(painter: QPainter, swatch: QRectF, number: int, colors: Colors) -> None:
    """Paint a piece of a run's curve, or of both curves of the present one, side by side."""
    looks = PRESENT_LOOKS if number == PRESENT else (run_look(number),)
    width = swatch.width() / len(looks)
    for position, look in enumerate(looks):
        left = swatch.left() + position * width
        paint_swatch(painter, QRectF(left, swatch.top(), width, swatch.height()), look, colors)


def shortened(name: str, width: int, metrics: QFontMetrics) -> str:
    """Return a name that is at most ``width`` pixels wide.

    Of a run of a preset it keeps the last part, which tells it from the preset's other runs.
    """
    if metrics.horizontalAdvance(name) > width and ": " in name:
        name = f"… {name.rpartition(': ')[2]}"
    return metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)


def fair_shares(wanted: Sequence[int], room: float) -> list[float]:
    """Return widths of at most ``wanted`` that fill ``room``: none is wider than wanted."""
    shares = [0.0] * len(wanted)
    left = max(0.0, room)
    by_width = sorted(range(len(wanted)), key=lambda number: wanted[number])
    for done, number in enumerate(by_width):
        shares[number] = min(wanted[number], left / (len(wanted) - done))
        left -= shares[number]
    return shares
