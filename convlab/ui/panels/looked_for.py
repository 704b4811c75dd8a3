"""What every filter of a convolution looks for: the patches and the image that excite it most."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QImageWriter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from convlab.app.filter_search import Finding
from convlab.app.lab import Lab
from convlab.app.looked_for import LookedForModel
from convlab.files import write_atomically
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import signed
from convlab.ui.widgets.layer_choice import LayerChoice
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.patch_detail import PatchDetail
from convlab.ui.widgets.patch_pictures import PatchCell, made_image
from convlab.ui.widgets.patch_rows import PatchRows
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.wording import counted

WIDE = 66 * SPACE  # with less there is no room for the image beside the rows
WIDE_HEADER = 52 * SPACE
PNG_WIDTH = 640  # pixels
PNG_SCALE = 2  # sharp on a high-density screen and on paper
ASK = "Press Search to look through {} for the patches that excite each filter of {} most."
SOON = "Searching begins in a moment."


@PANELS.register("Looked for")
class LookedForPanel(WatchingPanel):
    """A row a filter, found by a search through the training images."""

    title = "What filters look for"
    area = "center"
    order = 15
    is_inside = True
    about = "The patches of the training images, and the ideal image, that excite each filter most."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: LookedForModel = LookedForModel(lab, parent=self)
        self._sentence = ""
        self.layer_choice = LayerChoice()
        self.search_button = QPushButton("Search")
        self.export_button = ExportButton(
            theme, {"Picture (PNG)…": self._on_png_wanted, "Table (CSV)…": self._on_csv_wanted}
        )
        self.rows = PatchRows(theme)
        self.detail = PatchDetail(theme)
        self.progress = QProgressBar()
        self._make_buttons()
        self._lay_out()
        self.layer_choice.layer_chosen.connect(self.model.choose_layer)
        self.search_button.clicked.connect(self._on_search_clicked)
        self.rows.pointed.connect(self._on_pointed)
        self.rows.chosen.connect(self._on_chosen)
        self.model.changed.connect(self._on_changed)
        self.model.progressed.connect(self._on_progressed)
        self.model.failed.connect(self._on_failed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def export_png(self, path: Path) -> None:
        """Write all rows as a PNG file; a failure is told in a dialog."""
        export_or_complain(self, "patches", path, lambda: write_atomically(path, self._png()))

    def export_csv(self, path: Path) -> None:
        """Write where every patch lies as a CSV file; a failure is told in a dialog."""
        export_or_complain(self, "patches", path, lambda: self.model.to_csv(path))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the rows the room where there is little."""
        super().resizeEvent(event)
        self.detail.setVisible(self.width() >= WIDE)
        self.export_button.set_with_word(self.width() >= WIDE_HEADER)

    def _make_buttons(self) -> None:
        self.search_button.setAccessibleName("Search")
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(SPACE // 2)
        self.progress.setAccessibleName("Progress of the search")
        keep = self.progress.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # so that nothing jumps
        self.progress.setSizePolicy(keep)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.layer_choice)
        header.addStretch(1)
        header.addWidget(self.search_button)
        header.addWidget(self.export_button)
        found = QWidget()
        middle = QHBoxLayout(found)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(2 * SPACE)
        middle.addWidget(self.rows, 1)
        middle.addWidget(self.detail)
        self.hint = muted_label("", Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(found)
        self.status = muted_label("", Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE // 2)
        layout.addLayout(header)
        layout.addWidget(self.progress)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.status)

    @Slot()
    def _on_changed(self) -> None:
        model, finding = self.model, self.model.finding
        self.layer_choice.set_choice(model.layers, model.layer, None)
        self.layer_choice.channel_box.hide()
        self.search_button.setText("Cancel" if model.is_busy else "Search")
        self.search_button.setToolTip(
            "Give up the search"
            if model.is_busy
            else "Look through all training images with the weights as they are now"
        )
        self.export_button.setEnabled(finding is not None and not model.is_busy)
        self.export_button.setToolTip(
            "The search is not done yet: export when it is" if model.is_busy else ""
        )
        # Last, so that the focus may go to the other button.
        self.search_button.setEnabled(not model.problem and (model.is_busy or not model.is_current))
        self.progress.setVisible(model.is_busy)
        self._on_progressed()
        self._stack.setCurrentIndex(0 if finding is None else 1)
        if finding is None:
            self.hint.setText(model.problem or self._sentence or self._invitation())
            self.status.clear()  # what it says is about something else by now
        else:
            self.rows.set_finding(finding)
            self._on_pointed(self.rows.current)

    @Slot()
    def _on_progressed(self) -> None:
        done, total = self.model.progress
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)

    def _invitation(self) -> str:
        if self.model.is_busy:
            return SOON
        layer = self.model.layer
        images = counted(self.model.image_count, "training image")
        return ASK.format(images, layer.name if layer is not None else "the layer")

    def _show_status(self) -> None:
        """Say how the finding came about, in narrow panels what is pointed at."""
        finding, cell = self.model.finding, self.rows.current
        self.status.setVisible(finding is not None)
        if finding is None:
            return
        if cell is not None and not self.detail.isVisible():
            self.status.setText(", ".join(self._words(finding, cell).splitlines()))
        else:
            self.status.setText(self._state(finding))
        self.rows.setAccessibleDescription(self._words(finding, cell) if cell else "")

    def _state(self, finding: Finding) -> str:
        model = self.model
        if model.is_busy:
            done, total = model.progress
            slowly = " It goes slowly while a run is on." if model.is_resting else ""
            if 2 * done <= total:
                return f"Searched {done:,} of {total // 2:,} training images…{slowly}"
            return f"Searched all training images; climbing to the ideal images…{slowly}"
        images = counted(len(finding.among), "training image")
        where = f"{finding.layer.name}: best patches of {images}, one of each image at most"
        if not model.is_current:
            return f"{where}, by earlier weights. Press Search to look again."
        return f"{where}, found in {finding.seconds:.1f} s."

    @Slot(object)
    def _on_pointed(self, cell: PatchCell | None) -> None:
        finding = self.model.finding
        if finding is not None and cell is not None and cell.filter < finding.layer.filters:
            self._show_detail(finding, cell)
        else:
            self.detail.clear()
        self._show_status()

    def _show_detail(self, finding: Finding, cell: PatchCell) -> None:
        words = self._words(finding, cell)
        if cell.rank is None:
            if finding.images is None:
                self.detail.clear()
                return
            box = finding.box_of(*finding.middle)
            self.detail.show_image(made_image(finding, cell.filter), box, words)
        elif cell.rank < finding.patches.count:
            patches, place = finding.patches, (cell.filter, cell.rank)
            box = finding.box_of(int(patches.rows[place]), int(patches.columns[place]))
            self.detail.show_image(finding.among.images[patches.images[place]], box, words)

    def _words(self, finding: Finding, cell: PatchCell) -> str:
        """Return a few lines on a cell."""
        first = f"{finding.layer.name}, filter {cell.filter + 1}"
        if cell.is_weights:
            weights = finding.weights[cell.filter]
            low, high = signed(float(weights.min())), signed(float(weights.max()))
            return f"{first}\nWeights from {low} (blue) to {high} (red)"
        if cell.rank is None:
            images = finding.images
            value = float("nan") if images is None else float(images.values[cell.filter])
            best = signed(float(finding.patches.values[cell.filter, 0]))
            made = signed(value) if value == value else "not made yet"
            return f"{first}\nOutput for the ideal image {made}\nfor the best patch {best}"
        if cell.rank >= finding.patches.count:
            return first
        place = (cell.filter, cell.rank)
        value, row, column = (
            finding.patches.values[place],
            finding.patches.rows[place],
            finding.patches.columns[place],
        )
        image = self.model.in_words(int(finding.patches.images[place]))
        where = f"Map row {row + 1}, column {column + 1}"
        return "\n".join((first, f"Output {signed(float(value))}", where, image))

    @Slot(object)
    def _on_chosen(self, cell: PatchCell) -> None:
        finding = self.model.finding
        if finding is None or cell.is_weights:
            return
        if cell.rank is None:
            if finding.images is not None:
                title = f"Ideal image of filter {cell.filter + 1} of {finding.layer.name}"
                self.model.send_image(made_image(finding, cell.filter), title)
        elif cell.rank < finding.patches.count:
            self.model.send(int(finding.patches.images[cell.filter, cell.rank]))

    @Slot()
    def _on_search_clicked(self) -> None:
        self._sentence = ""
        if self.model.is_busy:
            self.model.cancel()
        else:
            self.model.search()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._sentence = sentence

    @Slot()
    def _on_theme_changed(self) -> None:
        self.search_button.setIcon(self.theme.icon("mdi6.magnify"))
        self._on_changed()

    def _png(self) -> bytes:
        """Return all rows, whatever the size of the panel, as a PNG file's content."""
        rows = PatchRows(self.theme)
        finding = self.model.finding
        if finding is not None:
            rows.resize(PNG_WIDTH, rows.minimumSizeHint().height())
            rows.set_finding(finding)
            rows.resize(PNG_WIDTH, rows.height_of_all())
            rows.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        size = QSize(rows.width() + 2 * SPACE, rows.height() + 2 * SPACE)
        image = QImage(size * PNG_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(PNG_SCALE)
        image.fill(QColor(self.theme.colors.window))
        rows.render(image, QPoint(SPACE, SPACE))
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(image)
        return bytes(buffer.data().data())

    def _on_png_wanted(self) -> None:
        ask_and_export(self, "patches", "png", "PNG pictures", self.export_png)

    def _on_csv_wanted(self) -> None:
        ask_and_export(self, "patches", "csv", "CSV tables", self.export_csv)
