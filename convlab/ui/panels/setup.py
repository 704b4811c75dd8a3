"""The settings of the next run, and what they mean."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from convlab.app.augmentation_preview import AugmentationPreview
from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.app.setup import Setup
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.distorted_images import DistortedImages
from convlab.ui.widgets.field_row import FieldRow
from convlab.ui.widgets.form_footer import FormFooter
from convlab.ui.widgets.layer_table import FoldButton, LayerTable
from convlab.ui.widgets.settings_form import SettingsForm

Direction = QBoxLayout.Direction

NARROWEST = 300  # pixels of the panel; labels wrap, but no word is cut off
WIDEST_FORM = 60 * SPACE  # farther apart, labels and editors no longer look like pairs
HINT = (
    "Point at a setting, or move to it, to read what it does. A bar at its left says that it was "
    "changed from its default."
)


@PANELS.register("Setup")
class SetupPanel(Panel):
    """A form that scrolls; always in view, what it amounts to and the help of a field.

    These stand below the form, or beside it where there is no height.

    ``dataset_folder_wanted`` says that the user wants to open a folder of images.
    """

    title = "Setup"
    area = "left"

    dataset_folder_wanted = Signal()

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = Setup(lab, parent=self)
        self.form = SettingsForm(theme)
        self.layers = LayerTable(theme)
        self.augmentation = AugmentationPreview(lab, parent=self)
        self.distorted = DistortedImages(theme)
        self.footer = FormFooter(HINT, theme)
        self._next_run = QLabel()
        self._next_run.setWordWrap(True)
        self._next_run.setProperty("role", "muted")
        self._told: frozenset[str] = frozenset()
        # The form has made room for new sentences only when the event loop has run.
        self._reveal_timer = QTimer(self)
        self._reveal_timer.setSingleShot(True)
        self._arrange()
        self._connect()
        self._on_replaced()
        self._on_checked()
        self._on_run_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put form and footer side by side where the panel is low and wide."""
        super().resizeEvent(event)
        is_low = self.width() >= 2 * NARROWEST and self.width() > 1.25 * self.height()
        self._halves.setDirection(Direction.LeftToRight if is_low else Direction.TopToBottom)
        self._halves.setStretch(0, 2 if is_low else 1)
        self._halves.setStretch(1, 1 if is_low else 0)
        self.footer.stand_beside(is_low)

    def problem_rows(self) -> list[FieldRow]:
        """Return the fields that are marked, from top to bottom."""
        return [row for row in self.form.rows().values() if row.problem]

    def _arrange(self) -> None:
        self.setMinimumWidth(NARROWEST)
        self.form.add_below("network", self.layers)
        self.form.add_below("network", FoldButton(self.layers))
        self.form.add_below("augmentation", self.distorted)
        self.distorted.set_images(None)
        content = QWidget()
        content.setMaximumWidth(WIDEST_FORM)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(SPACE, 2 * SPACE, 2 * SPACE - 2, 2 * SPACE)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self._next_run.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 0)
        self._halves = QBoxLayout(Direction.TopToBottom)
        self._halves.addWidget(self._scroll, 1)
        self._halves.addWidget(self.footer)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._next_run)
        whole.addLayout(self._halves, 1)

    def _connect(self) -> None:
        self.form.changed.connect(self._on_form_changed)
        self.form.pointed.connect(self.footer.set_help)
        self.form.left.connect(self._on_field_left)
        self.form.dataset_folder_wanted.connect(self.dataset_folder_wanted)
        self.footer.show_wanted.connect(self._on_show_wanted)
        self.distorted.another_wanted.connect(self.augmentation.draw_anew)
        self.augmentation.changed.connect(self._on_distorted)
        self.model.checked.connect(self._on_checked)
        self.model.replaced.connect(self._on_replaced)
        self._reveal_timer.timeout.connect(self._on_layout_settled)
        self.lab.session.state_changed.connect(self._on_run_changed)
        self.lab.queue.changed.connect(self._on_run_changed)

    @Slot()
    def _on_form_changed(self) -> None:
        self.model.edit(self.form.values())

    @Slot()
    def _on_replaced(self) -> None:
        self.form.set_datasets(self.model.datasets, self.model.dataset_text)
        self.form.set_values(self.model.values)

    @Slot()
    def _on_checked(self) -> None:
        model = self.model
        self.form.set_datasets(model.datasets, model.dataset_text)
        self.form.set_problems(model.problems)
        self.layers.set_layers(model.layer_names, model.layers)
        self.augmentation.set_augmentation(model.augmentation)
        self.footer.sum_up(*self._sum())
        if model.problems.keys() - self._told:
            self._reveal_timer.start()
        self._told = frozenset(model.problems)

    def _sum(self) -> tuple[str, bool]:
        if count := len(self.problem_rows()):
            settings = "1 setting" if count == 1 else f"{count} settings"
            return f"{settings} cannot be used; change what is marked in red.", True
        return self.model.summary, False

    @Slot()
    def _on_distorted(self) -> None:
        self.distorted.set_images(self.augmentation.images)

    @Slot()
    def _on_layout_settled(self) -> None:
        if rows := self.problem_rows():
            self._scroll.ensureWidgetVisible(rows[0], 0, SPACE)

    @Slot()
    def _on_show_wanted(self) -> None:
        if rows := self.problem_rows():
            rows[0].editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(rows[0], 0, SPACE)

    @Slot()
    def _on_field_left(self) -> None:
        focused = (row for row in self.form.rows().values() if row.editor.hasFocus())
        self.footer.set_help(next((row.help for row in focused), ""))

    @Slot()
    def _on_run_changed(self) -> None:
        queue = self.lab.queue
        if queue.is_active:
            place = queue.place or "A preset is about to begin"
            self._next_run.setText(f"{place}. It has settings of its own; these are kept for you.")
        else:
            self._next_run.setText("Changes apply to the next run.")
        self._next_run.setVisible(queue.is_active or self.lab.session.state is not State.IDLE)
