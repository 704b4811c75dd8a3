"""A filter of the first layer on any picture, and what becomes of the network if it is edited."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from convlab.app.filter_edit import FilterEditModel
from convlab.app.filter_export import csv_of, npz_of
from convlab.app.filter_trial import FilterTrial
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.insight.filter_edit import Change
from convlab.insight.mosaic import filter_images
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.applied_pictures import AppliedPictures
from convlab.ui.widgets.class_changes import ClassChanges
from convlab.ui.widgets.filter_editor import FilterEditor
from convlab.ui.widgets.filter_strip import FilterStrip
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.picture_file import png_of
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.wording import counted

EMPTY = "Press Train or open weights; then any filter of the first layer can be tried on a picture."
NO_FILTERS = "The first layer of this network is no convolution, so it has no filters to apply."
HINT = "Point at a pixel for its numbers. Type into the grid to change the filter."
LARGER_HINT = "Point at a pixel for its numbers. {0}, so its maps differ in size."
UNTESTED = "The test images do not fit."
PICTURES = (
    "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.tif *.tiff *.webp *.ppm *.pgm);;All files (*)"
)
WIDE = 72 * SPACE  # pixels; from here on the numbers stand beside the pictures
NARROWEST = 37 * SPACE
SHORT = 56 * SPACE  # below, buttons have icons alone


@PANELS.register("ApplyFilter")
class ApplyFilterPanel(WatchingPanel):
    """A strip of filters; picture and responses; the filter's numbers; accuracies by class."""

    title = "Apply a filter"
    area = "center"
    order = 15
    is_inside = True
    about = "Lay a filter of the first layer on any picture, and edit it to see what that costs."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.edit = FilterEditModel(lab, parent=self)
        self.model: FilterTrial = FilterTrial(lab, self.edit, parent=self)
        self.strip = FilterStrip(theme)
        self.pictures = AppliedPictures(theme)
        self.editor = FilterEditor(self.edit, theme)
        self.classes = ClassChanges(theme)
        self.accuracy = _title()  # below the pictures, or above where there is room
        self.accuracy_above = _title()
        self.status = muted_label()
        self._folder = str(Path.home())
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.setMinimumWidth(NARROWEST)
        self._on_theme_changed()

    def export_png(self, path: Path) -> None:
        """Write pictures, numbers and accuracies to a PNG file; a failure is told in a dialog."""
        self._export(path, lambda: png_of(self._filled, self.theme))

    def export_csv(self, path: Path) -> None:
        """Write the accuracies of all classes to a CSV file; a failure is told in a dialog."""
        if (change := self.model.change) is not None:
            self._export(path, lambda: csv_of(change, self.model.class_names))

    def export_npz(self, path: Path) -> None:
        """Write picture, filter and responses to an NPZ file; a failure is told in a dialog."""
        if (applied := self.model.applied_filter) is not None:
            self._export(path, lambda: npz_of(applied))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the numbers below the pictures where there is no room beside them."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        self.accuracy.setVisible(not is_wide)
        self.accuracy_above.setVisible(is_wide)
        lines = 1 if is_wide else 2
        self.status.setFixedHeight(lines * self.status.fontMetrics().lineSpacing())
        has_words = self.width() >= SHORT
        self.export_button.set_with_word(has_words)
        self.picture_button.setText("Picture" if has_words else "")
        self.use_button.setText("Use in the lab" if has_words else "Use")

    def _make_buttons(self) -> None:
        edit = self.edit
        self.picture_button = QPushButton("Picture")
        self.picture_button.setAccessibleName("Picture")
        self.picture_button.setToolTip("Which picture the filter is laid on")
        menu = QMenu(self.picture_button)
        self.examined_action = menu.addAction("Examined image", self.model.use_examined)
        menu.addAction("Open picture…", self._on_picture_wanted)
        self.picture_button.setMenu(menu)
        self.undo_button = _tool_button("Undo the last edit (Ctrl+Z)", "Undo", edit.undo)
        self.redo_button = _tool_button("Make it again (Ctrl+Shift+Z)", "Redo", edit.redo)
        self.reset_button = _tool_button("Take back all edits", "Reset", edit.reset)
        self.use_button = QPushButton("Use in the lab")
        self.use_button.setCheckable(True)
        self.use_button.setAccessibleName("Use in the lab")
        self.export_button = ExportButton(
            self.theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Accuracies (CSV)…": self._on_csv_wanted,
                "Arrays (NPZ)…": self._on_npz_wanted,
            },
        )
        self._accuracies_action = self.export_button.menu().actions()[1]

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.picture_button)
        header.addWidget(self.accuracy_above)
        header.addStretch()
        for button in (self.undo_button, self.redo_button, self.reset_button):
            header.addWidget(button)
        header.addWidget(self.use_button)
        header.addWidget(self.export_button)
        left = QVBoxLayout()
        left.setSpacing(SPACE // 2)
        left.addWidget(self.pictures, 1000)
        left.addWidget(self.accuracy)
        left.addWidget(self.classes, 200)
        left.addStretch(1)  # takes what is left once both are as high as they may be
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(2 * SPACE)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self.editor)
        self._filled = QWidget()
        column = QVBoxLayout(self._filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.strip)
        column.addLayout(self._columns, 1)
        column.addWidget(self.status)
        self.hint = muted_label("", Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(self._filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        edit, model = self.edit, self.model
        edit.changed.connect(self._on_changed)
        model.picture_changed.connect(self._on_changed)
        model.applied.connect(self._on_applied)
        model.tested.connect(self._show_accuracies)
        model.failed.connect(self.status.setText)
        self.editor.refused.connect(self.status.setText)
        self.strip.chosen.connect(edit.choose)
        self.classes.chosen.connect(self.lab.selection.choose_class)
        self.use_button.clicked.connect(edit.set_used)
        self.theme.changed.connect(self._on_theme_changed)
        self.pictures.pointed.connect(self._on_pointed)
        scope = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, action in (
            (QKeySequence.StandardKey.Undo, edit.undo),
            (QKeySequence.StandardKey.Redo, edit.redo),
            (QKeySequence.StandardKey.Copy, edit.copy),
            (QKeySequence.StandardKey.Paste, edit.paste),
        ):
            QShortcut(QKeySequence(key), self, context=scope).activated.connect(action)

    def _redraw(self) -> None:
        edit = self.edit
        filters = edit.filters
        self._stack.setCurrentIndex(1 if filters else 0)
        self.hint.setText(NO_FILTERS if edit.base is not None else EMPTY)
        history = edit.history
        self.undo_button.setEnabled(history.can_undo)
        self.redo_button.setEnabled(history.can_redo)
        self.reset_button.setEnabled(bool(edit.edits))
        self.export_button.setEnabled(bool(filters))
        self.picture_button.setEnabled(bool(filters))
        self.use_button.setEnabled(edit.can_use and (bool(edit.edits) or edit.is_used))
        self.use_button.setChecked(edit.is_used)
        box = "mdi6.checkbox-marked" if edit.is_used else "mdi6.checkbox-blank-outline"
        self.use_button.setIcon(self.theme.icon(box))
        self.use_button.setToolTip(_use_tip(edit))
        if not filters:
            return
        kernels = np.stack([each.kernel for each in filters])
        self.strip.set_filters(filter_images(kernels), edit.number, frozenset(edit.edits))
        self.editor.redraw()
        self.status.setText(self._hint())
        self._show_pictures()
        self._show_accuracies()

    def _show_pictures(self) -> None:
        model = self.model
        self.pictures.set_applied(
            model.picture,
            model.picture_title,
            model.applied_filter,
            is_followed=bool(model.activation),
        )

    @Slot()
    def _show_accuracies(self) -> None:
        change = self.model.change
        is_old = self.model.is_testing
        self.classes.set_change(self.model.class_names, change, muted=is_old)
        for label in (self.accuracy, self.accuracy_above):
            text = _accuracy_text(change, self.model.can_test, self.model.test_images)
            label.setText(text if self.edit.filters else "")
            label.setToolTip(_accuracy_tip(change, self.model.test_images))
        self._accuracies_action.setEnabled(change is not None and not is_old)

    def _hint(self) -> str:
        otherwise = self.model.in_the_layer
        return LARGER_HINT.format(otherwise) if otherwise else HINT

    @Slot(str)
    def _on_pointed(self, sentence: str) -> None:
        self.status.setText(sentence or self._hint())

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()

    @Slot()
    def _on_applied(self) -> None:
        if self.isVisible():
            self._show_pictures()

    @Slot()
    def _on_theme_changed(self) -> None:
        icon = self.theme.icon
        self.picture_button.setIcon(icon("mdi6.image-outline"))
        self.undo_button.setIcon(icon("mdi6.undo"))
        self.redo_button.setIcon(icon("mdi6.redo"))
        self.reset_button.setIcon(icon("mdi6.restore"))
        self._redraw()

    def _on_picture_wanted(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a picture", self._folder, PICTURES)
        if name:
            self._folder = str(Path(name).parent)
            self.model.open_picture(Path(name))

    def _export(self, path: Path, content: Callable[[], bytes | str]) -> None:
        export_or_complain(self, "filter", path, lambda: write_atomically(path, content()))

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "filter", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "filter", "csv", "CSV tables", self.export_csv)

    def _on_npz_wanted(self) -> None:
        ask_and_export(self, "filter", "npz", "NumPy arrays", self.export_npz)


def _accuracy_text(change: Change | None, can_test: bool, in_all: int) -> str:
    if change is None or not can_test:
        return "Testing…" if can_test else UNTESTED
    before, after = change.before, change.after
    changed = "" if before is after else f" → {after.total:.1%}"
    images = int(after.count.sum())
    if after.unread == images:
        return f"{before.total:.1%} → no finite scores"
    if after.unread:
        return f"{before.total:.1%}{changed}, {after.unread:,} not finite"
    some = f" (of {in_all:,})" if images < in_all else ""
    return f"{before.total:.1%}{changed} of {images:,} images{some}"


def _accuracy_tip(change: Change | None, in_all: int) -> str:
    if change is None or not change.after.unread:
        tip = "The share of test images that is read right, before and after edits"
        is_part = change is not None and change.after.count.sum() < in_all
        return f"{tip}, of as many as can be read in about a second" if is_part else tip
    unread, images = change.after.unread, counted(int(change.after.count.sum()), "image")
    return f"Of {unread:,} of {images} the scores are not finite, so they count as wrong"


def _use_tip(edit: FilterEditModel) -> str:
    if edit.is_used:
        return "The edited network answers everywhere; press to have the former one back"
    if not edit.can_use:
        return "During a run the network that learns answers; stop the run first"
    return "Let the network with the edited filters answer everywhere in the lab"


def _title() -> QLabel:
    label = QLabel()
    label.setProperty("role", "title")
    return label


def _tool_button(tool_tip: str, name: str, on_clicked: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tool_tip)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(lambda: on_clicked())
    return button
