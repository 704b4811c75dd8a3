"""The first layer's filters before and after training, live."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.filters import FiltersModel
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.filter_dialog import FilterDialog
from convlab.ui.widgets.filter_figure import png_of
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture, pictures_of
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain

GRAY = "Gray, as in the book"
DIVERGING = "Diverging, centered at zero"
EMPTY = "Press Train to see the first layer's filters before and after training."
NO_FILTERS = "The first layer of this network has no filters to show."
HINT = "Point at a filter for its values; click it to enlarge it."
LONGEST = "Filter 99 of 99, row 99, column 99:  before +0.1000,  after +0.1000,  difference +0.1000"


@PANELS.register("Filters")
class FiltersPanel(Panel):
    """Shows what training does to the first layer's weights."""

    title = "Filters"
    area = "center"
    order = 1

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = FiltersModel(lab.session, parent=self)
        self._pictures: tuple[FilterPicture, ...] = ()
        self.grids = FilterGrids(theme)
        self.dialog = FilterDialog(theme, self)
        self._make_controls()
        self._lay_out()
        self.model.changed.connect(self._on_changed)
        theme.changed.connect(self._on_theme_changed)
        lab.predictor.changed.connect(self._on_predictor_changed)
        self.grids.pointed.connect(self._show_status)
        self.grids.activated.connect(self.dialog.show_filter)
        self._on_theme_changed()

    def export_png(self, path: Path) -> None:
        """Write the grids with captions and scales to a PNG file; a failure is told in a dialog."""
        self._redraw()  # what came while the panel was hidden is not drawn yet
        export_or_complain(
            self,
            "filters",
            path,
            lambda: write_atomically(path, png_of(self._pictures, self.theme)),
        )

    def export_csv(self, path: Path) -> None:
        """Write every weight to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "filters", path, lambda: self.model.to_csv(path))

    def _make_controls(self) -> None:
        self.colors_box = QComboBox()
        self.colors_box.addItems([GRAY, DIVERGING])
        self.colors_box.setAccessibleName("Colors of the weights")
        self.colors_box.setToolTip(
            "Gray: the largest weight is black, the most negative white, zero middle gray.\n"
            "Diverging: red is positive, blue negative.\n"
            "The difference is always diverging, with limits of its own."
        )
        self.colors_box.currentIndexChanged.connect(self._on_changed)
        self.same_scale_box = QCheckBox("Same scale")
        self.same_scale_box.setChecked(True)
        self.same_scale_box.setToolTip(
            "Give before and after the same limits, so that the two can be compared;\n"
            "without it, small weights show their pattern too."
        )
        self.same_scale_box.toggled.connect(self._on_changed)
        self.export_button = QPushButton("Export")
        menu = QMenu(self.export_button)
        menu.addAction("Picture (PNG)…", self._on_png_wanted)
        menu.addAction("Table (CSV)…", self._on_csv_wanted)
        self.export_button.setMenu(menu)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(2 * SPACE)
        header.addWidget(self.colors_box)
        header.addWidget(self.same_scale_box)
        header.addStretch()
        header.addWidget(self.export_button)
        self.status = _muted(HINT, Qt.AlignmentFlag.AlignTop)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.grids, 1)
        column.addWidget(self.status)
        self.hint = _muted(EMPTY, Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addWidget(self._stack, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep as many lines for the status as its longest text takes, so that nothing jumps."""
        super().resizeEvent(event)
        metrics = self.status.fontMetrics()
        lines = 1 + metrics.horizontalAdvance(LONGEST) // max(1, self.width() - 4 * SPACE)
        self.status.setFixedHeight(lines * metrics.lineSpacing())

    def _redraw(self) -> None:
        model = self.model
        self._pictures = pictures_of(
            model,
            gray=self.colors_box.currentText() == GRAY,
            same_scale=self.same_scale_box.isChecked(),
            dark=self.theme.is_dark,
        )
        is_empty = model.after is None
        self.hint.setText(EMPTY if model.is_unknown else NO_FILTERS)
        self._stack.setCurrentIndex(0 if is_empty else 1)
        self.colors_box.setEnabled(not is_empty)
        self.same_scale_box.setEnabled(model.before is not None)
        self.export_button.setEnabled(not is_empty)
        self.export_button.setToolTip(
            "There is nothing to export yet: press Train first"
            if is_empty
            else "Save the filters as a picture or a table"
        )
        self.grids.set_pictures(self._pictures)
        self.dialog.set_pictures(self._pictures)
        self._show_status()

    def _show_status(self) -> None:
        channels = 1 if self.model.after is None else self.model.after.shape[1]
        text = HINT if channels == 1 else f"{HINT} Each picture is the mean of {channels} channels."
        if self.grids.current is not None and self.model.after is not None:
            text = f"Filter {self.grids.current + 1} of {len(self.model.after)}"
            reading = self.grids.reading()
            text += f", {reading}" if reading else ": press Enter to enlarge it."
        self.status.setText(text)
        self.grids.setAccessibleDescription(text)

    def _on_changed(self) -> None:
        if self.isVisible() or self.dialog.isVisible():
            self._redraw()

    def _on_theme_changed(self) -> None:
        self.export_button.setIcon(self.theme.icon("mdi6.export-variant"))
        self._redraw()

    def _on_predictor_changed(self) -> None:
        predictor = self.lab.predictor
        # Only weights that come from a file are trained before any iteration.
        if predictor.network is not None and predictor.is_trained and predictor.iteration == 0:
            self.model.show_weights(predictor.network.params)

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "filters", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "filters", "csv", "CSV tables", self.export_csv)


def _muted(text: str, alignment: Qt.AlignmentFlag) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setAlignment(alignment)
    return label
