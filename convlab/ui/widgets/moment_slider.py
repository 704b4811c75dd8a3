"""A slider on which a click leads to where it was made."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider


class MomentSlider(QSlider):
    """Jumps to the value under the pointer, and can be dragged on from there."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump where the groove is pressed; the handle is taken hold of where it is."""
        if event.button() == Qt.MouseButton.LeftButton and not self._is_on_handle(event):
            # With the left button a slider turns a page; it knows to jump, but with the other one.
            jump = Qt.MouseButton.MiddleButton
            event = QMouseEvent(
                event.type(),
                event.position(),
                event.globalPosition(),
                jump,
                jump,
                event.modifiers(),
            )
        super().mousePressEvent(event)

    def _is_on_handle(self, event: QMouseEvent) -> bool:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        return handle.contains(event.position().toPoint())
