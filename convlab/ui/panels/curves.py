"""Accuracy above loss, over the iterations of the run."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, log2
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from convlab.app.curves import CurvesModel, Reading
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Colors, Theme
from convlab.ui.widgets.curve_overlays import CurveOverlays
from convlab.ui.widgets.curve_section import CurveSection
from convlab.ui.widgets.figure import png_of, svg_of
from convlab.ui.widgets.look import Look
from convlab.ui.widgets.loss_section import LossSection
from convlab.ui.widgets.panel_parts import ExportButton
from convlab.ui.widgets.plot_axis import percent_text
from convlab.ui.widgets.plot_style import blend
from convlab.ui.widgets.readout import Readout
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.ui.widgets.scrubber import Scrubber

TRAIN = Look(lambda colors: QColor(colors.train), symbol="o")
TEST = Look(lambda colors: QColor(colors.test), dashed=True, symbol="s")

FEWEST_ITERATIONS = 10  # that the followed view shows
MARGIN = 0.05  # around the accuracies
RIGHT_MARGIN = 0.02
READOUT = {  # what it shows, and how wide that may become
    "Iteration": "1,000,000",
    "Epoch": "10,000",
    "Loss": "1.00e+00",
    "Smoothed": "1.00e+00",
    "Train": "100.00%",
    "Test": "100.00%",
}


@PANELS.register("Curves")
class CurvesPanel(Panel):
    """The two plots, what they show and how, and the values under the cursor."""

    title = "Curves"
    area = "center"
    order = 0

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = CurvesModel(lab.session, parent=self)
        self._cursor: float | None = None
        self._stale = False
        self.accuracy = CurveSection("Accuracy", percent_text, theme, self)
        self._train_curve = self.accuracy.add_curve("Train", TRAIN)
        self._test_curve = self.accuracy.add_curve("Test", TEST)
        self._make_buttons()  # here, so that Tab goes through the widgets from top to bottom
        self.loss = LossSection(self.model.smoothing, theme, self)
        self.loss.smoothing_changed.connect(self.model.set_smoothing)
        self.readout = Readout(READOUT, self)
        self.readout.setToolTip("The values under the cursor, or the latest ones")
        self.scrubber = Scrubber(lab.time_machine, lab.session, theme, self)
        self.overlays = CurveOverlays(
            lab.overlays, lab.session, self.model, (self.accuracy, self.loss), theme, self
        )
        self._prepare_plots()
        self._make_hint()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(self.accuracy, 1)
        layout.addWidget(self.loss, 1)
        layout.addWidget(self.overlays)
        layout.addWidget(self.scrubber)
        layout.addWidget(self.readout)
        self.scrubber.branch_wanted.connect(lab.branch_run)
        lab.time_machine.moved.connect(self._on_moved)
        self.overlays.drawn.connect(self._on_changed)
        self.model.reset.connect(self._on_reset)
        self.model.changed.connect(self._on_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._redraw()

    def export_png(self, path: Path) -> None:
        """Write the plots as they are shown to a PNG file; a failure is told in a dialog."""
        self._export(path, lambda: write_atomically(path, png_of(*self._figure())))

    def export_svg(self, path: Path) -> None:
        """Write the plots as they are shown to an SVG file; a failure is told in a dialog."""
        self._export(path, lambda: write_atomically(path, svg_of(*self._figure())))

    def export_csv(self, path: Path) -> None:
        """Write the history of the run to a CSV file; a failure is told in a dialog."""
        self._export(path, lambda: self.model.to_csv(path))

    def choices(self) -> dict[str, str]:
        """Return which curves are shown and how, for the next start."""
        return {name: value for s in self._sections for name, value in s.choices().items()}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Show the curves as the last time."""
        for section in self._sections:
            section.restore_choices(choices)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        if self._stale:
            self._redraw()

    @property
    def _sections(self) -> tuple[CurveSection, CurveSection]:
        return self.accuracy, self.loss

    def _figure(self) -> tuple[Sequence[CurveSection], Colors, Sequence[tuple[str, int]]]:
        runs = () if self.overlays.span is None else self.overlays.runs
        return self._sections, self.theme.colors, runs

    def _prepare_plots(self) -> None:
        self.accuracy.plot.getAxis("bottom").setStyle(showValues=False)
        self.accuracy.plot.marks.put_labels_at_bottom()  # good accuracies are at the top
        self.accuracy.plot.setLimits(yMin=-MARGIN, yMax=1 + MARGIN, minYRange=1e-3)
        self.loss.plot.setXLink(self.accuracy.plot)
        for section in self._sections:
            section.plot.setLimits(minXRange=4)
            section.plot.setToolTip("Scroll to zoom, drag to move; on an axis, only along it")
            section.plot.cursor_moved.connect(self._on_cursor_moved)
            section.plot.cursor_left.connect(self._on_cursor_left)
            section.plot.zoomed.connect(self._on_zoomed)

    def _make_buttons(self) -> None:
        self.follow_button = QPushButton("Follow", self)
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.setToolTip(
            "Keep the whole run in view; zooming or moving a plot switches this off"
        )
        self.follow_button.toggled.connect(self._on_follow_toggled)
        self.export_button = ExportButton(
            self.theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Drawing (SVG)…": self._on_svg_wanted,
                "Table (CSV)…": self._on_csv_wanted,
            },
            parent=self,
        )
        self.accuracy.add_control(self.follow_button)
        self.accuracy.add_control(self.export_button)

    def _make_hint(self) -> None:
        viewport = self.accuracy.plot.viewport()
        self._hint = QLabel("Press Train to see accuracy and loss.", viewport)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over_plot = QVBoxLayout(viewport)
        over_plot.addWidget(self._hint, alignment=Qt.AlignmentFlag.AlignCenter)

    @Slot()
    def _on_reset(self) -> None:
        self.follow_button.setChecked(True)

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()
        else:
            self._stale = True

    def _redraw(self) -> None:
        model = self.model
        self._stale = False
        evaluations = model.evaluations
        at = np.array([e.iteration for e in evaluations])
        train = np.array([e.train_accuracy for e in evaluations])
        test = np.array([e.test_accuracy for e in evaluations])
        self.accuracy.plot.set_points(self._train_curve, at, train)
        self.accuracy.plot.set_points(self._test_curve, at, test)
        self.loss.set_losses(model.iterations, model.losses, model.smoothed)
        marks = [(c.iteration, f"lr {c.learning_rate:g}") for c in model.learning_rate_changes]
        if model.offset:
            marks.insert(0, (model.offset, "branch"))
        width = model.iterations_per_epoch if model.epochs else None
        for section in self._sections:
            section.plot.bands.set_width(width, model.offset, model.epochs_before)
            section.plot.marks.set_marks(marks)
        self._show_whether_empty()
        if self.follow_button.isChecked():
            self._follow()
        self._read_out()

    def _show_whether_empty(self) -> None:
        empty = self.model.is_empty
        self._hint.setVisible(empty and self.overlays.span is None)
        self.export_button.setEnabled(not empty)
        self.export_button.setToolTip(
            "There is nothing to export yet; press Train first"
            if empty
            else "Save the curves as a picture, a drawing or a table"
        )

    def _follow(self) -> None:
        """Show the whole run up to now, with some room for what comes next."""
        model = self.model
        done = 0 if model.is_empty else int(model.iterations[-1])
        start = model.offset
        end = start + followed_end(max(0, done - start), model.iterations_per_epoch, model.epochs)
        if self.overlays.span is not None:
            first, last = self.overlays.span
            start, end = (first, last) if model.is_empty else (min(start, first), max(end, last))
        self.accuracy.plot.show_range("x", start, end + RIGHT_MARGIN * (end - start))
        self.accuracy.plot.show_range("y", -MARGIN, 1 + MARGIN)
        self.loss.show_all()

    def _read_out(self) -> None:
        at = self._moment() if self._cursor is None else self._cursor
        reading = self.model.reading_at(np.inf if at is None else at)
        for section in self._sections:
            pointed = reading is not None and at is not None
            section.plot.set_cursor(reading.iteration if reading and pointed else None)
        self.readout.set_values(reading_texts(reading))

    def _moment(self) -> float | None:
        """Return where the time machine is on the x axis; None for the present."""
        return self.lab.time_machine.iteration

    @Slot()
    def _on_moved(self) -> None:
        self._read_out()

    @Slot(float)
    def _on_cursor_moved(self, x: float) -> None:
        self._cursor = x
        self._read_out()

    @Slot()
    def _on_cursor_left(self) -> None:
        self._cursor = None
        self._read_out()

    @Slot()
    def _on_zoomed(self) -> None:
        self.follow_button.setChecked(False)

    @Slot(bool)
    def _on_follow_toggled(self, checked: bool) -> None:
        self._show_whether_following()
        if checked:
            self._follow()

    def _show_whether_following(self) -> None:
        # Fusion's own shade of a checked button is hard to see in the dark.
        palette = QPalette()
        if self.follow_button.isChecked():
            colors = self.theme.colors
            palette.setColor(QPalette.ColorRole.Button, blend(colors.accent, colors.raised, 0.25))
        self.follow_button.setPalette(palette)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.follow_button.setIcon(self.theme.icon("mdi6.crosshairs-gps"))
        self._show_whether_following()

    @Slot()
    def _on_png_wanted(self) -> None:
        ask_and_export(self, "curves", "png", "PNG pictures", self.export_png)

    @Slot()
    def _on_svg_wanted(self) -> None:
        ask_and_export(self, "curves", "svg", "SVG drawings", self.export_svg)

    @Slot()
    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "curves", "csv", "CSV tables", self.export_csv)

    def _export(self, path: Path, write: Callable[[], None]) -> None:
        if self._stale:
            self._redraw()
        export_or_complain(self, "curves", path, write)


