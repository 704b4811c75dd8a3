"""A grid of filters with its caption and its scale."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_bar import ColorBar
from convlab.ui.widgets.filter_pictures import FilterPicture
from convlab.ui.widgets.mosaic_view import MosaicView
from convlab.ui.widgets.steady_label import SteadyLabel


class CaptionedGrid(QWidget):
    """A mosaic with its caption above and its color bar below."""

    def __init__(self, theme: Theme, parent: QWidget, *, enlarged: bool) -> None:
        super().__init__(parent)
        self._text = ""
        self._caption = SteadyLabel()
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._caption.label.setProperty("role", "title")
        self.view = MosaicView(theme)
        self.view.set_with_numbers(enlarged)
        self._bar = ColorBar(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self._caption)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._bar)
        layout.addStretch()
        self.hide()

    def text_height(self) -> int:
        """The height that is not the mosaic's, in pixels."""
        return self._caption.sizeHint().height() + self._bar.sizeHint().height() + SPACE

    def set_picture(self, picture: FilterPicture) -> None:
        """Show one picture."""
        self._text = picture.caption
        self._elide()
        self.view.setAccessibleName(picture.caption)
        self.view.set_tiles(picture.tiles, picture.ranges, picture.lookup)
        self._bar.set_scale(picture.lookup, picture.ranges)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten a caption that is wider than the grid."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = self._caption.label.fontMetrics()
        shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        self._caption.set_text(shown)
        self._caption.label.setToolTip("" if shown == self._text else self._text)
