"""The row of tools of a canvas."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from convlab.ui.theme import SPACE
from convlab.ui.widgets.brush import THICKEST, THINNEST
from convlab.ui.widgets.canvas import DrawingCanvas

ICON = QSize(20, 20)


class DrawingTools(QWidget):
    """Pen, eraser, width, undo, redo and clear, all by the canvas's own actions."""

    def __init__(self, canvas: DrawingCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brush = canvas.brush
        self.width_slider = QSlider(Qt.Orientation.Horizontal)
        self.width_slider.setRange(THINNEST, THICKEST)
        self.width_slider.setMinimumWidth(48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(_button(self._brush.pen_action))
        row.addWidget(_button(self._brush.eraser_action))
        row.addSpacing(SPACE // 2)
        row.addWidget(self.width_slider, 1)
        row.addSpacing(SPACE // 2)
        for action in (canvas.undo_action, canvas.redo_action, canvas.clear_action):
            row.addWidget(_button(action))
        self.width_slider.valueChanged.connect(self._brush.set_percent)
        self._brush.changed.connect(self._on_brush_changed)
        self._on_brush_changed()

    @Slot()
    def _on_brush_changed(self) -> None:
        tool = "eraser" if self._brush.erases else "pen"
        self.width_slider.setValue(self._brush.percent)
        self.width_slider.setAccessibleName(f"Width of the {tool}")
        self.width_slider.setToolTip(
            f"Width of the {tool}: {self._brush.percent}% of the paper ([ thinner, ] thicker)"
        )


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(ICON)
    button.setAutoRaise(True)
    button.setAccessibleName(action.text())
    return button
