"""The filters of a layer before and after training, live."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.filters import FiltersModel
from convlab.app.lab import Lab
from convlab.app.paced import Paced
from convlab.files import write_atomically
from convlab.insight.filter_layers import FilterLayer
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.color_choice import ColorChoice
from convlab.ui.widgets.filter_dialog import FilterDialog
from convlab.ui.widgets.filter_figure import png_of
from convlab.ui.widgets.filter_grids import FilterGrids
from convlab.ui.widgets.filter_pictures import FilterPicture, pictures_of
from convlab.ui.widgets.layer_choice import LayerChoice
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain

REST = 200  # milliseconds between two redraws while a run is on; filters change slowly
WIDE = 72 * SPACE  # pixels, of which the longest names of layers leave some
EMPTY = "Press Train to see the filters before and after training."
NO_FILTERS = "This network has no convolution, so there are no filters to show."
HINT = "Point at a filter for its values; click it to enlarge it."
NOT_CHANGED = "These are the filters before your changes; Apply a filter shows those that answer."
OWN_SCALES = "Each filter has its own scale. Point at one for its values; click to enlarge it."


@PANELS.register("Filters")
class FiltersPanel(Panel):
    """Shows what training does to the weights of the convolutions."""

    title = "Filters"
    area = "center"
    order = 1

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = FiltersModel(lab.session, lab.predictor, lab.time_machine, parent=self)
        self._pictures: tuple[FilterPicture, ...] = ()
        self._drawn: tuple[FilterLayer | None, int | None] = (None, None)
        self._paced = Paced(lab, REST, parent=self)
        self._paced.due.connect(self._redraw)
        self.layer_choice = LayerChoice()
        self.color_choice = ColorChoice(theme)
        self.grids = FilterGrids(theme)
        self.dialog = FilterDialog(theme, self)
        self.export_button = ExportButton(
            theme, {"Picture (PNG)…": self._on_png_wanted, "Table (CSV)…": self._on_csv_wanted}
        )
        self._lay_out()
        self.layer_choice.layer_chosen.connect(self.model.choose_layer)
        self.layer_choice.channel_chosen.connect(self.model.choose_channel)
        self.color_choice.changed.connect(self._on_colors_changed)
        self.model.changed.connect(self._on_changed)
        lab.stand_in.changed.connect(self._on_changed)
        theme.changed.connect(self._on_theme_changed)
        self.grids.pointed.connect(self._show_status)
        self.grids.activated.connect(self.dialog.show_filter)
        self._on_theme_changed()

    def choices(self) -> dict[str, str]:
        """Return the layer, the colors and their scales."""
        return {"layer": self.model.wanted_layer, **self.color_choice.choices()}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Choose the layer, the colors and the scales of the last time."""
        self.model.choose_layer(choices.get("layer", ""))
        self.color_choice.restore(choices)

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
        """Write every weight of the layer to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "filters", path, lambda: self.model.to_csv(path))

    def _lay_out(self) -> None:
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE)
        self._buttons.addStretch()
        self._buttons.addWidget(self.color_choice)
        self._buttons.addWidget(self.export_button)
        self._header = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._header.setSpacing(SPACE)
        self._header.addWidget(self.layer_choice)
        self._header.addLayout(self._buttons, 1)
        self.status = muted_label("", Qt.AlignmentFlag.AlignTop)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.grids, 1)
        column.addWidget(self.status)
        self.hint = muted_label(EMPTY, Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(self._header)
        layout.addWidget(self._stack, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep enough lines for the status, and use a word where there is room for it."""
        super().resizeEvent(event)
        self.color_choice.setText("Colors" if self.width() >= WIDE else "")
        self._arrange_header()
        self._make_room_for_status()

    def _redraw(self) -> None:
        self._drawn = self.model.layer, self.model.channel
        model = self.model
        self._pictures = pictures_of(model, self.color_choice.value())
        is_empty = model.after is None
        self.hint.setText(EMPTY if model.is_unknown else NO_FILTERS)
        self._stack.setCurrentIndex(0 if is_empty else 1)
        self.layer_choice.set_choice(model.layers, model.layer, model.channel)
        self.color_choice.setEnabled(not is_empty)
        self.export_button.setEnabled(not is_empty)
        self.export_button.setToolTip(
            "There is nothing to export yet: press Train first"
            if is_empty
            else "Save the filters of this layer as a picture or a table"
        )
        self.grids.set_pictures(self._pictures)
        self.dialog.set_pictures(self._pictures, self._origin())
        self._arrange_header()
        self._make_room_for_status()
        self._show_status()

    def _arrange_header(self) -> None:
        """Put the buttons below the choices where these would be cut off beside them."""
        needed = self.layer_choice.sizeHint().width() + self._buttons.sizeHint().width() + SPACE
        fits = needed <= self.width() - 4 * SPACE
        direction = QBoxLayout.Direction
        self._header.setDirection(direction.LeftToRight if fits else direction.TopToBottom)

    def _origin(self) -> str:
        """Return which layer and channel is shown, in words."""
        layer, channel = self.model.layer, self.model.channel
        if layer is None or layer.channels == 1:
            return "" if layer is None else layer.name
        which = "average of the channels" if channel is None else f"channel {channel + 1}"
        return f"{layer.name}, {which}"

    def _make_room_for_status(self) -> None:
        """Keep as many lines as the longest text takes, so that nothing jumps."""
        layer = self.model.layer
        if layer is None:
            return
        filters, _, height, width = layer.shape
        values = ", ".join(picture.text(-0.0) for picture in self._pictures)
        longest = f"Filter {filters}, row {height}, column {width}: {values}"
        metrics = self.status.fontMetrics()
        needed = max(metrics.horizontalAdvance(text) for text in (longest, self._hint()))
        lines = 1 + needed // max(1, self.width() - 4 * SPACE)
        self.status.setFixedHeight(lines * metrics.lineSpacing())

    def _hint(self) -> str:
        if self.model.is_stood_in_for:
            return NOT_CHANGED
        return OWN_SCALES if self.color_choice.value().scale == "filter" else HINT

    def _show_status(self) -> None:
        text = self._hint()
        if self.grids.current is not None:
            reading = self.grids.reading()
            text = f"Filter {self.grids.current + 1}"
            text += f", {reading}" if reading else ": press Enter to enlarge it."
        self.status.setText(text)
        self.grids.setAccessibleDescription(text)

    def _on_changed(self) -> None:
        if self.isVisible() or self.dialog.isVisible():
            is_same_choice = self._drawn == (self.model.layer, self.model.channel)
            self._paced.ask(only_learned=is_same_choice)

    def _on_colors_changed(self) -> None:
        if self.isVisible() or self.dialog.isVisible():
            self._redraw()

    def _on_theme_changed(self) -> None:
        self._redraw()

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "filters", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "filters", "csv", "CSV tables", self.export_csv)
