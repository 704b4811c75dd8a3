"""An entry of a menu with a sentence below its name."""

from html import escape

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from convlab.ui.theme import SPACE
from convlab.ui.widgets.plot_style import small_font

WIDEST = 66 * SPACE  # pixels of a line of the sentence
LEFT = 28  # where Fusion begins the names of other entries

_WRAPPED = Qt.TextFlag.TextWordWrap


class ToldAction(QWidgetAction):
    """Is chosen like any other entry of ``menu``, by mouse and keys; ``about`` is always seen."""

    def __init__(self, text: str, about: str, menu: QMenu) -> None:
        super().__init__(menu)
        self.setText(text.replace("&", "&&"))
        self.setStatusTip(about)
        self._entry = _Entry(self, text, about, menu)
        self.setDefaultWidget(self._entry)

    def be_short(self) -> None:
        """Show one line of the sentence, and all of it as a tooltip."""
        self._entry.is_short = True
        self.setToolTip(f"<p>{escape(self.statusTip())}</p>")  # as rich text it gets more lines


class _Entry(QWidget):
    """Paints an entry; the menu itself takes the mouse and the keys."""

    def __init__(self, action: QWidgetAction, text: str, about: str, menu: QMenu) -> None:
        super().__init__()
        self._action, self._menu = action, menu
        self._text, self._about = text, about
        self.is_short = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(text)
        self.setAccessibleDescription(about)

    def sizeHint(self) -> QSize:
        """Leave room for the name, and for all of the sentence below."""
        name = self.fontMetrics().horizontalAdvance(self._text)
        room = self._menu.screen().availableSize().width() - LEFT - 4 * SPACE
        width = min(max(name, WIDEST), room) + LEFT + 2 * SPACE
        return QSize(width, self._about_place(width).bottom() + SPACE // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it, in the color of what is chosen while the menu points at it."""
        painter, palette = QPainter(self), self._menu.palette()
        is_pointed_at = self._menu.activeAction() is self._action and self._action.isEnabled()
        if is_pointed_at:
            painter.fillRect(self.rect(), palette.highlight())
            name = about = palette.color(QPalette.ColorRole.HighlightedText)
        else:
            group = QPalette.ColorGroup
            usual = group.Active if self._action.isEnabled() else group.Disabled
            name = palette.color(usual, QPalette.ColorRole.Text)
            about = palette.color(group.Active, QPalette.ColorRole.PlaceholderText)
        self._draw(painter, name, about)

    def _draw(self, painter: QPainter, name_color: QColor, about_color: QColor) -> None:
        painter.setPen(name_color)
        painter.drawText(self._name_place(self.width()), 0, self._text)
        painter.setPen(about_color)
        painter.setFont(small_font())
        place = self._about_place(self.width())
        about = self._about
        if self.is_short:
            right = Qt.TextElideMode.ElideRight
            about = painter.fontMetrics().elidedText(about, right, place.width())
        painter.drawText(place, _WRAPPED, about)

    def _name_place(self, width: int) -> QRect:
        return QRect(LEFT, SPACE // 2, width - LEFT - SPACE, self.fontMetrics().height())

    def _about_place(self, width: int) -> QRect:
        top = self._name_place(width).bottom() + 1
        room = QRect(0, 0, width - LEFT - SPACE, 1000)
        metrics = QFontMetrics(small_font())
        needed = metrics.boundingRect(room, _WRAPPED, self._about).height()
        height = metrics.height() if self.is_short else needed
        return QRect(LEFT, top, room.width(), height + 1)
