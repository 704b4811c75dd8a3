"""Two runs side by side: settings, curves, filters, and how well each class is read."""

import csv
from io import StringIO
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.run_columns import accuracy_words, value_words
from convlab.app.run_comparison import ComparedRuns, RunComparison
from convlab.files import write_atomically
from convlab.training.run_store import RunEntry
from convlab.training.setting_labels import setting_label
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.class_accuracy_bars import ClassAccuracyBars
from convlab.ui.widgets.compared_curves import ComparedCurves
from convlab.ui.widgets.compared_filters import ComparedFilters
from convlab.ui.widgets.dialog_frame import fill_dialog
from convlab.ui.widgets.figures_table import FiguresTable
from convlab.ui.widgets.look import COMPARED
from convlab.ui.widgets.run_legend import RunLegend
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain

USUAL_SIZE = QSize(1080, 680)
NOT_MEASURED = "not measured"
COMPARING = "Reading both runs and trying them on the test images…"


class ComparisonDialog(QDialog):
    """Shows what two runs have not in common; A is the left one, B the right one."""

    def __init__(
        self,
        left: RunEntry,
        right: RunEntry,
        lab: Lab,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare two runs")
        self._compared: ComparedRuns | None = None
        self._usual = ""  # what the status says while nothing is pointed at
        self.legend = RunLegend(theme)
        names = (f"A  {left.title}", f"B  {right.title}")
        self._titles = (left.title, right.title)
        self._kinds = (*_kinds(left), *_kinds(right))
        self._weights = f"A: iteration {_kept_at(left):,}, B: {_kept_at(right):,}"
        self.bars_title = QLabel("Accuracy of each class")
        self.legend.set_runs(list(zip(names, COMPARED, strict=True)))
        columns = {"": "", "A": left.title, "B": right.title}
        self.figures = FiguresTable(theme, columns, words=("A", "B"))
        self.figures.setAccessibleName("Accuracies, and settings that differ")
        self.figures.horizontalHeader().setStretchLastSection(True)
        self.curves = ComparedCurves(theme)
        self.filters = ComparedFilters(theme)
        self.bars = ClassAccuracyBars(theme)
        self.status = QLabel(COMPARING)
        self.status.setProperty("role", "muted")
        self.status.setWordWrap(True)
        self.export_button = QPushButton("Export table…")
        self.export_button.setEnabled(False)
        self.export_button.setAutoDefault(False)
        self.export_button.setToolTip("Save accuracies and settings as a CSV table")
        self.export_button.clicked.connect(self._on_export_wanted)
        fill_dialog(self, self._content(), self.status, (self.export_button,), QPushButton("Close"))
        self.filters.said.connect(self._on_said)
        self._comparison = RunComparison(self)
        self._comparison.compared.connect(self._on_compared)
        self._comparison.failed.connect(self.status.setText)
        self._comparison.start(left, right, lab.dataset)
        room = self.screen().availableSize() * 0.92
        self.resize(USUAL_SIZE.boundedTo(room))

    def export_csv(self, path: Path) -> None:
        """Write the tables to a CSV file; a failure is told in a dialog."""
        if self._compared is None:
            return
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("", *self._titles))
        writer.writerows(csv_rows(self._compared, self._kinds))
        export_or_complain(
            self, "comparison", path, lambda: write_atomically(path, text.getvalue())
        )

    def _content(self) -> QWidget:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(2 * SPACE)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.bars)
        scroll.viewport().setAutoFillBackground(False)
        self.bars.setAutoFillBackground(False)
        grid.addWidget(self.legend, 0, 0, 1, 2)
        grid.addWidget(_titled(QLabel("Accuracies and settings that differ"), self.figures), 1, 0)
        grid.addWidget(self.curves, 1, 1)
        grid.addWidget(_titled(QLabel("Filters of the first convolution"), self.filters), 2, 0)
        grid.addWidget(_titled(self.bars_title, scroll), 2, 1)
        for number in (0, 1):
            grid.setColumnStretch(number, 1)
            grid.setRowStretch(number + 1, 6 - number)
        return content

    @Slot(object)
    def _on_compared(self, compared: ComparedRuns) -> None:
        self._compared = compared
        comparison = compared.comparison
        self.figures.set_rows(table_rows(compared, self._kinds))
        self.curves.set_histories(compared.left.history, compared.right.history)
        self.filters.set_filters(compared.left.filters, compared.right.filters)
        left, right = comparison.left, comparison.right
        self.bars.set_accuracies(comparison.class_names, comparison.counts, left.right, right.right)
        self.export_button.setEnabled(True)
        images = int(comparison.counts.sum())
        self._usual = " ".join(p for p in (left.problem, right.problem) if p) or (
            f"Classes were read now, in the {images:,} test images of {comparison.dataset}, with "
            f"the weights that each run has left ({self._weights}); above the bars is by how many "
            "points B is better or worse than A. Point at a filter for its values."
        )
        self.bars_title.setText(f"Accuracy of each class ({images:,} images)")
        self.status.setText(self._usual)

    @Slot(str)
    def _on_said(self, text: str) -> None:
        self.status.setText(text or self._usual)

    @Slot()
    def _on_export_wanted(self) -> None:
        ask_and_export(self, "comparison", "csv", "CSV tables", self.export_csv)


def table_rows(compared: ComparedRuns, kinds: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return what each row of the table says: accuracies, then settings that differ.

    ``kinds`` are the networks and optimizers of the two runs.
    """
    left, right = compared.comparison.left, compared.comparison.right
    accuracies = (
        ("Best test accuracy", left.best, right.best),
        ("Last test accuracy", left.last, right.last),
    )
    rows = [(name, accuracy_words(a), accuracy_words(b)) for name, a, b in accuracies]
    rows.append(("All test images, at the end", _at_end(left.whole), _at_end(right.whole)))
    differences = compared.comparison.differences
    rows += [
        (setting_label(d.name, *kinds), value_words(d.left), value_words(d.right))
        for d in differences
    ]
    return rows if differences else [*rows, ("Settings", "all the same", "all the same")]


def csv_rows(compared: ComparedRuns, kinds: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return the rows of the table, and the accuracy of each class."""
    comparison = compared.comparison
    pair = [
        np.full(len(comparison.class_names), np.nan) if shares is None else shares
        for shares in (comparison.left.right, comparison.right.right)
    ]
    of_classes = zip(comparison.class_names, *pair, strict=True)
    rows = table_rows(compared, kinds)
    for name, *shares in of_classes:
        left, right = ("" if np.isnan(share) else f"{share:.6f}" for share in shares)
        rows.append((f"class {name}", left, right))
    return rows


def _at_end(accuracy: float | None) -> str:
    """Return what a run that was stopped, or is not over, did not come to."""
    return NOT_MEASURED if accuracy is None else accuracy_words(accuracy)


def _kept_at(entry: RunEntry) -> int:
    """Return the iteration of the weights that a run has left, as people count it."""
    return entry.info.branched_at + entry.info.weights_iteration


def _kinds(entry: RunEntry) -> tuple[str, str]:
    return entry.info.network, entry.info.optimizer


def _titled(title: QLabel, widget: QWidget) -> QWidget:
    title.setProperty("role", "title")
    title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE)
    layout.addWidget(title)
    layout.addWidget(widget, 1)
    return box
