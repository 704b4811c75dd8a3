"""Whether training goes well: weights, gradients and activations over the course of a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.health import HealthModel
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.insight.health import Health
from convlab.insight.health_rules import Finding, Quantity, usual_words
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.chart_contents import HeatMap, Lines, OverTime
from convlab.ui.widgets.health_charts import content_of
from convlab.ui.widgets.health_picture import health_png
from convlab.ui.widgets.health_table import HealthTable, small_number
from convlab.ui.widgets.moment_contents import ByLayer, Histogram
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.picture_file import PNG_SCALE
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.ui.widgets.time_chart import SMALLEST, Content, TimeChart

EMPTY = "Press Train to see how weights, gradients and activations develop."
UNFIT = "The images of the dataset do not fit this network; choose another dataset or network."
WELL = "Nothing looks wrong."
QUANTITIES: dict[Quantity, str] = {
    "weights": "Weights",
    "gradients": "Gradients",
    "activations": "Activations",
    "update_ratio": "Update to weight",
    "gradient_norm": "Gradient norm",
    "idle": "Dead or saturated",
}
WIDE = 66 * SPACE  # pixels; from here on table and chart stand side by side
NARROWEST = 36 * SPACE
LONGEST_STATUS = 82  # letters


@PANELS.register("Health")
class HealthPanel(WatchingPanel):
    """A table of the layers, a chart of one of them, and what looks wrong in a sentence."""

    title = "Health"
    area = "center"
    order = 18
    is_inside = True
    about = "See whether weights and gradients explode, vanish or die while the network trains."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: HealthModel = HealthModel(lab, parent=self)
        self._layer = ""
        self._quantity: Quantity = "weights"
        self._content: Content | None = None
        self.verdict_icon = QLabel()
        self.verdict = _label("")
        self.table = HealthTable(theme)
        self.chart = TimeChart(theme)
        self.chart.setMinimumHeight(SMALLEST.height())
        self.quantity_box = QComboBox()
        self.whose = muted_label()
        self.status = muted_label()
        self._make_choices()
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        self.model.changed.connect(self._on_changed)
        self.table.chosen.connect(self._on_cell_chosen)
        self.quantity_box.activated.connect(self._on_quantity_chosen)
        self.chart.pointed.connect(self._on_pointed)
        lab.selection.changed.connect(self._on_selection_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def choices(self) -> dict[str, str]:
        """Return the quantity that is shown."""
        return {"quantity": self._quantity}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Show the quantity of the last time."""
        if (wanted := choices.get("quantity")) in QUANTITIES:
            self._quantity = wanted
            self._redraw()

    def export_png(self, path: Path) -> None:
        """Write table and chart to a PNG file; a failure is told in a dialog."""
        self._redraw()
        parts = (self.verdict_icon, self.verdict, self.whose, self.table, self.chart)
        title = f"{self._layer}: {QUANTITIES[self._quantity]}"
        content = health_png(self._body, parts, self.chart_title, title, self.theme)
        export_or_complain(self, "health", path, lambda: write_atomically(path, content))

    def export_csv(self, path: Path) -> None:
        """Write every record to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "health", path, lambda: self.model.to_csv(path))

    def export_npz(self, path: Path) -> None:
        """Write all histograms to an NPZ file; a failure is told in a dialog."""
        export_or_complain(self, "health", path, lambda: self.model.to_npz(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Measure more often while somebody looks."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the table over the chart where there is no room beside it."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        self._columns.setStretch(0, 5 if is_wide else 0)
        self.export_button.set_with_word(is_wide)
        self._make_room_for_texts()

    def _make_choices(self) -> None:
        self.quantity_box.addItems(list(QUANTITIES.values()))
        self.quantity_box.setAccessibleName("Quantity")
        self.quantity_box.setToolTip("What the chart shows of the chosen layer")
        self.chart_title = _label("title")
        self.export_button = ExportButton(
            self.theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Table (CSV)…": self._on_csv_wanted,
                "Histograms (NPZ)…": self._on_npz_wanted,
            },
        )

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.verdict_icon)
        header.addWidget(self.verdict, 1)
        header.addWidget(self.export_button, 0, Qt.AlignmentFlag.AlignTop)
        chart_header = QHBoxLayout()
        chart_header.setSpacing(SPACE)
        chart_header.addWidget(self.chart_title, 1)
        chart_header.addWidget(self.quantity_box)
        beside = QVBoxLayout()
        beside.setSpacing(SPACE // 2)
        beside.addLayout(chart_header)
        beside.addWidget(self.chart, 1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(2 * SPACE)
        self._columns.addWidget(self.table, 5)
        self._columns.addLayout(beside, 5)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(SPACE)
        body.addLayout(header)
        body.addWidget(self.whose)
        body.addLayout(self._columns, 1)
        body.addWidget(self.status)
        self.hint = muted_label("", Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.addWidget(self._stack)

    def _redraw(self) -> None:
        shown = self.model.shown
        self._stack.setCurrentIndex(0 if shown is None else 1)
        self.hint.setText(UNFIT if self.model.is_unfit else EMPTY)
        if shown is None:
            return
        names = [layer.name for layer in shown.layers]
        if self._layer not in names:
            self._layer = names[0] if names else ""
        self.whose.setText(self.model.whose)
        self.whose.setVisible(bool(self.model.whose))
        self.table.set_layers(shown.layers, self.model.findings, self.model.why_no_update)
        self.table.select(self._layer, self._quantity)
        self.quantity_box.setCurrentIndex(list(QUANTITIES).index(self._quantity))
        self.chart_title.setText(self._layer)
        self._content = content_of(self.model.records, self._layer, self._quantity)
        is_of_run = isinstance(self._content, OverTime)
        self.chart.set_content(self._content, shown.iteration if is_of_run else None)
        self.chart.setAccessibleName(f"{QUANTITIES[self._quantity]} of {self._layer}")
        self._show_verdict()
        self._show_status(self._usual())

    def _show_verdict(self) -> None:
        findings, colors = self.model.findings, self.theme.colors
        told = self._finding_to_tell()
        text = WELL if told is None else told.text
        if told is not None and told.level == "calm":
            text = f"{WELL} {text}"
        if others := len({f.layer for f in findings} - {told.layer if told else ""}):
            text += f" (See {others} other layer{'' if others == 1 else 's'}, too.)"
        self.verdict.setText(text)
        self.verdict.setToolTip("\n".join(finding.text for finding in findings))
        self._make_room_for_texts()
        name, color = {
            "wrong": ("mdi6.alert-outline", colors.error),
            "mild": ("mdi6.information-outline", colors.warning),
            "calm": ("mdi6.check-circle-outline", colors.good),
        }["calm" if told is None else told.level]
        self.verdict_icon.setPixmap(self.theme.icon(name, color).pixmap(QSize(20, 20), PNG_SCALE))

    def _finding_to_tell(self) -> Finding | None:
        """Return that of the chosen number, or else of the layer, or else the worst."""
        findings = self.model.findings
        own = [finding for finding in findings if finding.layer == self._layer]
        chosen = [finding for finding in own if finding.quantity == self._quantity]
        return next(iter([*chosen, *own, *findings]), None)

    def _usual(self) -> str:
        shown = self.model.shown
        layer = None if shown is None else shown.layer(self._layer)
        if layer is None:
            return ""
        if self._quantity == "update_ratio" and layer.update_ratio is None:
            return self.model.why_no_update
        return usual_words(layer, self._quantity)

    def _show_status(self, text: str) -> None:
        self.status.setText(text)
        self.chart.setAccessibleDescription(text)

    def _make_room_for_texts(self) -> None:
        """Give texts the lines they take, and the status as many as the longest takes."""
        room = self.width() - 4 * SPACE
        beside = self.verdict_icon.sizeHint().width() + self.export_button.sizeHint().width()
        self.verdict.setFixedHeight(
            max(
                self.verdict.heightForWidth(room - beside - 2 * SPACE),
                self.export_button.sizeHint().height(),
            )
        )
        self.whose.setFixedHeight(max(0, self.whose.heightForWidth(room)))
        metrics = self.status.fontMetrics()
        longest = metrics.horizontalAdvance("n") * LONGEST_STATUS
        self.status.setFixedHeight((1 + longest // max(1, room)) * metrics.lineSpacing())

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()

    @Slot(str, str)
    def _on_cell_chosen(self, layer: str, quantity: str) -> None:
        self._layer = layer
        if quantity:
            self._quantity = cast(Quantity, quantity)
        self.lab.selection.choose_layer(layer)
        self._redraw()

    @Slot(int)
    def _on_quantity_chosen(self, index: int) -> None:
        self._quantity = list(QUANTITIES)[index]
        self._redraw()

    @Slot()
    def _on_selection_changed(self) -> None:
        shown = self.model.shown
        chosen = self.lab.selection.layer
        if shown is not None and shown.layer(chosen) is not None and chosen != self._layer:
            self._layer = chosen
            self._on_changed()

    @Slot(object, object)
    def _on_pointed(self, iteration: float | None, value: float | None) -> None:
        if iteration is None or value is None or not self.model.records:
            self._show_status(self._usual())
        elif isinstance(self._content, HeatMap):
            self._show_status(self._content.reading(iteration, value))
        elif isinstance(self._content, Histogram):
            self._show_status(self._content.reading(iteration))
        elif isinstance(self._content, ByLayer):
            at = self.model.records[-1]
            self._show_status(self._number_told(at, self._content.name_at(iteration)))
        elif isinstance(self._content, Lines):
            at = self.model.nearest(iteration)
            told = self._number_told(at, self._layer)
            self._show_status(f"Iteration {at.iteration:,}: {told}")

    def _number_told(self, at: Health, name: str) -> str:
        layer = at.layer(name)
        number = None if layer is None else getattr(layer, self._quantity)
        if number is None:
            return f"not known in {name}."
        told = f"{number:.1%}" if self._quantity == "idle" else small_number(number)
        return f"{told} in {name}."

    @Slot()
    def _on_theme_changed(self) -> None:
        self._redraw()

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "health", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "health", "csv", "CSV tables", self.export_csv)

    def _on_npz_wanted(self) -> None:
        ask_and_export(self, "health", "npz", "NumPy arrays", self.export_npz)


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label
