"""What every layer makes of the drawing, or of another image."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.feature_maps import FeatureMapsModel
from convlab.app.lab import Lab
from convlab.files import write_atomically
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.elided_box import ElidedBox
from convlab.ui.widgets.feature_map_view import FeatureMapView
from convlab.ui.widgets.panel_parts import ExportButton
from convlab.ui.widgets.picture_file import png_of
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain

ALL = "All layers"
SCALES = {"layer": "One scale a layer", "map": "Own scale a map"}
HINT = "Point at a number; click it to see in Inspector how it comes about."
NARROWEST = 36 * SPACE
WIDE = 48 * SPACE  # from here on there is room for a word on the button


@PANELS.register("Feature maps")
class FeatureMapsPanel(WatchingPanel):
    """The outputs of all layers or of one: maps as pictures, fully connected layers as bars."""

    title = "Feature maps"
    area = "center"
    order = 11
    is_inside = True
    about = "See what every layer makes of your drawing, while you draw."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: FeatureMapsModel = FeatureMapsModel(lab, parent=self)
        self._names: tuple[str, ...] = ()
        self.layer_box = _box("Layer", "All layers one below the other, or one enlarged")
        self.scale_box = _box("Scale", "Whether the colors of a layer's maps can be compared")
        self.scale_box.addItems(list(SCALES.values()))
        self.view = FeatureMapView(theme)
        self.status = QLabel()
        self.status.setProperty("role", "muted")
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.export_button = ExportButton(
            theme, {"Picture (PNG)…": self._on_png_wanted, "Numbers (NPZ)…": self._on_npz_wanted}
        )
        self.export_button.setToolTip("Save what is shown as a picture, or all outputs as arrays")
        self._lay_out()
        self.setMinimumWidth(NARROWEST)
        self.layer_box.activated.connect(self._on_layer_activated)
        self.scale_box.activated.connect(self._on_scale_activated)
        self.view.pointed.connect(self._on_pointed)
        self.view.chosen.connect(self.model.choose)
        self.model.changed.connect(self._on_changed)
        self.model.selection_changed.connect(self._on_selection_changed)

    def choices(self) -> dict[str, str]:
        """Return whether maps have scales of their own, and whether all layers are shown."""
        return {
            "scale": list(SCALES)[self.scale_box.currentIndex()],
            "layers": "all" if self.model.shows_all else "one",
        }

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Choose the scale of the last time; all layers are shown until one is chosen."""
        if (scale := choices.get("scale")) in SCALES:
            self.scale_box.setCurrentIndex(list(SCALES).index(scale))
            self._redraw()

    def export_png(self, path: Path) -> None:
        """Write all that is shown, in view or not, to a PNG file; a failure is told in a dialog."""
        self._redraw()
        export_or_complain(
            self,
            "feature maps",
            path,
            lambda: write_atomically(path, png_of(self.view.whole(), self.theme)),
        )

    def export_npz(self, path: Path) -> None:
        """Write every layer's output to an NPZ file; a failure is told in a dialog."""
        export_or_complain(self, "feature maps", path, lambda: self.model.to_npz(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the drawing while somebody looks."""
        super().showEvent(event)
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep enough lines for the status, so that nothing jumps."""
        super().resizeEvent(event)
        self.export_button.set_with_word(self.width() >= WIDE)
        metrics = self.status.fontMetrics()
        longest = metrics.horizontalAdvance(f"Test image 10,000, labeled 0. {HINT}")
        lines = 1 + longest // max(1, self.width() - 4 * SPACE)
        self.status.setFixedHeight(lines * metrics.lineSpacing())

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.layer_box)
        header.addWidget(self.scale_box)
        header.addStretch()
        header.addWidget(self.export_button)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(header)
        column.addWidget(self.view, 1)
        column.addWidget(self.status)
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
        seen = self.model.seen
        self._stack.setCurrentIndex(0 if seen is None else 1)
        self.hint.setText(self.model.problem)
        if seen is None:
            return
        if tuple(seen.outputs) != self._names:
            self._names = tuple(seen.outputs)
            self.layer_box.clear()
            self.layer_box.addItems([ALL, *self._names])
        index = 0 if self.model.shows_all else 1 + self._names.index(self.model.layer)
        self.layer_box.setCurrentIndex(index)
        self.view.set_outputs(
            seen.outputs,
            self.model.shown,
            self.model.class_names,
            own_scales=self.scale_box.currentIndex() == 1,
        )
        self.view.set_marked(self.lab.selection.layer, self.model.unit)
        self._show_status()

    def _show_status(self) -> None:
        seen, unit = self.model.seen, self.model.unit
        if seen is None:
            return
        text = f"{seen.title}. {HINT}"
        if self.view.place is not None:
            text = self.view.reading(self.view.place)
        elif unit is not None:
            text = f"{self.view.reading((self.model.layer, unit))} (see Inspector)"
        self.status.setText(text)
        self.status.setToolTip(text)
        self.view.setAccessibleDescription(text)

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._redraw()

    @Slot()
    def _on_selection_changed(self) -> None:
        self._on_changed()

    @Slot()
    def _on_pointed(self) -> None:
        self._show_status()

    @Slot(int)
    def _on_layer_activated(self, index: int) -> None:
        if index == 0:
            self.model.show_all()
        else:
            self.model.show_only(self._names[index - 1])

    @Slot(int)
    def _on_scale_activated(self, index: int) -> None:
        self._redraw()

    @Slot()
    def _on_png_wanted(self) -> None:
        ask_and_export(self, "feature maps", "png", "PNG pictures", self.export_png)

    def _on_npz_wanted(self) -> None:
        ask_and_export(self, "feature maps", "npz", "NumPy archives", self.export_npz)


def _box(name: str, tool_tip: str) -> QComboBox:
    box = ElidedBox()
    box.setAccessibleName(name)
    box.setToolTip(tool_tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(8 * SPACE)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return box
