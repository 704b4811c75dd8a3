"""Every run that was made, and what can be done with it."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.run_columns import COLUMNS, about_run
from convlab.app.runs import Runs
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.run_actions import RunActions
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.elided_label import ElidedLabel
from convlab.ui.widgets.run_table import RunTable
from convlab.wording import counted

EMPTY = "Every training is kept here. Press Train to make the first one."
READING = "Reading the runs…"
NOT_KEPT = "Runs are not kept in this window."
NONE_LIKE_THAT = "No run is like that."
TICK_HINT = "Tick runs to draw them in the curves."
WIDE = 68 * SPACE  # pixels; below, filter and buttons are two lines


@PANELS.register("Runs")
class RunsPanel(WatchingPanel):
    """A table of the runs; ticked ones are drawn in the curves, two can be compared."""

    title = "Runs"
    area = "center"
    order = 5
    about = "Every training that was made: open it again, go on with it, compare it with another."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: Runs = Runs(lab, parent=self)
        self.table = RunTable(self.model.ordered, lab.overlays, theme)
        self.actions_ = RunActions(lab, self.model, self.table, theme, self)
        self.filter_field = QLineEdit()
        self.starred_button = QPushButton()
        self.status = ElidedLabel()
        self._make_filter()
        self._lay_out()
        self.filter_field.textChanged.connect(self.model.ordered.set_words)
        self.starred_button.toggled.connect(self.model.ordered.set_only_starred)
        self.model.read.connect(self._on_changed)
        self.model.ordered.counted.connect(self._on_changed)
        self.model.said.connect(self._on_said)
        self.model.failed.connect(self._on_failed)
        self.table.chosen_changed.connect(self._on_chosen_changed)
        lab.session.run_started.connect(self._on_changed)  # it may be known now that none is kept
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_changed()

    def choices(self) -> dict[str, str]:
        """Return what the runs are sorted by."""
        ordered = self.model.ordered
        return {
            "sorted by": COLUMNS[ordered.sorted_by].title,
            "order": "descending" if ordered.is_descending else "ascending",
        }

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Sort as the last time."""
        titles = [column.title for column in COLUMNS]
        if choices.get("sorted by") in titles:
            is_descending = choices.get("order") == "descending"
            orders = Qt.SortOrder
            order = orders.DescendingOrder if is_descending else orders.AscendingOrder
            self.table.sortByColumn(titles.index(choices["sorted by"]), order)

    def minimumSizeHint(self) -> QSize:
        """Leave the buttons their room."""
        return QSize(self._buttons.minimumSize().width() + 4 * SPACE, 22 * SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below the filter where there is no room beside it."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        is_wide = self.width() >= WIDE
        self._header.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)

    def _make_filter(self) -> None:
        self.filter_field.setPlaceholderText("Filter")
        self.filter_field.setClearButtonEnabled(True)
        self.filter_field.setAccessibleName("Filter the runs")
        self.filter_field.setToolTip(
            "Show only runs with all of these words in name, note, settings, data set or state"
        )
        self.filter_field.setMinimumWidth(15 * SPACE)
        self.starred_button.setCheckable(True)
        self.starred_button.setAccessibleName("Only runs with a star")
        self.starred_button.setToolTip("Show only runs with a star")

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(SPACE)
        filters.addWidget(self.filter_field, 1)
        filters.addWidget(self.starred_button)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE)
        for button in self.actions_.buttons:
            self._buttons.addWidget(button)
        self._header = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._header.setSpacing(SPACE)
        self._header.addLayout(filters, 1)
        self._header.addLayout(self._buttons)
        self._hint = QLabel()
        self._hint.setProperty("role", "muted")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.status.setProperty("role", "muted")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(self._header)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.status)

    @Slot()
    def _on_changed(self) -> None:
        total, shown = len(self.model.table.entries), self.model.ordered.rowCount()
        if self.lab.store is None:
            self._hint.setText(NOT_KEPT)
        elif not self.model.has_read:
            self._hint.setText(READING)
        else:
            unkept = self.lab.session.unkept
            empty = f"{unkept} Until it can be, no training is kept here." if unkept else EMPTY
            self._hint.setText(NONE_LIKE_THAT if total else empty)
        self._stack.setCurrentIndex(1 if shown else 0)
        self.table.show_origins(any(entry.info.parent for entry in self.model.table.entries))
        for widget in (self.filter_field, self.starred_button):
            widget.setEnabled(total > 0)
        if self.status.property("role") == "muted":  # else it says what was done, or what was not
            self._on_chosen_changed()

    @Slot()
    def _on_chosen_changed(self) -> None:
        chosen = self.table.chosen
        about = about_run(chosen[0]).replace("\n", "  ·  ") if len(chosen) == 1 else ""
        self._say(about or self._count(len(chosen)), "muted")

    def _count(self, chosen: int) -> str:
        total, shown = len(self.model.table.entries), self.model.ordered.rowCount()
        if not total:
            return ""
        text = counted(total, "run") if shown == total else f"{shown:,} of {total:,} runs"
        return f"{chosen:,} of {text} chosen." if chosen > 1 else f"{text}. {TICK_HINT}"

    @Slot(str)
    def _on_said(self, sentence: str) -> None:
        self._say(sentence, "good")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._say(sentence, "error")

    def _say(self, text: str, role: str) -> None:
        self.status.setText(text)
        self.status.setToolTip(text)
        if self.status.property("role") != role:
            self.status.setProperty("role", role)
            self.status.style().polish(self.status)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.starred_button.setIcon(self.theme.icon("mdi6.star-outline"))
        self.table.viewport().update()
