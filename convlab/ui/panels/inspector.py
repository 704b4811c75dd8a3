"""One number of a layer's output: where it looks, and how it comes about."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.inspector import InspectorModel
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.insight.activations import INPUT
from convlab.insight.receptive_field import region_of
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.field_pictures import FieldPicture, FieldPictures
from convlab.ui.widgets.panel_parts import ExportButton
from convlab.ui.widgets.picture_file import png_of
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.ui.widgets.unit_choice import UnitChoice
from convlab.ui.widgets.unit_sum_view import UnitSumView

NARROWEST = 52 * SPACE
WIDE = 60 * SPACE  # from here on there is room for words on the button


@PANELS.register("Inspector")
class InspectorPanel(WatchingPanel):
    """The receptive field of a unit beside the numbers that add up to its value."""

    title = "Inspector"
    area = "center"
    order = 12
    is_inside = True
    about = "See how any number of a layer comes about, down to every product."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: InspectorModel = InspectorModel(lab, parent=self)
        self.choice = UnitChoice()
        self.pictures = FieldPictures(theme)
        self.sum_view = UnitSumView(theme)
        self.export_button = ExportButton(
            theme, {"Picture (PNG)…": self._on_png_wanted, "Table (CSV)…": self._on_csv_wanted}
        )
        self.export_button.setToolTip("Save what is shown as a picture, or all numbers as a table")
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        self.model.changed.connect(self._on_changed)
        self.choice.chosen.connect(self.model.choose)
        self.pictures.chosen.connect(self.model.choose)

    def export_png(self, path: Path) -> None:
        """Write pictures and numbers, in view or not, to a PNG; a failure is told in a dialog."""
        export_or_complain(
            self,
            "inspector",
            path,
            lambda: write_atomically(path, png_of(self._body, self.theme)),
        )

    def export_csv(self, path: Path) -> None:
        """Write everything that is added up to a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "inspector", path, lambda: self.model.to_csv(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the drawing while somebody looks."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use a word on the button where there is room for it."""
        super().resizeEvent(event)
        self.export_button.set_with_word(self.width() >= WIDE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the pictures the height that can be seen."""
        if event.type() == QEvent.Type.Resize and watched is self._scroll.viewport():
            self._share_room()
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.choice)
        header.addStretch()
        header.addWidget(self.export_button)
        self._body = QWidget()
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, SPACE, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.pictures, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.sum_view, 1, Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Pictures and numbers")
        self._scroll.setWidget(self._body)
        self._scroll.viewport().installEventFilter(self)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(header)
        column.addWidget(self._scroll, 1)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(self._stack)

    def _redraw(self) -> None:
        model = self.model
        seen, told = model.seen, model.told
        self._stack.setCurrentIndex(0 if told is None else 1)
        self.hint.setText(model.problem)
        if seen is None or told is None:
            return
        self.choice.set_choice(model.layers, model.layer, model.unit, model.unit_shape)
        self.sum_view.set_sum(told, model.kind, seen.outputs[told.source].shape)
        self.pictures.set_fields(self._fields())
        self._share_room()

    def _share_room(self) -> None:
        """Give the pictures their part of what can be seen, and the numbers the rest."""
        seen = self._scroll.viewport().size()
        self.pictures.set_room(seen.width(), seen.height())
        self.sum_view.set_room(seen.width() - self.pictures.sizeHint().width() - 3 * SPACE)

    def _fields(self) -> list[FieldPicture]:
        """Return the pictures: the image, the layer before, and the layer itself."""
        seen, told = self.model.seen, self.model.told
        if seen is None or told is None:
            return []
        fields = []
        for name in dict.fromkeys((INPUT, told.source, told.layer)):
            output, region = seen.outputs[name], self.model.fields[name]
            if output.ndim != 3:
                continue  # units have no place to show
            channel = region.channels.start
            if name == told.layer:
                region = region_of(told.unit)
            elif name == told.source and len(region.channels) > 1:
                channel = region.channels[min(self.sum_view.channel, len(region.channels) - 1)]
            caption = name if len(output) == 1 else f"{name} · {channel + 1}"
            fields.append(FieldPicture(name, caption, output, channel, region, name != INPUT))
        return fields

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()

    @Slot()
    def _on_png_wanted(self) -> None:
        ask_and_export(self, "inspector", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "inspector", "csv", "CSV tables", self.export_csv)