def followed_end(done: int, iterations_per_epoch: int, epochs: int) -> float:
    """Return the iteration up to which a followed view shows.

    It is an epoch times a power of two, at most the whole run: so the view stands still most of
    the time, and what has been learned fills at least half of it.
    """
    if epochs == 0:
        return FEWEST_ITERATIONS
    doublings = ceil(log2(max(done, FEWEST_ITERATIONS) / iterations_per_epoch))
    planned = epochs * iterations_per_epoch
    return max(done, min(planned, iterations_per_epoch * 2.0**doublings))


def loss_text(loss: float) -> str:
    """Return a loss in at most eight characters."""
    text = f"{loss:.4g}"
    return text if len(text) <= 8 else f"{loss:.2e}"


def reading_texts(reading: Reading | None) -> list[str]:
    """Return what the columns of the readout show; empty where nothing is known."""
    if reading is None:
        return [""] * len(READOUT)
    accuracies = (reading.train_accuracy, reading.test_accuracy)
    return [
        f"{reading.iteration:,}",
        "" if reading.epoch is None else f"{reading.epoch:,}",
        *("" if loss is None else loss_text(loss) for loss in (reading.loss, reading.smoothed)),
        *("" if accuracy is None else f"{100 * accuracy:.2f}%" for accuracy in accuracies),
    ]
