"""A digit drawn by hand, and what the network makes of it while it is drawn."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from convlab.app.drawing import DrawingModel
from convlab.app.lab import Lab
from convlab.app.own_drawings import OwnDrawingsModel
from convlab.app.shown_picture import ShownPicture
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.canvas import SMALLEST, DrawingCanvas
from convlab.ui.widgets.drawing_tools import DrawingTools
from convlab.ui.widgets.drawings_dialog import DrawingsDialog
from convlab.ui.widgets.label_row import LabelRow
from convlab.ui.widgets.preparation_view import PreparationView
from convlab.ui.widgets.reading_view import ReadingView
from convlab.wording import counted

Direction = QBoxLayout.Direction
NO_LIMIT = 2**24 - 1  # QWIDGETSIZE_MAX, which PySide6 does not pass on


NARROWEST = 288  # pixels; narrower, the bars and their percentages are cut off


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
        self.preparation = PreparationView(theme)
        self.preparation.hide()
        self.labels = LabelRow(theme)
        self.own_drawings = OwnDrawingsModel(parent=self)
        self.drawings_dialog = DrawingsDialog(self.own_drawings, lab, theme, self)
        self._filed = ""
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        # The shortcuts work wherever the focus is within the panel.
        self.addActions(self.canvas.actions())
        self.canvas.drawing_changed.connect(self._on_drawing_changed)
        self.reading.steps_button.toggled.connect(self._on_steps_toggled)
        self.reading.compare_button.toggled.connect(lab.predictor.compare_untrained)
        self.preparation.changed.connect(self._on_preparation_changed)
        self.labels.labeled.connect(self._on_labeled)
        self.labels.drawings_wanted.connect(self.drawings_dialog.open_set)
        self.own_drawings.failed.connect(self._on_failed)
        self.model.changed.connect(self._on_model_changed)
        lab.dataset_changed.connect(self._on_model_changed)
        lab.picture_shown.connect(self._on_picture_shown)
        self._on_model_changed()

    def choices(self) -> dict[str, str]:
        """Return whether the preprocessing is shown."""
        return {"preprocessing": "shown" if self.reading.steps_button.isChecked() else "hidden"}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Show the preprocessing if it was shown the last time."""
        self.reading.steps_button.setChecked(choices.get("preprocessing") == "shown")

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
        self._halves.addWidget(self._answers(), 1)
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

    def _answers(self) -> QWidget:
        """Return what the network reads, and below it what a person can say to that."""
        answers = QWidget()
        column = QVBoxLayout(answers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.reading, 1)
        column.addWidget(self.preparation)
        column.addWidget(self.labels)
        return answers

    @Slot()
    def _on_drawing_changed(self) -> None:
        self._filed = ""
        self.model.set_drawing(self.canvas.drawing(), self.canvas.picture)

    @Slot(object)
    def _on_picture_shown(self, picture: ShownPicture) -> None:
        self.canvas.set_picture(picture)

    @Slot(bool)
    def _on_steps_toggled(self, is_open: bool) -> None:
        self.preparation.setVisible(is_open)
        self.preparation.set_stages(self.model.stages)
        if not is_open:
            self.preparation.take_all_steps()  # what is left out must be seen to be

    @Slot()
    def _on_preparation_changed(self) -> None:
        self.model.set_preparation(self.preparation.value())

    @Slot(int)
    def _on_labeled(self, digit: int) -> None:
        if self.own_drawings.add(self.canvas.drawing(), digit):
            count = len(self.own_drawings.drawings)
            self._filed = f"Filed as a {digit}. You have {counted(count, 'drawing')} now."
            self.labels.mark(digit)
        self._on_model_changed()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        parent = self.drawings_dialog if self.drawings_dialog.isVisible() else self
        box = QMessageBox(QMessageBox.Icon.Warning, "My drawings", "My drawings", parent=parent)
        box.setInformativeText(sentence)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    @Slot()
    def _on_model_changed(self) -> None:
        predictor = self.lab.predictor
        self.reading.compare_button.setVisible(predictor.can_compare)
        self.reading.compare_button.setChecked(predictor.is_compared)
        if self.reading.steps_button.isChecked():
            self.preparation.set_stages(self.model.stages)
        self._examine()
        if not self._filed:
            self.labels.offer(has_drawing=self.model.stages is not None)
        self.reading.set_status(*self._status())
        self.reading.set_reading(
            self.model.image,
            predictor.class_names(self.lab.dataset),
            self.model.probabilities,
            likely=self.model.likely,
            is_guess=not predictor.is_trained,
        )

    def _examine(self) -> None:
        """Let the other panels look into what is read here."""
        image, picture = self.model.image, self.model.picture
        if image is not None:
            image = image.reshape(self.model.image_shape)
        self.lab.examined.set_image(image, "Your drawing" if picture is None else picture.title)

    def _status(self) -> tuple[str, str]:
        """Return how things stand, and the role of the label that says so."""
        predictor = self.lab.predictor
        if self._filed:
            return "good", self._filed
        if predictor.network is None:
            return "warning", "The network is untrained. Press Train and watch it learn to read."
        if not self.model.fits:
            shape = "×".join(map(str, predictor.network.input_dim))
            return "error", f"This network reads images of {shape}; {self._what_is_read()}."
        if not predictor.is_trained:
            return "warning", "The network is untrained: its answer is a guess."
        if self.model.image is None:
            return "muted", "Draw a digit; the network reads it while you draw."
        if self.model.probabilities is None and self.model.is_reading:
            return "muted", "This large network is reading; that takes a moment."
        if self.model.probabilities is None:
            return "error", "The network gives no probabilities; its weights are not finite."
        if self.model.picture is not None:
            return "muted", f"{self.model.picture.title}."
        if self.model.is_unlike:
            return "warning", "This is unlike the images that the network has learned from."
        changes = ", with your changes" if self.lab.stand_in.changes else ""
        return "muted", f"Read {self._by_what()}{changes}."

    def _by_what(self) -> str:
        """Return which weights read, apart from changes that were made to them."""
        predictor = self.lab.predictor
        if predictor.origin == "lab":
            return "by the weights that come with the lab"
        if predictor.iteration:
            return f"after {counted(predictor.iteration, 'iteration')} of training"
        if predictor.origin == "run":
            return "with the weights that the run began with"
        return "with the weights that were opened"

    def _what_is_read(self) -> str:
        shape = "×".join(map(str, self.model.image_shape))
        return f"{'a drawing' if self.model.picture is None else 'this picture'} is {shape}"
