"""One update of the network, from the images to the new weights, with every array on the way."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.one_step import MOST_IMAGES, OneStepModel
from convlab.insight.one_step import Stage
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.array_view import ArrayView
from convlab.ui.widgets.batch_choice import BatchChoice
from convlab.ui.widgets.code_lines import CodeLines
from convlab.ui.widgets.elided_box import ElidedBox
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.ui.widgets.stage_arrays import StageArrays

ACCEPTED = (
    "The step was taken: the network after it, with other {0}, now answers everywhere. It is no "
    "part of the run. Undo goes back; a run, other weights or another moment set it aside."
)
EMPTY = "Choose some training images and make a step: the lab itself does not change by it."
NARROWEST = 38 * SPACE
WIDE = 64 * SPACE  # pixels, from which on arrays and the chosen one stand side by side
FIRST_IMAGES = 10
Direction = QBoxLayout.Direction


@PANELS.register("One step")
class OneStepPanel(Panel):
    """Walks through one update on a copy of the network; Accept lets the lab answer with it."""

    title = "One step"
    area = "center"
    order = 17
    is_inside = True
    about = "One update, layer by layer: every array on the way, and the NumPy that makes it."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = OneStepModel(lab, parent=self)
        self._drawn: Stage | None = None
        self._array_name = ""
        self.batch = BatchChoice(MOST_IMAGES, FIRST_IMAGES)
        self.begin_button = QPushButton("Make the step")
        self.begin_button.setProperty("role", "primary")
        self.cancel_button = QPushButton("Cancel")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(SPACE // 2)
        self.accept_button = QPushButton("Accept")
        self.undo_button = QPushButton("Undo")
        self.undo_button.setToolTip("Let the lab answer with the network before the step again")
        self.export_button = ExportButton(
            theme, {"Arrays (NPZ)…": self._on_export_wanted}, "Export the arrays of the step"
        )
        self.back_button = QPushButton("Back")
        self.next_button = QPushButton("Next")
        self.next_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.stage_choice = ElidedBox()
        self.stage_choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.stage_choice.setMinimumContentsLength(8)
        self.stage_choice.setAccessibleName("Stage of the step")
        self.stage_choice.setToolTip("Where in the step you are; choose to jump")
        self.about_label = QLabel()
        self.arrays = StageArrays(theme)
        self.code = CodeLines()
        self.view = ArrayView(theme)
        self.status = muted_label()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._on_changed()

    def choices(self) -> dict[str, str]:
        """Return how many images the step is made on."""
        return {"images": str(self.batch.images)}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Choose as many images as the last time."""
        images = choices.get("images", "")
        if images.isdecimal() and len(images) <= len(str(MOST_IMAGES)):
            self.batch.images_box.setValue(int(images))

    def export_npz(self, path: Path) -> None:
        """Write every array of the step to an NPZ file; a failure is told in a dialog."""
        export_or_complain(self, "step", path, lambda: self.model.to_npz(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._on_changed()

    def minimumSizeHint(self) -> QSize:
        """Narrow docks are allowed; what does not fit in one row takes two."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put arrays and picture side by side where there is room, else one below the other."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        for row in (self._halves, self._header):
            row.setDirection(Direction.LeftToRight if is_wide else Direction.TopToBottom)
        self._body.setMinimumHeight(0 if is_wide else 56 * SPACE)
        self.export_button.set_with_word(is_wide)

    def _lay_out(self) -> None:
        self._header = QBoxLayout(Direction.LeftToRight)
        self._header.setSpacing(SPACE)
        buttons = _row(self.begin_button, self.cancel_button)
        buttons.addStretch(1)
        buttons.addWidget(self.accept_button)
        buttons.addWidget(self.undo_button)
        buttons.addWidget(self.export_button)
        self._header.addWidget(self.batch)
        self._header.addLayout(buttons, 1)
        walk = QHBoxLayout()
        walk.setSpacing(SPACE)
        walk.addWidget(self.back_button)
        walk.addWidget(self.stage_choice, 1)
        walk.addWidget(self.next_button)
        self._halves = QBoxLayout(Direction.LeftToRight)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(2 * SPACE)
        self._halves.addWidget(self._lines(), 4)
        self._halves.addWidget(self.view, 3)
        self._body = QWidget()
        self._body.setLayout(self._halves)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(walk)
        column.addWidget(self.about_label)
        column.addWidget(self._body, 1)
        column.addWidget(self.status)
        self.about_label.setWordWrap(True)
        self.hint = muted_label(EMPTY, Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE // 4)
        layout.addLayout(self._header)
        layout.addWidget(self.progress)
        layout.addWidget(self._stack, 1)

    def _lines(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.arrays, 1)
        column.addWidget(self.code, 1)
        return left

    def _connect(self) -> None:
        self.model.changed.connect(self._on_changed)
        self.model.progressed.connect(self._on_progressed)
        self.begin_button.clicked.connect(self._on_begin_clicked)
        self.cancel_button.clicked.connect(self.model.cancel)
        self.accept_button.clicked.connect(self._on_accept_clicked)
        self.undo_button.clicked.connect(self._on_undo_clicked)
        self.back_button.clicked.connect(self._on_back_clicked)
        self.next_button.clicked.connect(self._on_next_clicked)
        self.stage_choice.activated.connect(self.model.go_to)
        self.arrays.row_chosen.connect(self._on_array_chosen)
        self.view.read.connect(self._on_read)
        self.lab.selection.changed.connect(self._on_selection_changed)
        self.theme.changed.connect(self._on_theme_changed)

    @Slot()
    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        model = self.model
        self.batch.set_available(model.images)
        why_not = model.why_not_begin()
        self.begin_button.setVisible(not model.is_busy)
        self.begin_button.setEnabled(not why_not)
        self.begin_button.setToolTip(why_not or "Make one step on a copy of the network")
        self.cancel_button.setVisible(model.is_busy)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setVisible(model.is_busy)
        self.export_button.setEnabled(model.step is not None)
        self.export_button.setToolTip("Save every array of the step in one file for NumPy")
        self._offer_accept()
        self._stack.setCurrentIndex(0 if model.step is None else 1)
        self.hint.setText(model.problem or why_not or EMPTY)
        if model.stage is not None and model.stage is not self._drawn:
            self._show_stage(model.stage)

    def _offer_accept(self) -> None:
        why_not = self.model.why_not_accept()
        self.accept_button.setVisible(not self.model.is_accepted)
        self.undo_button.setVisible(self.model.is_accepted)
        self.accept_button.setEnabled(not why_not)
        self.accept_button.setToolTip(why_not or "Let the lab answer with the network after it")
        self._on_read("")

    def _show_stage(self, stage: Stage) -> None:
        step = self.model.step
        if step is None:
            return
        is_other = self._drawn is None or stage.title != self._drawn.title
        self._drawn = stage
        titles = [f"{n}. {each.title}" for n, each in enumerate(step.stages, start=1)]
        if titles != [self.stage_choice.itemText(n) for n in range(self.stage_choice.count())]:
            self.stage_choice.clear()
            self.stage_choice.addItems(titles)
        self.stage_choice.setCurrentIndex(self.model.place)
        self.back_button.setEnabled(self.model.place > 0)
        self.next_button.setEnabled(self.model.place < len(titles) - 1)
        words = self.model.memory_in_words if stage.phase == "Update" else ""
        self.about_label.setText(f"{stage.about} {words}".strip())
        numbers = ", ".join(f"{name} = {value}" for name, value in stage.numbers.items())
        self.code.set_lines(f"# {numbers}" if numbers else "", stage.code)
        if is_other or self._array_name not in stage.arrays:
            self._array_name = _first_choice(stage)
        self.arrays.set_arrays(stage.arrays, self._array_name)
        self._show_array()
        # Not anew: whoever chose the layer elsewhere may have chosen a unit of it, too.
        is_layer = stage.phase in ("Forward", "Backward") and stage.name != "Softmax"
        if is_layer and stage.name != self.lab.selection.layer:
            self.lab.selection.choose_layer(stage.name)

    def _show_array(self) -> None:
        if self._drawn is not None:
            self.view.set_array(self._array_name, self._drawn.arrays[self._array_name])

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot()
    def _on_begin_clicked(self) -> None:
        self.model.begin(self.batch.first, self.batch.images)

    @Slot()
    def _on_accept_clicked(self) -> None:
        self.model.accept()
        self.undo_button.setFocus()

    @Slot()
    def _on_undo_clicked(self) -> None:
        self.model.undo()
        self.accept_button.setFocus()

    @Slot()
    def _on_back_clicked(self) -> None:
        self.model.go_to(self.model.place - 1)

    @Slot()
    def _on_next_clicked(self) -> None:
        self.model.go_to(self.model.place + 1)

    @Slot(int)
    def _on_array_chosen(self, row: int) -> None:
        if self._drawn is not None:
            self._array_name = list(self._drawn.arrays)[row]
            self._show_array()

    @Slot(str)
    def _on_read(self, text: str) -> None:
        """Say which number is pointed at; else whether the step can be accepted."""
        self.status.setText(text or self._usual_status())

    def _usual_status(self) -> str:
        step = self.model.step
        if step is None:
            return ""
        if self.model.is_accepted:
            names = [stage.name for stage in step.stages if stage.phase == "Update"]
            return ACCEPTED.format(f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0])
        text = f"Loss {step.loss_before:.6g} before the step, {step.loss_after:.6g} after it. "
        if step.in_training:
            text = (
                f"Loss {step.loss_learned:.6g} with {step.in_training}, {step.loss_before:.6g} "
                f"without; after the step {step.loss_after:.6g} without. "
            )
        if why_not := self.model.why_not_accept():
            return f"{text}Accept is off: {why_not[0].lower()}{why_not[1:]}"
        return f"{text}Accept lets the lab answer with the new weights."

    @Slot()
    def _on_selection_changed(self) -> None:
        """Go to the layer that was chosen elsewhere."""
        step, name = self.model.step, self.lab.selection.layer
        if step is None or (self._drawn is not None and self._drawn.name == name):
            return
        places = [n for n, stage in enumerate(step.stages) if stage.name == name]
        if places:
            self.model.go_to(places[0])

    @Slot()
    def _on_theme_changed(self) -> None:
        icon = self.theme.icon
        self.back_button.setIcon(icon("mdi6.chevron-left"))
        self.next_button.setIcon(icon("mdi6.chevron-right"))
        self.accept_button.setIcon(icon("mdi6.check"))
        self.undo_button.setIcon(icon("mdi6.undo"))

    @Slot()
    def _on_export_wanted(self) -> None:
        ask_and_export(self, "step", "npz", "NumPy archives", self.export_npz)


def _first_choice(stage: Stage) -> str:
    """Return the array that a stage is about: what it leaves for the next one."""
    wanted = ("step", "out", "dW", "dx", "y", "dout", "y_after", "x")
    return next((name for name in wanted if name in stage.arrays), next(iter(stage.arrays)))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE)
    for widget in widgets:
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
    return row
