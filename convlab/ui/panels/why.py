"""Why the network gives its answer: the score split exactly, and what it depends on."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, Qt, Slot
from PySide6.QtGui import QColor, QHideEvent, QImage, QImageWriter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.why import NO_NETWORK, Explanation, WhyModel
from convlab.files import write_atomically
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import decimals_for, signed
from convlab.ui.widgets.elided_box import ElidedBox
from convlab.ui.widgets.heat_maps import HeatMaps
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.ui.widgets.score_parts import ScoreParts
from convlab.wording import counted

VIEWS = ("parts", "maps")
ARRAYS = ("Arrays without occlusion (NPZ)…", "Arrays (NPZ)…")  # what the file of a view holds
EXACT = "Each column adds up to the score. Click a bar to follow only what goes through it."
FOLLOWED = (
    "The columns behind what is chosen split only its part. Click it again for the whole score."
)
BENT = (
    "Each column adds up to the score. A straight line stands in for {0}, which {1}, so other "
    "splits are possible."
)
MAPS_HINT = "Point at a picture for its numbers; below each stands what its colors mean."
WIDE = 56 * SPACE
PNG_SCALE = 2  # sharp on a high-density screen and on paper


@PANELS.register("Why")
class WhyPanel(Panel):
    """The score of a class in parts that add up, or in pictures of what it depends on."""

    title = "Why this answer"
    area = "center"
    order = 14
    is_inside = True
    about = "What each hidden unit, feature map and patch of the image adds to the score."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = WhyModel(lab, parent=self)
        self.class_choice = ElidedBox()
        self.views = QTabBar()
        self.parts = ScoreParts(theme)
        self.maps = HeatMaps(theme)
        self._make_header()
        self._lay_out()
        self.class_choice.activated.connect(self._on_class_chosen)
        self.views.currentChanged.connect(self._on_view_chosen)
        self.parts.pointed.connect(self._show_status)
        self.parts.chosen.connect(self.model.choose_unit)
        self.maps.pointed.connect(self._show_status)
        self.model.changed.connect(self._on_changed)
        self._on_changed()

    def choices(self) -> dict[str, str]:
        """Return which of the two views is open."""
        return {"view": VIEWS[self.views.currentIndex()]}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Open the view of the last time."""
        if (view := choices.get("view")) in VIEWS:
            self.views.setCurrentIndex(VIEWS.index(view))

    def export_png(self, path: Path) -> None:
        """Write the open view as a PNG file; a failure is told in a dialog."""
        export_or_complain(self, "explanation", path, lambda: write_atomically(path, self._png()))

    def export_csv(self, path: Path) -> None:
        """Write what everything adds as a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "explanation", path, lambda: self.model.to_csv(path))

    def export_npz(self, path: Path) -> None:
        """Write the numbers as arrays of an NPZ file; a failure is told in a dialog.

        The heat map of occlusion, which takes time, is among them only where it is seen.
        """
        is_seen = self.views.currentIndex() == 1
        export_or_complain(self, "explanation", path, lambda: self.model.to_npz(path, is_seen))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Do no work that nobody sees."""
        super().hideEvent(event)
        self._watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use a word on the button where there is room for it."""
        super().resizeEvent(event)
        self.export_button.set_with_word(self.width() >= WIDE)

    def _make_header(self) -> None:
        self.class_choice.setAccessibleName("Class")
        self.class_choice.setToolTip("The class whose score is explained")
        self.class_choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.class_choice.setMinimumWidth(8 * SPACE)
        self.views.setAccessibleName("View")
        self.views.setDrawBase(False)
        self.views.setExpanding(False)
        self.views.setUsesScrollButtons(False)
        self.views.addTab("Parts")
        self.views.setTabToolTip(0, "The score split into parts that add up")
        self.views.addTab("Heat maps")
        self.views.setTabToolTip(1, "What the score depends on: gradient, occlusion, Grad-CAM")
        self.export_button = ExportButton(
            self.theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Table (CSV)…": self._on_csv_wanted,
                ARRAYS[0]: self._on_npz_wanted,
            },
        )
        self._arrays_action = self.export_button.menu().actions()[-1]

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.class_choice)
        header.addWidget(self.views)
        header.addStretch(1)
        header.addWidget(self.export_button)
        self.status = muted_label("", Qt.AlignmentFlag.AlignTop)
        self.hint = muted_label("", Qt.AlignmentFlag.AlignCenter)
        self._shown = QStackedWidget()
        for page in (self.hint, self.parts, self.maps):
            self._shown.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addWidget(self._shown, 1)
        layout.addWidget(self.status)

    @Slot()
    def _on_changed(self) -> None:
        explanation = self.model.explanation
        is_there = explanation is not None
        self.class_choice.setVisible(is_there)
        is_done = is_there and (self.views.currentIndex() == 0 or self.model.covered is not None)
        self.export_button.setEnabled(is_done)
        self._arrays_action.setText(ARRAYS[self.views.currentIndex()])
        self.export_button.setToolTip(
            "Save what is shown as a picture, a table or arrays"
            if is_done
            else "Not all pictures are there yet"
            if is_there
            else "There is nothing to export yet"
        )
        self.status.setVisible(is_there)
        if explanation is None:
            self.hint.setText(self.model.problem or NO_NETWORK)
            self._shown.setCurrentIndex(0)
            return
        self._fill_classes(explanation)
        self._shown.setCurrentIndex(1 + self.views.currentIndex())
        self._show_status()  # first, as what is pointed at is then told instead
        if self.views.currentIndex() == 0:
            self.parts.show_explanation(explanation, self.model.through)
        else:
            self.maps.show_explanation(explanation, self.model.covered)

    def _fill_classes(self, explanation: Explanation) -> None:
        """Offer the answer, which may become another, and every class, with its score."""
        names, scores = explanation.class_names, explanation.split.scores
        answer = int(scores.argmax())
        decimals = 2 if np.abs(scores).max() >= 1 else decimals_for(scores)
        written = [signed(float(score), decimals) for score in scores]
        texts = [f"{names[answer]}: {written[answer]} (answer)"]  # the end is cut first
        texts += [f"{name}: {score}" for name, score in zip(names, written, strict=True)]
        if self.class_choice.count() != len(texts):
            self.class_choice.clear()
            self.class_choice.addItems(texts)
        for number, text in enumerate(texts):
            self.class_choice.setItemText(number, text)
        chosen = self.model.chosen_class
        self.class_choice.setCurrentIndex(0 if chosen is None else chosen + 1)

    def _show_status(self, sentence: str = "") -> None:
        self.status.setText(sentence or self._usual_status())

    def _usual_status(self) -> str:
        explanation = self.model.explanation
        if self.views.currentIndex() == 1:
            return MAPS_HINT
        if self.model.through:
            return FOLLOWED
        if explanation is not None and explanation.bent:
            first, others = explanation.bent[0], len(explanation.bent) - 1
            layers = f"{first} and {counted(others, 'more layer')}" if others else first
            return BENT.format(layers, "bend" if others else "bends")
        return EXACT

    def _watch(self) -> None:
        is_seen, is_parts = self.isVisible(), self.views.currentIndex() == 0
        self.model.set_watched(parts=is_seen, covering=is_seen and not is_parts)

    def _png(self) -> bytes:
        page = self._shown.currentWidget()
        content = getattr(page, "widget", lambda: page)()
        image = QImage(content.size() * PNG_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(PNG_SCALE)
        image.fill(QColor(self.theme.colors.window))
        content.render(image)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(image)
        return bytes(buffer.data().data())

    @Slot(int)
    def _on_class_chosen(self, index: int) -> None:
        self.model.choose_class(None if index == 0 else index - 1)

    @Slot(int)
    def _on_view_chosen(self) -> None:
        self._watch()
        self._on_changed()

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "explanation", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "explanation", "csv", "CSV tables", self.export_csv)

    def _on_npz_wanted(self) -> None:
        ask_and_export(self, "explanation", "npz", "NumPy arrays", self.export_npz)
