"""A label whose text may change many times a second without anything being laid out anew."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QLabel, QWidget

from convlab.ui.widgets.still_frame import StillFrame

SLACK = 2  # pixels, by which a slanted letter may reach beyond its own width


class SteadyLabel(StillFrame):
    """Shows a text; takes more room when it needs it, and gives it back when it is empty."""

    def __init__(self, narrowest: int = 0, parent: QWidget | None = None) -> None:
        self.label = QLabel()
        self._narrowest = self._width = narrowest  # pixels, without the margins
        super().__init__(self.label, parent)

    def text(self) -> str:
        """Return the text that is shown."""
        return self.label.text()

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self.label.text():
            self.label.setText(text)
            self._fit(self._width if text else self._narrowest)

    def sizeHint(self) -> QSize:
        """Return the room of the widest text since the last empty one."""
        margins = self.contentsMargins()
        width = self._width + margins.left() + margins.right()
        return QSize(width, self.label.sizeHint().height() + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """Return the same, as a text that is cut off is of no use."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Find the room anew in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit(self._narrowest)

    def _fit(self, kept: int) -> None:
        # Not the label's own hint, which takes ten times as long.
        width = max(kept, self.label.fontMetrics().horizontalAdvance(self.text()) + SLACK)
        if width != self._width:
            self._width = width
            self.updateGeometry()
