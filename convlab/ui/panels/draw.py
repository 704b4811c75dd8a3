"""A digit drawn by hand, and what the network makes of it while it is drawn."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from convlab.app.drawing import DrawingModel
from convlab.app.lab import Lab
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.canvas import SMALLEST, DrawingCanvas
from convlab.ui.widgets.drawing_tools import DrawingTools
from convlab.ui.widgets.reading_view import ReadingView

Direction = QBoxLayout.Direction
NO_LIMIT = 2**24 - 1  # QWIDGETSIZE_MAX, which PySide6 does not pass on


NARROWEST = 300  # pixels; narrower, the bars and their percentages are cut off


@PANELS.register("Draw")
class DrawPanel(Panel):
    """A canvas, and below it, or beside it where there is no height, what the network reads."""

    title = "Draw"
    area = "right"

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = DrawingModel(lab.predictor, parent=self)
        self.canvas = DrawingCanvas(theme)
        self.tools = DrawingTools(self.canvas)
        self.reading = ReadingView(theme)
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        # The shortcuts work wherever the focus is within the panel.
        self.addActions(self.canvas.actions())
        self.canvas.drawing_changed.connect(self._on_drawing_changed)
        self.model.changed.connect(self._on_model_changed)
        lab.dataset_changed.connect(self._on_model_changed)
        self._on_model_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put canvas and reading side by side where the panel is low and wide."""
        super().resizeEvent(event)
        tools = self.tools.sizeHint().height() + SPACE
        if self.width() > 1.25 * self.height():
            self._halves.setDirection(Direction.LeftToRight)
            self._drawing.setMaximumSize(max(SMALLEST, self.height() - tools - 2 * SPACE), NO_LIMIT)
        else:
            self._halves.setDirection(Direction.TopToBottom)
            self._drawing.setMaximumSize(NO_LIMIT, self.width() - 4 * SPACE + tools)

    def _lay_out(self) -> None:
        self._drawing = QWidget()
        column = QVBoxLayout(self._drawing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.tools)
        column.addWidget(self.canvas, 1)
        self._halves = QBoxLayout(Direction.TopToBottom)
        self._halves.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        self._halves.setSpacing(2 * SPACE)
        # The paper takes what it can use, the reading the rest.
        self._halves.addWidget(self._drawing, 100)
        self._halves.addWidget(self.reading, 1)
        content = QWidget()
        content.setLayout(self._halves)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    @Slot()
    def _on_drawing_changed(self) -> None:
        self.model.set_drawing(self.canvas.drawing())

    @Slot()
    def _on_model_changed(self) -> None:
        self.reading.set_status(*self._status())
        self.reading.set_reading(
            self.model.image,
            self._class_names(),
            self.model.probabilities,
            is_guess=not self.lab.predictor.is_trained,
        )

    def _class_names(self) -> tuple[str, ...]:
        """The names of the network's classes: the dataset's, or numbers if they do not fit."""
        names, network = self.lab.dataset.class_names, self.lab.predictor.network
        if network is None or len(names) == network.output_size:
            return names
        return tuple(str(number) for number in range(network.output_size))

    def _status(self) -> tuple[str, str]:
        """Return how things stand, and the role of the label that says so."""
        predictor = self.lab.predictor
        if predictor.network is None:
            return "warning", "The network is untrained. Press Train and watch it learn to read."
        if not self.model.fits:
            shape = "×".join(map(str, predictor.network.input_dim))
            return "error", f"This network reads images of {shape}; a drawing is 1×28×28."
        if not predictor.is_trained:
            return "warning", "The network is untrained: its answer is a guess."
        if self.model.image is None:
            return "muted", "Draw a digit; the network reads it while you draw."
        if self.model.probabilities is None:
            return "error", "The network gives no probabilities; its weights are not finite."
        if predictor.iteration:
            return "muted", f"Read after {predictor.iteration:,} iterations of training."
        return "muted", "Read with the weights that were opened."
