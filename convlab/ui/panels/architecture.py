"""The network as a diagram, with what every layer costs."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.architecture import ArchitectureModel
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.insight.architecture import multiply_adds
from convlab.insight.layer_words import words_for
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.diagram_columns import columns_of
from convlab.ui.widgets.network_diagram import NetworkDiagram
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain

EMPTY = "Press Train, or open weights in the File menu, to see the network's layers."
HINT = "Point at a layer to read what it does; click it to see it in the other panels."
NARROWEST = 32 * SPACE


@PANELS.register("Architecture")
class ArchitecturePanel(WatchingPanel):
    """Layers from left to right, each with its shape, parameters, work, memory and time."""

    title = "Architecture"
    area = "center"
    order = 10
    is_inside = True
    about = "See the network's layers, and what each costs in weights, work, memory and time."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: ArchitectureModel = ArchitectureModel(lab, parent=self)
        self.summary = QLabel()
        self.summary.setProperty("role", "title")
        self.diagram = NetworkDiagram(theme)
        self.words = muted_label("", Qt.AlignmentFlag.AlignTop)
        self.basis = muted_label("", Qt.AlignmentFlag.AlignTop)
        self.export_button = ExportButton(
            theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Drawing (SVG)…": self._on_svg_wanted,
                "Table (CSV)…": self._on_csv_wanted,
            },
        )
        self.export_button.setToolTip("Save the diagram as a picture, or its numbers as a table")
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        self.model.changed.connect(self._on_changed)
        self.diagram.pointed.connect(self._on_pointed)
        self.diagram.chosen.connect(self._on_chosen)
        lab.selection.changed.connect(self._on_selection_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def export_png(self, path: Path) -> None:
        """Write the whole diagram to a PNG file; a failure is told in a dialog."""
        self._export(path, self.diagram.png)

    def export_svg(self, path: Path) -> None:
        """Write the whole diagram to an SVG file; a failure is told in a dialog."""
        self._export(path, self.diagram.svg)

    def export_csv(self, path: Path) -> None:
        """Write the numbers to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "architecture", path, lambda: self.model.to_csv(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what is not known yet."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep as many lines as the longest words take, so that nothing jumps."""
        super().resizeEvent(event)
        self._make_room_for_words()

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.summary, 1)
        header.addWidget(self.export_button)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(header)
        column.addWidget(self.diagram, 1)
        column.addWidget(self.words)
        column.addWidget(self.basis)
        self.hint = muted_label("", Qt.AlignmentFlag.AlignCenter)
        self.hint.setText(EMPTY)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.addWidget(self._stack)

    def _redraw(self) -> None:
        layers, measurement = self.model.layers, self.model.measurement
        self._stack.setCurrentIndex(1 if layers else 0)
        if not layers or self.model.network is None:
            return
        parameters = sum(layer.parameter_count for layer in layers)
        products = sum(multiply_adds(layer) for layer in layers)
        name = self.model.network.description.name
        self.summary.setText(name)
        averages = sum(layer.average_count for layer in layers)
        kept = f", keeps {averages:,} running averages" if averages else ""
        self.summary.setToolTip(
            f"{name} has {parameters:,} parameters{kept} and takes {products:,} multiply-adds "
            "an image."
        )
        self.diagram.set_columns(columns_of(layers, measurement.layers if measurement else {}))
        self.diagram.set_chosen(self.lab.selection.layer)
        self.basis.setText(self.model.basis)
        self._make_room_for_words()
        self._show_words()

    def _show_words(self) -> None:
        column = self.diagram.pointed_layer or self.diagram.chosen_layer
        self.words.setText(HINT if column is None else _explained(column.name, column.kind))

    def _make_room_for_words(self) -> None:
        texts = [_explained(layer.name, layer.kind) for layer in self.model.layers]
        self.words.setFixedHeight(max(self._height_of(text) for text in [*texts, HINT]))
        self.basis.setFixedHeight(self._height_of(self.model.basis))

    def _height_of(self, text: str) -> int:
        width = max(1, self.width() - 4 * SPACE)
        flags = Qt.TextFlag.TextWordWrap
        return self.words.fontMetrics().boundingRect(0, 0, width, 10_000, flags, text).height()

    def _export(self, path: Path, content: Callable[[], bytes]) -> None:
        export_or_complain(self, "architecture", path, lambda: write_atomically(path, content()))

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()

    @Slot()
    def _on_pointed(self) -> None:
        self._show_words()

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self.lab.selection.choose_layer(name)

    @Slot()
    def _on_selection_changed(self) -> None:
        self.diagram.set_chosen(self.lab.selection.layer)
        self._show_words()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._redraw()

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "architecture", "png", "PNG pictures", self.export_png)

    def _on_svg_wanted(self) -> None:
        ask_and_export(self, "architecture", "svg", "SVG drawings", self.export_svg)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "architecture", "csv", "CSV tables", self.export_csv)


def _explained(name: str, kind: str) -> str:
    words = words_for(kind)
    return f"{name}: {words.sentences}\n{words.formula}".rstrip()
