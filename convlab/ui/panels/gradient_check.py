"""Back-propagated gradients against numerical ones, parameter by parameter."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.gradient_check import MOST_IMAGES, SAMPLED, GradientCheckModel
from convlab.app.lab import Lab
from convlab.insight.gradient_comparison import TOLERANCE, Comparison, Verdict
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.batch_choice import BatchChoice
from convlab.ui.widgets.elided_label import ElidedLabel
from convlab.ui.widgets.figures_table import FiguresTable
from convlab.ui.widgets.layer_table import shape_text
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.wording import counted

EMPTY = (
    "Press Check: each weight is moved a little both ways, and the change of the loss is compared "
    "with the gradient that back-propagation computes."
)
NARROWEST = 38 * SPACE
WIDE = 64 * SPACE  # pixels, from which on both tables stand side by side
FIRST_IMAGES = 2
VERDICT = 1  # its column
MOST_SHOWN = 200  # numbers of one parameter in the second table, the worst first
EXPLANATIONS = {
    Verdict.AGREE: "Both gradients of {name} agree: nowhere are they further apart than "
    "{tolerance:g} of the largest one, rounding aside.",
    Verdict.KINK: "{name} agrees, but {kinks} at a kink: within the step a ReLU begins to "
    "pass or another value wins in max pooling, so the slope differs on both sides of it, and "
    "back-propagation takes one side.",
    Verdict.TINY: "The gradient of {name} is so small that rounding hides it: it has no effect, "
    "such as a bias before batch normalization, or the network is too certain of these images.",
    Verdict.ZERO: "Nothing to compare: all checked gradients of {name} are zero. So they always "
    "are for running averages; for anything else, take other images.",
    Verdict.DIFFER: "The gradients of {name} differ by more than rounding can explain: either a "
    "layer's backward is wrong, or the weights are out of range.",
}
Direction = QBoxLayout.Direction


@PANELS.register("Gradient check")
class GradientCheckPanel(Panel):
    """A table of parameters with the errors of their gradients; beside it the numbers of one."""

    title = "Gradient check"
    area = "center"
    order = 18
    is_inside = True
    about = "Whether back-propagation computes the gradients that finite differences find."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = GradientCheckModel(lab, parent=self)
        self._chosen = ""
        self.batch = BatchChoice(MOST_IMAGES, FIRST_IMAGES)
        self.check_button = QPushButton("Check")
        self.check_button.setProperty("role", "primary")
        self.cancel_button = QPushButton("Cancel")
        self.all_button = QPushButton()
        self.export_button = ExportButton(
            theme, {"Table (CSV)…": self._on_export_wanted}, "Export the checked numbers"
        )
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(SPACE // 2)
        self.table = FiguresTable(
            theme,
            {
                "Name": "Its name in params",
                "Verdict": "Whether the two gradients agree",
                "Error": "The largest difference, relative to the largest gradient",
                "Checked": "How many of its numbers were compared",
                "Shape": "How many numbers along each axis",
            },  # in the order of what matters, as the last ones may need scrolling
            words=("Verdict", "Checked", "Shape"),
        )
        self.table.setAccessibleName("Parameters")
        self.numbers = FiguresTable(
            theme,
            {
                "Place": "The place in the array, counted from 0",
                "Backward": "The gradient that backward computes",
                "Numerical": "(f(x + h) - f(x - h)) / 2h with h = 0.00001",
                "Apart": "How far the two are from each other; at a kink the slope has two values",
            },
        )
        self.numbers.setAccessibleName("Checked numbers of a parameter")
        self.caption = ElidedLabel()
        self.explanation = QLabel()
        self._lay_out()
        self._connect()
        self._on_theme_changed()

    def export_csv(self, path: Path) -> None:
        """Write every number that was checked to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "gradient check", path, lambda: self.model.to_csv(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._on_changed()

    def minimumSizeHint(self) -> QSize:
        """Narrow docks are allowed; what does not fit in one row takes two."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put both tables side by side where there is room, else one below the other."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        for row in (self._halves, self._header):
            row.setDirection(Direction.LeftToRight if is_wide else Direction.TopToBottom)
        self._body.setMinimumHeight(0 if is_wide else 44 * SPACE)
        self.export_button.set_with_word(is_wide)
        self._make_room_for_explanation()

    def _lay_out(self) -> None:
        self._header = QBoxLayout(Direction.LeftToRight)
        self._header.setSpacing(SPACE)
        right = QHBoxLayout()
        right.setSpacing(SPACE)
        right.addWidget(self.check_button)
        right.addWidget(self.cancel_button)
        right.addStretch(1)
        right.addWidget(self.all_button)
        right.addWidget(self.export_button)
        self._header.addWidget(self.batch)
        self._header.addLayout(right, 1)
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.caption)
        column.addWidget(self.numbers, 1)
        self._halves = QBoxLayout(Direction.LeftToRight)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(2 * SPACE)
        self._halves.addWidget(self.table, 6)
        self._halves.addWidget(beside, 5)
        self._body = QWidget()
        self._body.setLayout(self._halves)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._body, 1)
        column.addWidget(self.explanation)
        self.explanation.setWordWrap(True)
        self.hint = muted_label(EMPTY, Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE // 2)
        layout.addLayout(self._header)
        layout.addWidget(self.progress)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.model.changed.connect(self._on_changed)
        self.model.progressed.connect(self._on_progressed)
        self.check_button.clicked.connect(self._on_check_clicked)
        self.cancel_button.clicked.connect(self.model.cancel)
        self.all_button.clicked.connect(self._on_all_wanted)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.theme.changed.connect(self._on_theme_changed)

    @Slot()
    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        model, found = self.model, self.model.comparisons
        why_not = model.why_not()
        self.batch.set_available(model.images)
        self.check_button.setVisible(not model.is_busy)
        self.check_button.setEnabled(not why_not)
        self.check_button.setToolTip(
            why_not or f"Compare up to {SAMPLED} numbers of each parameter, in float64"
        )
        self.cancel_button.setVisible(model.is_busy)
        self.progress.setVisible(model.is_busy)
        self.export_button.setEnabled(bool(found) and not model.is_busy)
        self.export_button.setToolTip(
            "The check is not done yet: export when it is"
            if model.is_busy
            else "Save every number that was checked as a table"
        )
        self._stack.setCurrentIndex(1 if found else 0)
        self.hint.setText(model.problem or why_not or EMPTY)
        if found:
            self._show(found)
        else:
            self.all_button.hide()

    def _show(self, found: tuple[Comparison, ...]) -> None:
        names = [one.name for one in found]
        if self._chosen not in names:
            self._chosen = names[0]
        chosen = found[names.index(self._chosen)]
        colors = self.theme.colors
        verdict_colors = {
            Verdict.AGREE: colors.good,
            Verdict.KINK: colors.good,
            Verdict.TINY: colors.warning,
            Verdict.ZERO: colors.warning,
            Verdict.DIFFER: colors.error,
        }
        self.table.blockSignals(True)
        self.table.set_rows(
            [_row(one) for one in found],
            {(row, VERDICT): verdict_colors[one.verdict] for row, one in enumerate(found)},
        )
        self.table.setCurrentCell(names.index(self._chosen), 0)
        self.table.blockSignals(False)
        self._show_numbers(chosen)
        self.explanation.setText(self._in_words(found, chosen))
        self._make_room_for_explanation()
        is_partly = len(chosen.backward) < chosen.total
        self.all_button.setVisible(is_partly)
        self.all_button.setEnabled(not self.model.is_busy)
        self.all_button.setText(f"Check all of {chosen.name}")
        self.all_button.setToolTip(f"Compare all {chosen.total:,} numbers; this may take long")

    def _make_room_for_explanation(self) -> None:
        """Let the panel be scrolled where not all lines fit, which its frame does not do alone."""
        height = self.explanation.heightForWidth(self.width() - 4 * SPACE)
        self.explanation.setMinimumHeight(max(0, height))

    def _show_numbers(self, chosen: Comparison) -> None:
        gaps = np.abs(chosen.backward - chosen.numerical)
        order = np.argsort(-np.nan_to_num(gaps, nan=np.inf), kind="stable")[:MOST_SHOWN]
        shown = f"{len(chosen.backward):,} of {counted(chosen.total, 'number')} of {chosen.name}"
        self.caption.setText(f"{shown}, furthest apart first")
        self.numbers.set_rows(
            [
                [
                    ",".join(map(str, chosen.places[n].tolist())),
                    f"{chosen.backward[n]:.5g}".replace("-", "−"),
                    f"{chosen.numerical[n]:.5g}".replace("-", "−"),
                    "kink" if chosen.kinks[n] else f"{gaps[n]:.0e}",
                ]
                for n in order
            ]
        )

    def _in_words(self, found: tuple[Comparison, ...], chosen: Comparison) -> str:
        model = self.model
        wrong = [one.name for one in found if one.verdict is Verdict.DIFFER]
        first, images = model.batch
        text = "No checked gradient differs" if not wrong else _differing(wrong)
        text += f" ({counted(images, 'image')} from no. {first + 1:,})"
        if model.is_busy:
            text = "Checking"
        elif model.is_outdated:
            text += ", for the network as it was then"
        if model.unchecked and not model.is_busy:
            parameters = counted(len(model.unchecked), "parameter")
            text += f". It was given up before {parameters} of {len(found) + len(model.unchecked)}"
        count = int(chosen.kinks.sum())
        kinks = f"{counted(count, 'number')} {'lies' if count == 1 else 'lie'}"
        text += ". " + EXPLANATIONS[chosen.verdict].format(
            name=chosen.name, kinks=kinks, tolerance=TOLERANCE
        )
        if model.has_dropout:
            text += " Dropout is switched off: what it leaves out changes with every pass."
        return text

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot()
    def _on_check_clicked(self) -> None:
        self.model.check(self.batch.first, self.batch.images)

    @Slot()
    def _on_all_wanted(self) -> None:
        self.model.check_all(self._chosen)

    @Slot(int)
    def _on_row_chosen(self, row: int) -> None:
        self._chosen = self.model.comparisons[row].name
        self._on_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._on_changed()

    @Slot()
    def _on_export_wanted(self) -> None:
        ask_and_export(self, "gradient check", "csv", "CSV tables", self.export_csv)


def _differing(names: list[str]) -> str:
    return f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}"


def _row(one: Comparison) -> list[str]:
    count = len(one.backward)
    checked = f"all {count:,}" if count == one.total else f"{count:,} / {one.total:,}"
    return [one.name, one.verdict.value, f"{one.error:.1e}", checked, shape_text(one.shape)]
